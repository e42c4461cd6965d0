import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Looked } from '../analysis/protocol.ts';
import type { Logger } from '../logger.ts';
import type { UnscoredReason } from '../protocol/assessment.ts';
import type { AnalysisChild, AnalysisStream, LookAnswer } from './AnalysisChild.ts';
import type { AnalysisSlot } from './AnalysisSlot.ts';
import { INTENDED_STEP_MS, Pace } from './Pace.ts';
import { nextScanInMs } from './policy.ts';
import type { RtpTap, WatchedCamera } from './types.ts';

/** Why a look gave nothing. */
export type ScanFailure = Extract<UnscoredReason, 'no_video' | 'corrupt_video' | 'analysis_down'>;

export interface ScanTimes {
  scanIntervalMs: number;
  firstIntegrityWindowMs: number;
  integrityWindowMs: number;
}

export interface ScannerOptions {
  camera: WatchedCamera;
  slot: AnalysisSlot;
  subjectId: number;
  groupId: number;
  times: ScanTimes;
  logger: Logger;
  /** Milliseconds for which looks shall wait, because somebody is joining (DETECTION section 3). */
  heldBackMs: () => number;
  /** What the last result means for the next look. */
  cadence: () => { risk: number | null; faceSeen: boolean };
  /** @param tooSeldom - Looks are so far apart that nothing would have been found: see `Pace`. */
  onLooked: (looked: Looked, tooSeldom: boolean) => void;
  onFailure: (failure: ScanFailure) => void;
  /** There is no process to look with, and what one remembered of this camera is gone. */
  onDown: () => void;
}

/** A look that gets no whole key frame within this is over; the first frames of a new camera may take a second. */
const LOOK_DEADLINE_MS = 2500;
/** [Note: How often to ask for a key frame] Asked within 300 ms of the last one, senders ignore it (DETECTION section 3). */
const MIN_BETWEEN_REQUESTS_MS = 500;
/** An unanswered request is held by the sender or lost; mediasoup repeats it by itself after a second. */
const ASK_AGAIN_MS = 1000;
const WINDOW_STEP_MS = INTENDED_STEP_MS;
/** So that looks never keep step with a loop that they should hit at many places. */
const WINDOW_JITTER = 0.2;
const LATEST_WANTED_MS = 2000;
/** What a key frame needs from the request to its arrival; one that took longer was held up. */
const MAX_LATENCY_MS = 150;
/** In a challenge, from one request to the next once its key frame has come: DETECTION section 3 measured 450 to 500. */
const CLOSE_STEP_MS = 470;
const AFTER_FAILURE_MS = 500;
const AFTER_FAILURES_MS = 2500;
const SUSPICION_WINDOW_MS = 20_000;
/** One suspicion that came to nothing does not open windows for ever. */
const BETWEEN_SUSPICIONS_MS = 60_000;
/** Later windows begin at a random time within these bounds after the one before has ended. */
const MIN_BETWEEN_WINDOWS_MS = 120_000;
const MAX_BETWEEN_WINDOWS_MS = 300_000;
/** However many are joining: a look is put off by this at most, or joining would be a way not to be looked at. */
const MAX_HOLD_BACK_MS = 1500;
/** A window's looks are at least so many times as far apart as key frames wait for their turn in the process. */
const STEPS_PER_WAIT = 8;
/** A camera whose key frames kill the process takes the others' checks with it. */
const CRASHES_BEFORE_QUARANTINE = 2;
const QUARANTINE_MS = 60_000;

/**
 * Looks at one camera as long as it is on: at once, then once a second for a while, then at every scan interval, with
 * windows of one key frame a second at random times and when something is suspicious. Between looks its tap is paused
 * outside windows. When the process dies, everything is opened anew in the next one.
 */
export class CameraScanner {
  /** Looks of windows that were put off because the process has more to do than time. */
  readonly counters = { slowed: 0 };
  readonly #options: ScannerOptions;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #windowEndsMs = 0;
  /** A challenge runs: key frames are looked at as fast as senders make them. */
  #close = false;
  #wake: (() => void) | null = null;
  #nextWindowMs = Infinity;
  #nextSuspicionMs = 0;
  #failuresInARow = 0;
  #lastRequestMs = -Infinity;
  #flowing = false;
  #waitedMs = 0;
  readonly #pace = new Pace();
  /** When the newest key frame was asked for (epoch, milliseconds), and how long the last one took to come. */
  #askedAtMs = 0;
  #latencyMs = 0;
  /** When the next picture would tell most (epoch, milliseconds). */
  #wantedAtMs: number | null = null;
  /** Times that the process died over a key frame of this camera. */
  #crashes = 0;

