/** The distance between looks at which the integrity analyzer finds what it says that it finds. */
export const INTENDED_STEP_MS = 1000;
/** Farther apart on average, a stopped picture takes more than half a minute to be found, and a loop is hardly ever. */
const SELDOM_STEP_MS = 4000;
/** How much the newest distance counts: three of them in a row decide. */
const NEWEST_SHARE = 0.3;

/**
 * How far apart the looks of integrity windows are in truth. A server without time puts looks off; then that nothing was
 * found says little, and nobody may be called safe for it. Holds until a later window has kept its pace.
 */
export class Pace {
  #meanMs = INTENDED_STEP_MS;
  #lastMs: number | null = null;

  /** A picture of a window was looked at. @param atMs - When it came. */
  note(atMs: number): void {
    if (this.#lastMs !== null) this.#meanMs += NEWEST_SHARE * (Math.max(0, atMs - this.#lastMs) - this.#meanMs);
    this.#lastMs = atMs;
  }

  /** Between windows looks are meant to be far apart. */
  rest(): void {
    this.#lastMs = null;
  }

  /** Whether looks are so far apart that finding nothing means little. */
  get tooSeldom(): boolean {
    return this.#meanMs > SELDOM_STEP_MS;
  }
}
