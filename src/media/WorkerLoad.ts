/** Weight of the newest measurement: with one every two seconds, bursts of some seconds count for little. */
const newestWeight = 0.3;

/** How busy one worker is, as a share of the one core that it can use. Pure but for what it remembers. */
export class WorkerLoad {
  #share = 0;
  #cpuMs: number | null = null;
  #atMs = 0;

  /** 0 to 1, evened out over some ten seconds. */
  get share(): number {
    return this.#share;
  }

  /**
   * Takes a measurement.
   *
   * @param cpuMs - CPU time since the worker started, ms.
   */
  push(cpuMs: number, nowMs: number): void {
    const spentMs = cpuMs - (this.#cpuMs ?? cpuMs);
    const passedMs = nowMs - this.#atMs;
    if (this.#cpuMs !== null && passedMs > 0) {
      const share = Math.min(1, Math.max(0, spentMs / passedMs));
      this.#share += newestWeight * (share - this.#share);
    }
    this.#cpuMs = cpuMs;
    this.#atMs = nowMs;
  }

  /** Another worker has taken the place of one that died. */
  reset(): void {
    this.#share = 0;
    this.#cpuMs = null;
  }
}

/**
 * The worker for another room: the least busy, and of those that are about the same the one with the fewest rooms, since
 * rooms that were just opened are not measured yet. Null when all are full.
 */
export function leastLoaded(workers: readonly { share: number; rooms: number }[], fullAtLoad: number): number | null {
  const cost = ({ share, rooms }: { share: number; rooms: number }): number => Math.round(20 * share) + rooms;
  const open = [...workers.keys()].filter((index) => workers[index]!.share < fullAtLoad);
  return open.length === 0
    ? null
    : open.reduce((best, index) => (cost(workers[index]!) < cost(workers[best]!) ? index : best));
}