  constructor(options: ScannerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Ends the loop and closes the tap. Idempotent. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  /** Looks as often as it can, with glimpses, while a challenge runs. */
  watchClosely(on: boolean): void {
    this.#close = on;
    if (on) this.#wake?.();
  }

  get #closed(): boolean {
    return this.#abort.signal.aborted;
  }

  async #run(): Promise<void> {
    const { camera, slot, logger, onFailure, onDown } = this.#options;
    while (!this.#closed) {
      const { child } = slot;
      if (!child) {
        onDown();
        await this.#untilUp();
        continue;
      }
      if (this.#crashes >= CRASHES_BEFORE_QUARANTINE) {
        logger.warn({ producerId: camera.producerId }, 'camera whose pictures end the analysis process is left alone');
        onFailure('corrupt_video');
        await this.#pauseFor(QUARANTINE_MS, 'whatever happens');
        this.#crashes--;
        continue;
      }
      try {
        await this.#scanWith(child);
      } catch (error) {
        if (this.#closed) return;
        // The tap's transport or worker has gone; a rebuilt camera comes as another one.
        logger.debug({ err: error, producerId: camera.producerId }, 'tap failed');
        this.#fail('no_video');
        await this.#pauseFor(AFTER_FAILURES_MS);
      }
      if (!this.#closed && child.closed) onDown();
    }
  }

  /** Until the process dies, the tap fails or the scanner is closed. */
  async #scanWith(child: AnalysisChild): Promise<void> {
    const { camera, subjectId, groupId, times } = this.#options;
    const tap = await camera.openTap(child.destination);
    this.#flowing = false;
    if (this.#closed || child.closed) return tap.close();
    const stream = child.openStream({ subjectId, groupId, tap });
    this.#windowEndsMs = performance.now() + times.firstIntegrityWindowMs;
    this.#planWindow();
    const { signal } = this.#abort;
    // Settles a look that is under way.
    signal.addEventListener('abort', stream.close, { once: true });
    try {
      while (!this.#closed && !child.closed) {
        const answer = await this.#look(stream, tap);
        if (this.#closed) return;
        this.#report(answer);
        await this.#settle(tap);
        if (!child.closed) await this.#pauseFor(this.#nextInMs());
      }
    } finally {
      signal.removeEventListener('abort', stream.close);
      if (child.closed && child.lastTaken === stream.streamId) this.#crashes++;
      stream.close();
      tap.close();
    }
  }

  async #look(stream: AnalysisStream, tap: RtpTap): Promise<LookAnswer> {
    await this.#pauseFor(Math.min(MAX_HOLD_BACK_MS, this.#options.heldBackMs()));
    if (this.#closed) return { kind: 'down' };
    let failed: unknown;
    const ask = (): void => {
      this.#ask(tap).catch((error: unknown) => {
        failed = error;
      });
    };
    const onKeyFrameLost = (): void => {
      if (performance.now() - this.#lastRequestMs >= MIN_BETWEEN_REQUESTS_MS) ask();
    };
    const answer = stream.look(LOOK_DEADLINE_MS, onKeyFrameLost, this.#close);
    const again = setInterval(ask, ASK_AGAIN_MS);
    try {
      await this.#ask(tap);
      const result = await answer;
      if (failed !== undefined) throw new Error('the tap failed', { cause: failed });
      return result;
    } finally {
      clearInterval(again);
    }
  }

  /** Lets RTP flow, which asks for a key frame by itself, or asks for one. */
  async #ask(tap: RtpTap): Promise<void> {
    this.#lastRequestMs = performance.now();
    this.#askedAtMs = Date.now();
    if (this.#flowing) return tap.requestKeyFrame();
    this.#flowing = true;
    await tap.resume();
  }

  /** Pauses the tap unless the next look is near. */
  async #settle(tap: RtpTap): Promise<void> {
    if (!this.#flowing || this.#close || this.#inWindow || this.#failuresInARow > 0) return;
    this.#flowing = false;
    await tap.pause();
  }

  #report(answer: LookAnswer): void {
    switch (answer.kind) {
      case 'looked':
        this.#failuresInARow = 0;
        this.#latencyMs = Math.max(0, answer.looked.atMs - this.#askedAtMs);
        this.#wantedAtMs = answer.looked.nextAtMs;
        this.#waitedMs = answer.looked.waitedMs;
        if (answer.looked.suspicious) this.#openSuspicionWindow();
        if (this.#close || this.#inWindow) this.#pace.note(answer.looked.atMs);
        else this.#pace.rest();
        return this.#options.onLooked(answer.looked, this.#pace.tooSeldom);
      case 'unreadable':
        return this.#fail('corrupt_video');
      case 'nothing':
        // Packets, but no key frame that is whole: something comes that cannot be looked at.
        return this.#fail(answer.packets > 0 ? 'corrupt_video' : 'no_video');
      case 'late':
        return this.#fail('analysis_down');
      case 'down':
        return;
    }
  }

  #fail(failure: ScanFailure): void {
    this.#failuresInARow++;
    this.#options.onFailure(failure);
  }

  get #inWindow(): boolean {
    return performance.now() < this.#windowEndsMs;
  }

