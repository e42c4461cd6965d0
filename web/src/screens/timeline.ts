import type { AssessmentStatus, Assurance, UnscoredReason } from '../../../src/protocol/assessment.ts';
import type { RouteResponse, SecurityEntry } from '../../../src/protocol/rest.ts';
import type { BandPart, Sample } from '../parts/plots.ts';
import { signOf, type Sign } from '../call/signs.ts';

/** Pure reading of a call's record for its plots. */

export type CallDetails = RouteResponse<'callDetails'>;

export interface TimedPart extends BandPart {
  sign: Sign;
  fromMs: number;
  reason: UnscoredReason | null;
}

export interface PersonBand {
  userId: string;
  parts: TimedPart[];
  worst: AssessmentStatus;
  last: { status: AssessmentStatus; assurance: Assurance };
  risk: Sample[];
  confidence: Sample[];
}

export interface CallTimeline {
  fromMs: number;
  toMs: number;
  bands: PersonBand[];
  /** Looks at anybody's picture, and those of them that found nothing unusual. */
  checks: number;
  clear: number;
}

/** The security timeline as one band per person, in the order in which they were first looked at. */
export function callTimeline({ call, security_timeline: entries }: CallDetails): CallTimeline {
  const first = entries[0] === undefined ? Number.POSITIVE_INFINITY : Date.parse(entries[0].at);
  const fromMs = Math.min(Date.parse(call.start_time ?? call.created_at), first);
  const lastMs = entries.length === 0 ? fromMs : Math.max(...entries.map(({ at }) => Date.parse(at)));
  const toMs = Math.max(call.end_time === null ? lastMs : Date.parse(call.end_time), lastMs, fromMs + 1000);
  const byPerson = Map.groupBy(entries, ({ user_id }) => user_id);
  const looked = entries.filter(({ status }) => status !== 'unscored');
  return {
    fromMs,
    toMs,
    bands: [...byPerson].map(([userId, own]) => personBand(userId, own, fromMs, toMs)),
    checks: looked.length,
    clear: looked.filter(({ status }) => status === 'safe').length,
  };
}

function personBand(userId: string, entries: readonly SecurityEntry[], fromMs: number, toMs: number): PersonBand {
  const last = entries.at(-1);
  return {
    userId,
    parts: bandParts(entries, fromMs, toMs),
    worst: worstOf(entries.map(({ status }) => status)),
    last: { status: last?.status ?? 'unscored', assurance: last?.assurance ?? 'none' },
    risk: entries.map(({ at, risk }) => ({ atMs: Date.parse(at), value: risk })),
    confidence: entries.map(({ at, confidence }) => ({ atMs: Date.parse(at), value: confidence })),
  };
}

/** Stretches of one sign; before the first look nothing was checked. */
function bandParts(entries: readonly SecurityEntry[], fromMs: number, toMs: number): TimedPart[] {
  const parts: TimedPart[] = [{ sign: 'unscored', fromMs, lengthMs: 0, reason: 'waiting' }];
  for (const { at, status, assurance, reason } of entries) {
    const sign = signOf(status, assurance);
    const before = parts.at(-1);
    if (before?.sign === sign && before.reason === reason) continue;
    parts.push({ sign, fromMs: Date.parse(at), lengthMs: 0, reason });
  }
  return parts
    .map((part, index) => ({ ...part, lengthMs: (parts[index + 1]?.fromMs ?? toMs) - part.fromMs }))
    .filter(({ lengthMs }) => lengthMs > 0);
}

const severity: readonly AssessmentStatus[] = ['risk', 'undetermined', 'unscored', 'safe'];

/**
 * The status that a call is remembered by: a risk weighs most. Looking for a while before saying "no concerns" is how
 * every call begins, so `undetermined` and `unscored` count only where nothing better came.
 */
export function worstOf(statuses: readonly AssessmentStatus[]): AssessmentStatus {
  if (statuses.includes('risk')) return 'risk';
  if (statuses.includes('safe')) return 'safe';
  return severity.find((status) => statuses.includes(status)) ?? 'unscored';
}
