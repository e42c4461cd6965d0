import type { RequestInput } from '../../../src/protocol/signaling.ts';
import { qualityBetween, receivedTotals, type ReceivedTotals } from './quality.ts';

const intervalMs = 10_000;

/** Measures the own connection every 10 s and passes on what changed. */
export class QualityReporter {
  readonly #timer: ReturnType<typeof setInterval>;
  #before: ReceivedTotals | null = null;

  /**
   * @param stats - Statistics of the receiving transport; null while there is none.
   * @param report - Given the quality since the last report.
   */
  constructor(stats: () => Promise<RTCStatsReport> | null, report: (quality: RequestInput<'reportQuality'>) => void) {
    this.#timer = setInterval(() => void this.#measure(stats, report), intervalMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #measure(
    stats: () => Promise<RTCStatsReport> | null,
    report: (quality: RequestInput<'reportQuality'>) => void,
  ): Promise<void> {
    // A transport that closes while it is read has nothing to report.
    const entries = await stats()?.catch(() => null);
    if (!entries) return;
    const now = receivedTotals(
      (entries as unknown as ReadonlyMap<string, { type: string }>).values(),
      performance.now(),
    );
    if (this.#before) report(qualityBetween(this.#before, now));
    this.#before = now;
  }
}
