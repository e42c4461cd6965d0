import type { Evidence } from '../analysis/protocol.ts';
import type { AnalyzerName } from '../protocol/assessment.ts';

/** What is remembered of one analyzer. */
export interface Remembered {
  /** Its newest word that was not an abstention. */
  newest: Evidence | null;
  /** The last time it spoke against the person. Outlives newer words and fades, so that a lapse does not wash it off. */
  finding: Evidence | null;
  /** Its very last word, an abstention included: for showing what it says. */
  last: Evidence;
}

/** All that is remembered of one participant; never changed, only replaced. */
export type Ledger = ReadonlyMap<AnalyzerName, Remembered>;

export const emptyLedger: Ledger = new Map();

/** Adds what the analyzers said of one picture. An abstention changes nothing but the last word. */
export function remember(ledger: Ledger, evidence: readonly Evidence[]): Ledger {
  const next = new Map(ledger);
  for (const item of evidence) {
    const before = next.get(item.analyzer) ?? { newest: null, finding: null };
    next.set(item.analyzer, {
      newest: item.abstained ? before.newest : item,
      finding: !item.abstained && item.llr > 0 ? item : before.finding,
      last: item,
    });
  }
  return next;
}

/**
 * The pictures were looked at too seldom to find a stopped or repeated one: that none was found is taken back, and said.
 * What was found stays.
 */
export function doubtAbsence(ledger: Ledger): Ledger {
  const integrity = ledger.get('stream_integrity');
  if (!integrity || (integrity.newest && integrity.newest.llr > 0)) return ledger;
  const last: Evidence = { ...integrity.last, llr: 0, quality: 0, abstained: true, code: 'too_seldom' };
  return new Map(ledger).set('stream_integrity', { ...integrity, newest: null, last });
}

/**
 * A8: whether the camera is a program's, which may send anything. Known by the word of the owner's page alone, so that
 * the other answer says nothing: then there is no entry.
 */
export function hintAtDevice(ledger: Ledger, virtual: boolean, atMs: number): Ledger {
  if (!virtual && !ledger.has('device_hints')) return ledger;
  const next = new Map(ledger);
  next.delete('device_hints');
  if (!virtual) return next;
  const stretch = { fromMs: atMs, toMs: atMs, version: 'device-1', details: {} };
  const said = { llr: 0, quality: 1, abstained: false, code: 'virtual_camera' as const };
  return remember(next, [{ analyzer: 'device_hints', ...stretch, ...said }]);
}

/**
 * Another track, another camera, or an analysis process that lost its memory: what spoke for the person is of something
 * else. What spoke against stays, so that switching the camera washes nothing off.
 */
export function forgetGenuine(ledger: Ledger): Ledger {
  const kept = new Map<AnalyzerName, Remembered>();
  for (const [analyzer, { finding }] of ledger) {
    if (finding) kept.set(analyzer, { newest: null, finding, last: finding });
  }
  return kept;
}

/** What an active check that was passed refutes: a stopped or repeated picture does not answer, and neither has he gone who did. */
export function refuteByPass(ledger: Ledger): Ledger {
  const next = new Map(ledger);
  for (const analyzer of ['stream_integrity', 'identity_continuity'] as const) {
    if (next.get(analyzer)?.finding) next.delete(analyzer);
  }
  return next;
}

/** Active checks that were passed count no longer: their time is over, or another face may be there. */
export function forgetPassed(ledger: Ledger): Ledger {
  return new Map([...ledger].filter(([, { newest, last }]) => newest?.code !== 'passed' && last.code !== 'passed'));
}
