/** Somebody is told of the same person no more often than this. */
const intervalMs = 60_000;
const maxRemembered = 10_000;

/** Remembers of whom who was told lately, so that a notice cannot be used to pester. */
export class NoticeLimit {
  readonly #toldAtMs = new Map<string, number>();

  /** @param pair - Who wants to be known to whom. @returns whether he may be told now. */
  take(pair: string, nowMs: number): boolean {
    const toldAtMs = this.#toldAtMs.get(pair);
    if (toldAtMs !== undefined && nowMs - toldAtMs < intervalMs) return false;
    if (this.#toldAtMs.size >= maxRemembered) this.#toldAtMs.clear();
    this.#toldAtMs.set(pair, nowMs);
    return true;
  }
}