  #openSuspicionWindow(): void {
    const nowMs = performance.now();
    if (this.#inWindow || nowMs < this.#nextSuspicionMs) return;
    this.#windowEndsMs = nowMs + SUSPICION_WINDOW_MS;
    this.#nextSuspicionMs = this.#windowEndsMs + BETWEEN_SUSPICIONS_MS;
  }

  #planWindow(): void {
    const afterMs = randomInt(MIN_BETWEEN_WINDOWS_MS, MAX_BETWEEN_WINDOWS_MS);
    this.#nextWindowMs = Math.max(this.#windowEndsMs, performance.now()) + afterMs;
  }

  #nextInMs(): number {
    if (this.#failuresInARow > 0) return this.#failuresInARow === 1 ? AFTER_FAILURE_MS : AFTER_FAILURES_MS;
    const nowMs = performance.now();
    if (this.#close) return Math.max(0, this.#lastRequestMs + CLOSE_STEP_MS - nowMs);
    if (nowMs >= this.#nextWindowMs) {
      this.#windowEndsMs = nowMs + this.#options.times.integrityWindowMs;
      this.#planWindow();
    }
    const { scanIntervalMs } = this.#options.times;
    const random = randomInt(1 << 30) / (1 << 30);
    if (this.#inWindow) {
      const stepMs = Math.min(scanIntervalMs, Math.max(WINDOW_STEP_MS, STEPS_PER_WAIT * this.#waitedMs));
      if (stepMs > WINDOW_STEP_MS) this.#slowDown(stepMs);
      else if (this.#wantedAtMs !== null) return this.#untilWantedMs(this.#wantedAtMs);
      const jitteredMs = stepMs * (1 - WINDOW_JITTER + 2 * WINDOW_JITTER * random);
      return Math.max(MIN_BETWEEN_REQUESTS_MS, this.#lastRequestMs + jitteredMs - nowMs);
    }
    return nextScanInMs({ scanIntervalMs, ...this.#options.cadence() }, random);
  }

  /** A window lasts until it has had its looks: less of them would be less than was promised. At rest it is no faster. */
  #slowDown(stepMs: number): void {
    this.counters.slowed++;
    this.#windowEndsMs += stepMs - WINDOW_STEP_MS;
  }

  /** A picture that is to be compared with one before has to be taken at the right moment, not only in time. */
  #untilWantedMs(wantedAtMs: number): number {
    const afterMs = wantedAtMs - Math.min(this.#latencyMs, MAX_LATENCY_MS) - Date.now();
    const earliestMs = this.#lastRequestMs + MIN_BETWEEN_REQUESTS_MS - performance.now();
    return Math.min(LATEST_WANTED_MS, Math.max(0, earliestMs, afterMs));
  }

  async #pauseFor(ms: number, until: 'the process dies' | 'whatever happens' = 'the process dies'): Promise<void> {
    if (ms <= 0 || this.#closed) return;
    const { slot } = this.#options;
    const wake = new AbortController();
    const stop = (): void => wake.abort();
    this.#wake = until === 'the process dies' ? stop : null;
    this.#abort.signal.addEventListener('abort', stop);
    if (until === 'the process dies') slot.on('down', stop);
    try {
      await sleep(ms, undefined, { signal: wake.signal });
    } catch {
      // Woken: the loop looks why.
    } finally {
      this.#wake = null;
      this.#abort.signal.removeEventListener('abort', stop);
      slot.off('down', stop);
    }
  }

  async #untilUp(): Promise<void> {
    const { slot } = this.#options;
    const { signal } = this.#abort;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        slot.off('up', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      slot.on('up', done);
      signal.addEventListener('abort', done);
      if (slot.child || signal.aborted) done();
    });
  }
}
