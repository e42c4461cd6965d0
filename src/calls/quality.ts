/** Seconds between two reports of a page. */
const reportIntervalS = 10;

/**
 * How good a participant's link was over one report, 0 (unusable) to 10 (perfect).
 * Each 1 % of loss costs half a point, each 100 ms of round trip above 150 ms one point, a report spent frozen all ten.
 */
export function qualityScore(sample: { loss: number; rttMs: number; freezeS: number }): number {
  const lossCost = sample.loss * 50;
  const delayCost = Math.max(0, sample.rttMs - 150) / 100;
  const freezeCost = (sample.freezeS / reportIntervalS) * 10;
  const score = Math.min(10, Math.max(0, 10 - lossCost - delayCost - freezeCost));
  return Math.round(score * 10) / 10;
}
