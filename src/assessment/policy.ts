/*
 * What follows from a result, apart from showing it. Pure. So far it only decides how often a camera is looked at; it
 * never acts on anybody.
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
