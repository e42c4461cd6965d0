/** Silence of everything that is received before it is taken for a broken network, ms. Sound alone comes every 20 to 400 ms. */
const patienceMs = 1500;

/** Notices that nothing arrives any more, once each time. Pure but for what it remembers. */
export class Stall {
  #latest: number | null = null;
  #sinceMs = 0;
  #told = true;

  /**
   * @param latest - Time of the newest packet, on any clock; null when nothing is received.
   * @returns Whether what was flowing has just been silent for too long.
   */
  push(latest: number | null, nowMs: number): boolean {
    if (latest !== this.#latest) {
      this.#latest = latest;
      this.#sinceMs = nowMs;
      this.#told = latest === null;
    }
    if (this.#told || nowMs - this.#sinceMs < patienceMs) return false;
    this.#told = true;
    return true;
  }
}
