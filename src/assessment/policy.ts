import type { AnalyzerName, Assessment, Cause } from '../protocol/assessment.ts';
import type { ChallengeRule, CheckPolicy, PolicyMode } from '../protocol/checkPolicy.ts';

/*
 * What follows from a result, apart from showing it (DETECTION section 6). Pure. Every measure is mild, logged and taken
 * back; the heaviest holds somebody's sound and picture until an active check passes, and nothing removes anybody but a
 * host's click. What was only looked at, with nobody having acted, never leads beyond an offered check.
 */

/** From this risk on a camera is looked at more often (DETECTION section 6). */
const WATCH_CLOSELY_FROM_RISK = 0.4;
const CLOSE_INTERVAL_MS = 2000;
/** While no face is seen, so that its absence, and then its return, is known in time. */
const FACELESS_INTERVAL_MS = 4000;
/** Times are drawn from this share around the interval, so that nobody can be genuine just for the look. */
const JITTER = 0.1;

export interface Cadence {
  scanIntervalMs: number;
  /** Null when nothing was scored. */
  risk: number | null;
  faceSeen: boolean;
}

/**
 * Time until the next look at a camera outside integrity windows.
 *
 * @param random - 0 to 1, from a source that cannot be predicted.
 */
export function nextScanInMs({ scanIntervalMs, risk, faceSeen }: Cadence, random: number): number {
  let intervalMs = scanIntervalMs;
  if (risk !== null && risk >= WATCH_CLOSELY_FROM_RISK) intervalMs = Math.min(intervalMs, CLOSE_INTERVAL_MS);
  if (!faceSeen) intervalMs = Math.min(intervalMs, FACELESS_INTERVAL_MS);
  return intervalMs * (1 - JITTER + 2 * JITTER * random);
}

export interface PolicySettings {
  mode: PolicyMode;
  challenge: ChallengeRule;
  /** For `every`: milliseconds after which a pass is asked for again. */
  challengeEveryMs: number;
}

/** The settings of one call, as its host chose them. */
export function settingsOf({ mode, challenge, everyMinutes }: CheckPolicy): PolicySettings {
  return { mode, challenge, challengeEveryMs: 60_000 * everyMinutes };
}

export type Measure = 'offer_challenge' | 'warn' | 'hold' | 'release';

/** What a measure was for; for the log and for the words of the page. */
export type MeasureReason = 'suspicion' | 'face_changed' | 'door' | 'interval' | 'proven' | 'check_passed';

export interface Step {
  measure: Measure;
  reason: MeasureReason;
}

/** Of one participant; never changed, only replaced. */
export interface Ladder {
  /** The last looks, newest last. */
  recent: readonly Rung[];
  /** When a check was offered last; epoch, milliseconds. */
  offeredAtMs: number;
  warned: boolean;
  held: boolean;
}

/** How far one look alone would lead: 1 to an offered check, 2 to a warning, 3 to a hold. */
type Rung = 0 | 1 | 2 | 3;

export const lowestRung: Ladder = { recent: [], offeredAtMs: -Infinity, warned: false, held: false };

const OFFER_FROM_RISK = 0.6;
const HOLD_FROM_RISK = 0.9;
const HOLD_FROM_CONFIDENCE = 0.8;
/** One look never suffices: so many of the last five. */
const LOOKS = 5;
const ENOUGH_LOOKS = 3;
/** A check that was refused or could not tell is not offered again for so long. */
const BETWEEN_OFFERS_MS = 180_000;

/** Analyzers whose finding needed an answer from the person, or is a matter of repeated pixels and not of a guess. */
const PROVING: ReadonlySet<AnalyzerName> = new Set(['stream_integrity', 'illumination', 'ambient_light', 'gesture']);

/** Whether something was found that may have consequences. */
export function isProven(causes: readonly Cause[]): boolean {
  return causes.some(({ analyzer, outcome }) => outcome === 'found' && PROVING.has(analyzer));
}

function rungOf({ status, risk, confidence, causes }: Assessment): Rung {
  if (status === 'unscored' || risk === null || confidence === null) return 0;
  const proven = isProven(causes);
  if (proven && risk >= HOLD_FROM_RISK && confidence >= HOLD_FROM_CONFIDENCE) return 3;
  if (proven && status === 'risk') return 2;
  return risk >= OFFER_FROM_RISK || hasFaceChange(causes) ? 1 : 0;
}

function hasFaceChange(causes: readonly Cause[]): boolean {
  return causes.some(({ code, outcome }) => code === 'face_changed' && outcome === 'found');
}

/**
 * Takes one look in and says what follows now; each measure is named once, when it begins.
 *
 * @param verified - A check was passed on this very track, and counts still.
 * @param checkOpen - A check is asked for or running.
 */
export function climb(
  ladder: Ladder,
  assessment: Assessment,
  settings: PolicySettings,
  { nowMs, verified, checkOpen }: { nowMs: number; verified: boolean; checkOpen: boolean },
): { ladder: Ladder; steps: Step[] } {
  // A check that was passed refutes what was seen before it.
  const recent = verified && ladder.held ? [] : [...ladder.recent, rungOf(assessment)].slice(-LOOKS);
  const reached = (rung: Rung): boolean => recent.filter((each) => each >= rung).length >= ENOUGH_LOOKS;
  const next: Ladder = { ...ladder, recent, warned: reached(2) };
  const steps: Step[] = [];
  if (ladder.held && verified) {
    next.held = false;
    steps.push({ measure: 'release', reason: 'check_passed' });
  } else if (!ladder.held && reached(3)) {
    next.held = true;
    steps.push({ measure: 'hold', reason: 'proven' });
  }
  if (next.warned && !ladder.warned) steps.push({ measure: 'warn', reason: 'proven' });
  const offer = checkOpen || verified ? null : offerReason(next, assessment, settings, nowMs, reached(1));
  if (offer) {
    next.offeredAtMs = nowMs;
    steps.push({ measure: 'offer_challenge', reason: offer });
  }
  return { ladder: next, steps };
}

/** Why a check is offered now, to somebody who has not passed one and is asked for none; null: it is not. */
function offerReason(
  { offeredAtMs }: Ladder,
  { causes, status }: Assessment,
  { challenge, challengeEveryMs }: PolicySettings,
  nowMs: number,
  suspicious: boolean,
): MeasureReason | null {
  if (challenge === 'never' || challenge === 'on_request' || status === 'unscored') return null;
  const sinceMs = nowMs - offeredAtMs;
  if (suspicious && sinceMs >= BETWEEN_OFFERS_MS) return hasFaceChange(causes) ? 'face_changed' : 'suspicion';
  if (challenge === 'at_door' && offeredAtMs === -Infinity) return 'door';
  return challenge === 'every' && sinceMs >= challengeEveryMs ? 'interval' : null;
}

/** What of it is done, and not only written down. */
export function isTaken({ measure }: Step, mode: PolicyMode): boolean {
  switch (mode) {
    case 'off':
    case 'observe':
      return false;
    case 'warn':
      return measure === 'offer_challenge' || measure === 'warn';
    case 'enforce':
      return true;
  }
}
