import { randomUUID } from 'node:crypto';
import type {
  ChallengeEnd,
  ChallengeInfo,
  ChallengeKind,
  ChallengeOrigin,
  ChallengeReason,
  ChallengeStep,
} from '../../protocol/challenge.ts';
import type { Run, TimedGlimpse, Verdict } from './Run.ts';

/** What is told of a challenge: `step` to the person alone, the rest to everybody in the call. */
export type ChallengeEvent =
  | { type: 'started'; info: ChallengeInfo }
  | { type: 'step'; step: ChallengeStep }
  | { type: 'ended'; end: ChallengeEnd };

/** How a challenge ended: with a verdict, or before there could be one. */
export type Ending =
  { verdict: Verdict } | { notDone: Extract<ChallengeReason, 'refused' | 'expired' | 'interrupted'> };

export interface ChallengeOptions {
  peerId: string;
  kind: ChallengeKind;
  origin: ChallengeOrigin;
  requestedBy: string | null;
  tell: (event: Exclude<ChallengeEvent, { type: 'ended' }>) => void;
  onEnd: (ending: Ending) => void;
}

export const INVITATION_MS = 60_000;
/** The camera and the eye get used to the panel, and a face at rest is seen. */
const LEAD_MS = 1200;
/** A page that shows nothing within this is hidden, closed or cut off. */
const STEP_TIMEOUT_MS = 5000;
/** A page may say that it painted later than the message came, but by no more than this. */
const MAX_PAINT_MS = 1500;
/** Light is still on its way to the lens, and key frames to the server, when nothing more is shown. */
const TAIL_MS = 900;

/**
 * One challenge of one participant: invited, running, ended, once. It sends a step only when the one before has been
 * shown and its time is over, so that nobody can know what comes next. Its id answers for this person and for this
 * challenge only.
 */
export class Challenge {
  readonly id = randomUUID();
  readonly kind: ChallengeKind;
  readonly #options: ChallengeOptions;
  #phase: 'invited' | 'running' | 'ended' = 'invited';
  #run: Run | null = null;
  #timer: NodeJS.Timeout;
  #deadlineMs: number;
  #step = -1;
  #pending: { step: number; sentAtMs: number; forMs: number } | null = null;
  #finishing = false;

  constructor(options: ChallengeOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.#deadlineMs = Date.now() + INVITATION_MS;
    this.#timer = setTimeout(() => this.#end({ notDone: 'expired' }), INVITATION_MS);
  }

  get phase(): 'invited' | 'running' | 'ended' {
    return this.#phase;
  }

  get info(): ChallengeInfo {
    const { peerId, kind, origin, requestedBy } = this.#options;
    const phase = this.#phase === 'running' ? 'running' : 'invited';
    return { challengeId: this.id, peerId, kind, origin, requestedBy, phase, remainingMs: this.#remainingMs };
  }

  invite(): void {
    this.#options.tell({ type: 'started', info: this.info });
  }

  start(run: Run): void {
    if (this.#phase !== 'invited') return;
    this.#phase = 'running';
    this.#run = run;
    this.#deadlineMs = Date.now() + LEAD_MS + run.maxMs;
    this.#options.tell({ type: 'started', info: this.info });
    this.#after(LEAD_MS, () => this.#sendNext());
  }

  /**
   * The page has painted a step.
   *
   * @param afterMs - From the step's arrival there to its being on the screen, by the page's clock.
   * @returns Whether that was the step that is awaited; every step is answered once.
   */
  stepShown(step: number, afterMs: number): boolean {
    const pending = this.#pending;
    if (this.#phase !== 'running' || !this.#run || pending?.step !== step) return false;
    this.#pending = null;
    const nowMs = Date.now();
    const roundTripMs = nowMs - pending.sentAtMs;
    const paintMs = Math.min(afterMs, roundTripMs, MAX_PAINT_MS);
    // Half of what is left of the way there and back lies before the arrival.
    const shownAtMs = pending.sentAtMs + (roundTripMs - paintMs) / 2 + paintMs;
    this.#run.shown(Math.round(shownAtMs));
    this.#after(Math.max(0, shownAtMs + pending.forMs - nowMs), () => this.#sendNext());
    return true;
  }

  see(glimpse: TimedGlimpse): void {
    if (this.#phase !== 'running' || !this.#run) return;
    const outcome = this.#run.see(glimpse);
    if (outcome === 'done') this.#judge();
    else if (outcome === 'next' && !this.#pending && !this.#finishing) this.#sendNext();
  }

  /** Refused, stopped or cut off. Idempotent. */
  giveUp(reason: 'refused' | 'interrupted'): void {
    this.#end({ notDone: reason });
  }

  get #remainingMs(): number {
    return Math.max(0, Math.round(this.#deadlineMs - Date.now()));
  }

  #sendNext(): void {
    const next = this.#run?.next();
    if (!next || this.#remainingMs === 0) {
      this.#finishing = true;
      this.#after(TAIL_MS, () => this.#judge());
      return;
    }
    this.#step++;
    this.#pending = { step: this.#step, sentAtMs: Date.now(), forMs: next.forMs };
    const { show } = next;
    const step = { challengeId: this.id, step: this.#step, show, remainingMs: this.#remainingMs };
    this.#options.tell({ type: 'step', step });
    this.#after(STEP_TIMEOUT_MS, () => this.#end({ notDone: 'interrupted' }));
  }

  #judge(): void {
    if (this.#run) this.#end({ verdict: this.#run.judge() });
  }

  #end(ending: Ending): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    clearTimeout(this.#timer);
    this.#options.onEnd(ending);
  }

  #after(ms: number, task: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(task, ms);
  }
}
