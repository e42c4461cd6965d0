import type { AnalyzerName } from '../../src/protocol/assessment.ts';
import { GENUINE, type Kind } from './cast.ts';
import type { LookRecord, Performance } from './run.ts';
import type { Scored } from './measures.ts';

/** What the looks of an evaluation amount to. Pure. */

export type Judge = AnalyzerName | 'fused';

/** What each judge is there to find; it is not blamed for anything else. */
export const TARGETS: Partial<Record<Judge, readonly Kind[]>> = {
  stream_integrity: ['frozen', 'loop 4 s', 'loop 10 s', 'loop 22 s'],
  identity_continuity: ['swap in mid-call', 'swap in mid-call, at rest', 'another person'],
  baseline_drift: ['swap in mid-call', 'swap in mid-call, at rest'],
  image_model: ['swap from the start'],
  presentation_attack: ['print or screen'],
};

const MODELS: ReadonlySet<Judge> = new Set(['image_model', 'presentation_attack']);

/** Risk from which somebody is offered a challenge (DETECTION section 6). */
export const CHALLENGE_RISK = 0.6;

/** How much a look speaks against somebody, in the eyes of one judge; null when it could not tell. */
export function scoreOf(look: LookRecord, judge: Judge): number | null {
  if (judge === 'fused') return look.risk;
  const said = look.evidence.find(({ analyzer }) => analyzer === judge);
  if (!said) return null;
  const measured = said.details.score;
  // Clips are short: what a model says of one picture counts for its own row, though the fusion waits for three.
  const early = MODELS.has(judge) && measured !== undefined;
  if (said.abstained && !early) return null;
  // A finding counts above everything that was only measured.
  return (said.llr > 0 && isFinding(said.code) ? 1000 : 0) + (measured ?? said.llr * said.quality);
}

function isFinding(code: string): boolean {
  return code === 'frozen' || code === 'looped' || code === 'face_changed';
}

/** Whether a look raises an alarm about somebody. */
export function alarms(look: LookRecord, judge: Judge): boolean {
  if (judge === 'fused') return look.status === 'risk';
  const said = look.evidence.find(({ analyzer }) => analyzer === judge);
  return said !== undefined && !said.abstained && isFinding(said.code);
}

/** Everybody's highest score while he is what he is said to be; who was never judged is left out. */
export function scoredBy(performances: readonly Performance[], judge: Judge): Scored[] {
  const targets = TARGETS[judge];
  return performances.flatMap(({ kind, person, attackAtS, looks }) => {
    const genuine = GENUINE.has(kind);
    if (!genuine && targets && !targets.includes(kind)) return [];
    const scores = looks.filter(({ atS }) => atS >= (attackAtS ?? 0)).flatMap((look) => scoreOf(look, judge) ?? []);
    return scores.length > 0 ? [{ score: Math.max(...scores), attack: !genuine, person }] : [];
  });
}

/** Times at which an alarm began, in seconds. */
export function alarmTimes(looks: readonly LookRecord[], judge: Judge): number[] {
  return looks.flatMap((look, i) => {
    const before = looks[i - 1];
    return alarms(look, judge) && !(before && alarms(before, judge)) ? [look.atS] : [];
  });
}

export interface Detection {
  kind: Kind;
  n: number;
  persons: number;
  /** Seconds from the attack's beginning to the first alarm, of those that were found. */
  delaysS: number[];
  /** How many were found within the aim. */
  inTime: number;
  aim: string;
}

const AIMS: Partial<Record<Kind, { text: string; withinS: (role: Performance) => number }>> = {
  frozen: { text: 'within 20 s', withinS: () => 20 },
  'loop 4 s': { text: 'within 2 L + 10 s', withinS: () => 18.8 },
  'loop 10 s': { text: 'within 2 L + 10 s', withinS: () => 30.8 },
  'loop 22 s': { text: 'within 2 L + 10 s', withinS: () => 54.8 },
  'swap in mid-call': { text: '>= 95 % within 8 s', withinS: () => 8 },
  'swap in mid-call, at rest': { text: '>= 95 % within 20 s', withinS: () => 20 },
  'another person': { text: 'within 8 s', withinS: () => 8 },
};

/** How soon each kind of attack was found by the analyzer that is there to find it. */
export function detections(performances: readonly Performance[]): Detection[] {
  const attacks = performances.filter(({ kind }) => !GENUINE.has(kind));
  return [...Map.groupBy(attacks, ({ kind }) => kind)].map(([kind, group]) => {
    const judge = (Object.keys(TARGETS) as Judge[]).find((name) => TARGETS[name]?.includes(kind)) ?? 'fused';
    const delays = group.flatMap((performance) => {
      const first = alarmTimes(performance.looks, judge).find((atS) => atS >= (performance.attackAtS ?? 0));
      return first === undefined ? [] : [{ delayS: first - (performance.attackAtS ?? 0), performance }];
    });
    const aim = AIMS[kind];
    return {
      kind,
      n: group.length,
      persons: new Set(group.map(({ person }) => person)).size,
      delaysS: delays.map(({ delayS }) => delayS),
      inTime: delays.filter(({ delayS, performance }) => aim && delayS <= aim.withinS(performance)).length,
      aim: aim?.text ?? '',
    };
  });
}

export interface Watching {
  kind: Kind;
  n: number;
  persons: number;
  hours: number;
  /** False alarms of each judge. */
  alarms: Record<string, number>;
  /** Risk at which a challenge would have been offered, times that it was reached. */
  offers: number;
  /** Share of the looks by status. */
  statuses: Record<string, number>;
}

export const ALARMING: readonly Judge[] = ['stream_integrity', 'identity_continuity', 'fused'];

/** What genuine people had to put up with. */
export function watchings(performances: readonly Performance[]): Watching[] {
  const genuine = performances.filter(({ kind }) => GENUINE.has(kind));
  return [...Map.groupBy(genuine, ({ kind }) => kind)].map(([kind, group]) => {
    const looks = group.flatMap((performance) => performance.looks);
    const count = (judge: Judge): number => group.reduce((sum, p) => sum + alarmTimes(p.looks, judge).length, 0);
    const statuses: Record<string, number> = {};
    for (const { status } of looks) statuses[status] = (statuses[status] ?? 0) + 1 / looks.length;
    return {
      kind,
      n: group.length,
      persons: new Set(group.map(({ person }) => person)).size,
      hours: group.reduce((sum, { lengthS }) => sum + lengthS, 0) / 3600,
      alarms: Object.fromEntries(ALARMING.map((judge) => [judge, count(judge)])),
      offers: looks.filter(({ risk }) => (risk ?? 0) >= CHALLENGE_RISK).length,
      statuses,
    };
  });
}
