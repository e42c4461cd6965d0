/** How long more has to come than is allowed, ms: a burst after a lost network is no flood. */
const patienceMs = 3000;

/** Says when a sender has sent more than it may for three seconds on end. Pure but for what it remembers. */
export class FloodMeter {
  readonly #limitBps: number;
  #aboveSinceMs: number | null = null;

  constructor(limitBps: number) {
    this.#limitBps = limitBps;
  }

  /** Takes a measured bitrate. @returns Whether this is a flood. */
  push(bitrateBps: number, nowMs: number): boolean {
    if (bitrateBps <= this.#limitBps) this.#aboveSinceMs = null;
    else this.#aboveSinceMs ??= nowMs;
    return this.#aboveSinceMs !== null && nowMs - this.#aboveSinceMs >= patienceMs;
  }
}
