import type {
  Assessment,
  AssessmentStatus,
  Assurance,
  Cause,
  UnscoredReason,
} from '../../../src/protocol/assessment.ts';

/** What the page may say of a person's picture at one moment. Pure: time comes in as an argument. */

/** The server's reasons and the page's own two. */
export type ShownReason = UnscoredReason | 'stale' | 'network_lost';

export interface AssessmentView {
  status: AssessmentStatus;
  assurance: Assurance;
  reason: ShownReason | null;
  risk: number | null;
  confidence: number | null;
  causes: readonly Cause[];
  /** When the picture behind this was looked at, ms since 1970 by the server's clock. */
  scannedAtMs: number | null;
  verifiedAtMs: number | null;
}

export interface ViewPolicy {
  scanIntervalMs: number;
  /** A result older than this says nothing any more. */
  staleAfterMs: number;
  /** How long a passed active check holds. */
  verifiedTtlMs: number;
}

/** An assessment and when the page got it (server's clock, ms). */
export interface Received {
  assessment: Assessment;
  receivedAtMs: number;
}

/** How long `safe` and `undetermined` must last before one takes the other's place on the page. */
const settleMs = 3000;

/**
 * What an assessment says now. Old news is no news: whatever the server said last, a result without a successor within
 * `staleAfterMs` becomes `unscored`, and a passed check falls back when its time is over.
 *
 * @param received - Undefined when nothing has arrived for this person yet.
 * @param reachable - False while the person's or the own connection is lost.
 * @param nowMs - Server's clock.
 */
export function viewAt(
  received: Received | undefined,
  policy: ViewPolicy,
  reachable: boolean,
  nowMs: number,
): AssessmentView {
  if (!reachable) return unscored('network_lost');
  if (received === undefined) return unscored('waiting');
  const { assessment, receivedAtMs } = received;
  const scannedAtMs = assessment.scannedAt === null ? null : Date.parse(assessment.scannedAt);
  if (assessment.status === 'unscored') {
    const overdue = assessment.reason === 'waiting' && nowMs - receivedAtMs > policy.staleAfterMs;
    return { ...unscored(overdue ? 'stale' : assessment.reason), causes: assessment.causes, scannedAtMs };
  }
  if (nowMs - (scannedAtMs ?? receivedAtMs) > policy.staleAfterMs) return { ...unscored('stale'), scannedAtMs };
  const verifiedAtMs = assessment.verifiedAt === null ? null : Date.parse(assessment.verifiedAt);
  const holds = verifiedAtMs !== null && nowMs - verifiedAtMs < policy.verifiedTtlMs;
  return {
    status: assessment.status,
    assurance: assessment.assurance === 'verified' && !holds ? 'passive' : assessment.assurance,
    reason: null,
    risk: assessment.risk,
    confidence: assessment.confidence,
    causes: assessment.causes,
    scannedAtMs,
    verifiedAtMs,
  };
}

function unscored(reason: ShownReason | null): AssessmentView {
  return {
    status: 'unscored',
    assurance: 'none',
    reason,
    risk: null,
    confidence: null,
    causes: [],
    scannedAtMs: null,
    verifiedAtMs: null,
  };
}

/** What is on the page, and what waits to take its place. */
export interface Shown {
  view: AssessmentView;
  /** Since when the other of `safe` and `undetermined` has lasted, ms; null when nothing waits. */
  waitingSinceMs: number | null;
}

/**
 * Keeps the plate calm: `safe` and `undetermined` change places only after the new one has lasted 3 s. Everything else,
 * `risk`, `unscored` and the loss of `verified` above all, is shown at once.
 */
export function settle(shown: Shown | undefined, next: AssessmentView, nowMs: number): Shown {
  if (shown === undefined || !isCalmChange(shown.view, next)) return { view: next, waitingSinceMs: null };
  const waitingSinceMs = shown.waitingSinceMs ?? nowMs;
  if (nowMs - waitingSinceMs >= settleMs) return { view: next, waitingSinceMs: null };
  return { view: shown.view, waitingSinceMs };
}

function isCalmChange(from: AssessmentView, to: AssessmentView): boolean {
  if (from.assurance === 'verified' && to.assurance !== 'verified') return false;
  const calm: AssessmentStatus[] = ['safe', 'undetermined'];
  return from.status !== to.status && calm.includes(from.status) && calm.includes(to.status);
}

export type Level = 'low' | 'some' | 'high';

/** The word beside a risk. */
export function riskLevel(risk: number): Level {
  if (risk < 0.3) return 'low';
  return risk < 0.7 ? 'some' : 'high';
}

/** The word beside a confidence. */
export function confidenceLevel(confidence: number): 'little' | 'fair' | 'good' {
  if (confidence < 0.5) return 'little';
  return confidence < 0.7 ? 'fair' : 'good';
}

const urgency: Readonly<Record<AssessmentStatus, number>> = { risk: 0, undetermined: 1, unscored: 2, safe: 3 };

/** Order of people in the security panel. */
export function compareUrgency(a: AssessmentView, b: AssessmentView): number {
  return urgency[a.status] - urgency[b.status];
}
