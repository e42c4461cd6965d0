/** Pure rules of hearing somebody talk. */

/** Loudness from 0 (silence) to 1, of samples between -1 and 1: speech lies between about -50 and -10 dBFS. */
export function loudness(samples: Float32Array): number {
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  return Math.max(0, Math.min(1, (20 * Math.log10(rms + 1e-6) + 50) / 40));
}

/** Time between two readings, ms. */
export const readEveryMs = 100;
/** Readings that are looked at together. */
const windowReadings = 10;
/** About -38 dBFS: above a fan or a keyboard some way off, below a quiet voice. */
const loudFrom = 0.3;

/** Somebody talks when half of the last second was loud; a cough or a knock is shorter. */
export function isTalk(latest: readonly number[]): boolean {
  const window = latest.slice(-windowReadings);
  return window.filter((level) => level >= loudFrom).length >= windowReadings / 2;
}

/** The readings that the next judgement needs, with one more. */
export function withReading(latest: readonly number[], level: number): readonly number[] {
  return [...latest, level].slice(-windowReadings);
}
