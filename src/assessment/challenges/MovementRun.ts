import { randomInt } from 'node:crypto';
import type { Movement } from '../../protocol/challenge.ts';
import { drawMovements, judgeMovements, judgeStep, type MovementStep } from './movements.ts';
import type { Run, TimedGlimpse, Verdict } from './Run.ts';

const VERSION = 'movement-1';
/** Each of three movements may take so long; done, the next one follows. Ordinarily that makes about eight seconds. */
const STEP_MS = 5000;
/** The head comes back before the next instruction. */
const PAUSE_MS = 600;

/** The movement check: random movements, one after the other, read off the face's landmarks (DETECTION section 2, A3). */
export class MovementRun implements Run {
  readonly maxMs: number;
  readonly #steps: MovementStep[];
  /** Seen before the first instruction: how this face looks at rest. */
  readonly #atRest: TimedGlimpse[] = [];
  #current = -1;
  #seenAtMs: number | null = null;

  constructor(movements: readonly Movement[] = drawMovements(randomInt)) {
    this.#steps = movements.map((movement) => ({ movement, shownAtMs: null, glimpses: [] }));
    this.maxMs = movements.length * STEP_MS;
  }

  next(): ReturnType<Run['next']> {
    const step = this.#steps[this.#current + 1];
    if (!step) return null;
    this.#current++;
    this.#seenAtMs = null;
    return { show: { kind: 'movement', movement: step.movement }, forMs: STEP_MS };
  }

  shown(atMs: number): void {
    const step = this.#steps[this.#current];
    if (step) step.shownAtMs = atMs;
  }

  see(glimpse: TimedGlimpse): ReturnType<Run['see']> {
    const step = this.#steps[this.#current];
    if (typeof step?.shownAtMs !== 'number') {
      this.#atRest.push(glimpse);
      return 'go_on';
    }
    step.glimpses.push(glimpse);
    if (this.#seenAtMs === null && judgeStep(step, this.#atRest) === 'done') this.#seenAtMs = glimpse.atMs;
    if (this.#seenAtMs === null || glimpse.atMs - this.#seenAtMs < PAUSE_MS) return 'go_on';
    return this.#current === this.#steps.length - 1 ? 'done' : 'next';
  }

  judge(): Verdict {
    return { version: VERSION, ...judgeMovements(this.#steps, this.#atRest) };
  }
}
