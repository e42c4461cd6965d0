import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { performance } from 'node:perf_hooks';
import {
  fromChild,
  type CatalogEntry,
  type FromChild,
  type Looked,
  type ToChild,
  type UnreadableReason,
} from '../analysis/protocol.ts';
import { assertUnreachable } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { processState } from './processState.ts';
import { startAnalysisProcess, type Ready, type StartedProcess, type StartOptions } from './startAnalysisProcess.ts';
import type { RtpTap, UdpAddress } from './types.ts';

/** How a look ended. `late`: no answer in time. `down`: the process has gone. */
export type LookAnswer =
  | { kind: 'looked'; looked: Looked }
  | { kind: 'unreadable'; reason: UnreadableReason }
  | { kind: 'nothing'; packets: number; keyFramesLost: number }
  | { kind: 'late' }
  | { kind: 'down' };

/** A tapped stream inside a child. */
export interface AnalysisStream {
  /**
   * Has the next whole key frame looked at. One look at a time.
   *
   * @param onKeyFrameLost - A key frame came in pieces: ask the sender for another one.
   * @param glimpse - Also say what an active check needs; not by default.
   */
  look(deadlineMs: number, onKeyFrameLost: () => void, glimpse?: boolean): Promise<LookAnswer>;
  /** Settles a look that is under way. Idempotent. */
  readonly close: () => void;
}

export interface StreamOptions {
  subjectId: number;
  groupId: number;
  tap: Pick<RtpTap, 'ssrc' | 'payloadType' | 'source'>;
}

interface PendingLook {
  lookId: number;
  askedAtMs: number;
  settle: (answer: LookAnswer) => void;
  onKeyFrameLost: () => void;
}

interface OpenStream {
  nonce: string;
  pending: PendingLook | null;
}

export interface ChildCounters {
  /** Messages that are no valid answer: garbage, out of range, of an unknown or closed stream, or late. */
  invalid: number;
  unexpected: number;
  faults: number;
  /** Times that a model of the catalog was refused or failed. */
  modelFaults: number;
}

const WATCH_EVERY_MS = 250;
const PING_AT_WORK_MS = 500;
const PING_IDLE_MS = 2000;
/** DESIGN section 1: silent for so long with work in hand, and it is killed. */
const SILENCE_MS = 1000;
/** On a machine that is too busy a healthy process may not get its turn: then its second is one of its own CPU time. */
const STARVED_MS = 6000;
/** Beyond a look's own deadline: the frame may have come at its very end and wait for its turn among many. */
const LOOK_GRACE_MS = 5000;

/**
 * One analysis process. It handles hostile media, so everything that it says is parsed, has to carry the stream's
 * nonce and the look's number, and is counted and dropped otherwise. A ping is work in hand too: a process that leaves
 * one unanswered for a second is stopped, hung or dead, and is killed.
 */
export class AnalysisChild extends EventEmitter<{ close: [] }> {
  readonly pid: number;
  /** Where taps send to. */
  readonly destination: UdpAddress;
  readonly counters: ChildCounters = { invalid: 0, unexpected: 0, faults: 0, modelFaults: 0 };
  /** What the process counts itself, as of its last answer to a ping. */
  reported: Readonly<Record<string, number>> = {};
  readonly models: Ready['models'];
  readonly #process: ChildProcess;
  readonly #logger: Logger;
  readonly #streams = new Map<number, OpenStream>();
  readonly #watch: NodeJS.Timeout;
  readonly #exited: Promise<void>;
  #inHand: number | null = null;
  /** The catalog's model that has the process now. */
  #runningModel: string | null = null;
  #pingedAtMs = -Infinity;
  /** Since when a ping waits for any word at all. */
  #silentSinceMs: number | null = null;
  #cpuAtPingMs = 0;
  #watchedAtMs = performance.now();
  #lastId = 0;
  #closed = false;

  /** @throws When the process does not start; see `startAnalysisProcess`. */
  static async start(options: StartOptions & { logger: Logger }): Promise<AnalysisChild> {
    return new AnalysisChild(await startAnalysisProcess(options), options.logger);
  }

  private constructor({ process: child, ready }: StartedProcess, logger: Logger) {
    super();
    this.#process = child;
    this.#logger = logger.child({ analysisPid: child.pid });
    this.pid = child.pid ?? 0;
    this.destination = { ip: '127.0.0.1', port: ready.port };
    this.models = ready.models;
    const { receiveBufferBytes } = ready;
    this.#logger.info({ receiveBufferBytes }, 'analysis process is ready');
    for (const { name, error } of ready.models) {
      if (error !== null) this.#logger.error({ model: name, reason: error }, 'model refused, its analyzers abstain');
    }
    child.on('message', (raw) => this.#receive(raw));
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve();
        if (!this.#closed) this.#logger.error({ code, signal }, 'analysis process ended');
        void this.close();
      });
    });
    child.on('error', (error) => this.#logger.error({ err: error }, 'analysis process failed'));
    this.#watch = setInterval(() => this.#checkLife(), WATCH_EVERY_MS);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Streams on whose frame it was at work when it was last heard of; for blaming them when it dies. */
  get lastTaken(): number | null {
    return this.#runningModel === null ? this.#inHand : null;
  }

  /** The catalog's model that it was running when it was last heard of; for blaming it when the process dies. */
  get lastModel(): string | null {
    return this.#runningModel;
  }

  /** Replaces the models of the catalog in use. */
  loadModels(folder: string, catalog: readonly CatalogEntry[]): void {
    this.#send({ type: 'loadModels', folder, catalog: [...catalog] });
  }

  get looksInFlight(): number {
    let count = 0;
    for (const { pending } of this.#streams.values()) if (pending) count++;
    return count;
  }

  /** Makes it accept the tap's packets. `streamId` may be compared with `lastTaken`. */
  openStream({ subjectId, groupId, tap }: StreamOptions): AnalysisStream & { streamId: number } {
    const streamId = ++this.#lastId;
    const stream: OpenStream = { nonce: randomBytes(16).toString('hex'), pending: null };
    this.#streams.set(streamId, stream);
    const { ssrc, payloadType } = tap;
    const source = { ip: tap.source.ip, port: tap.source.port };
    const { nonce } = stream;
    this.#send({ type: 'openStream', streamId, nonce, subjectId, groupId, ssrc, payloadType, source });
    return {
      streamId,
      look: (deadlineMs, onKeyFrameLost, glimpse = false) =>
        this.#look(streamId, stream, { deadlineMs, onKeyFrameLost, glimpse }),
      close: () => {
        if (!this.#streams.delete(streamId)) return;
        stream.pending?.settle({ kind: 'down' });
        this.#send({ type: 'closeStream', streamId });
      },
    };
  }

  /** Drops what it remembers of a participant's face. */
  forgetSubject(subjectId: number): void {
    this.#send({ type: 'forgetSubject', subjectId });
  }

  /** Ends the process at once, as it owns nothing that could be lost, and waits until it has gone. Idempotent. */
  close(): Promise<void> {
    if (this.#closed) return this.#exited;
    this.#closed = true;
    clearInterval(this.#watch);
    this.#process.kill('SIGKILL');
    for (const { pending } of this.#streams.values()) pending?.settle({ kind: 'down' });
    this.#streams.clear();
    this.emit('close');
    return this.#exited;
  }

  #look(
    streamId: number,
    stream: OpenStream,
    { deadlineMs, glimpse, onKeyFrameLost }: { deadlineMs: number; glimpse: boolean; onKeyFrameLost: () => void },
  ): Promise<LookAnswer> {
    if (this.#closed || !this.#streams.has(streamId)) return Promise.resolve({ kind: 'down' });
    stream.pending?.settle({ kind: 'late' });
    const lookId = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => pending.settle({ kind: 'late' }), deadlineMs + LOOK_GRACE_MS);
      const pending: PendingLook = {
        lookId,
        askedAtMs: Date.now(),
        onKeyFrameLost,
        settle: (answer) => {
          clearTimeout(timer);
          if (stream.pending === pending) stream.pending = null;
          resolve(answer);
        },
      };
      stream.pending = pending;
      this.#send({ type: 'look', streamId, lookId, deadlineMs, glimpse });
    });
  }

  #receive(raw: unknown): void {
    if (this.#closed) return;
    this.#silentSinceMs = null;
    const parsed = fromChild.safeParse(raw);
    if (!parsed.success) {
      this.counters.invalid++;
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'pong':
        this.reported = message.counters;
        return;
      case 'fault':
        this.counters.faults++;
        this.#logger.warn({ where: message.where, reason: message.message }, 'fault in an analysis process');
        return;
      case 'ready':
        this.counters.unexpected++;
        return;
      case 'model':
        return this.#noteModel(message);
      case 'taken':
      case 'keyFrameLost':
      case 'looked':
      case 'unreadable':
      case 'nothing':
        return this.#answer(message);
      default:
        assertUnreachable(message);
    }
  }

  #noteModel({ name, phase, error, meanMs }: Extract<FromChild, { type: 'model' }>): void {
    this.#runningModel = phase === 'running' ? name : null;
    if (error === null) return;
    this.counters.modelFaults++;
    this.#logger.warn({ model: name, phase, reason: error, meanMs }, 'model of the catalog failed');
  }

  #answer(message: Extract<FromChild, { lookId: number }>): void {
    const stream = this.#streams.get(message.streamId);
    const pending = stream?.pending;
    if (!pending || stream.nonce !== message.nonce || pending.lookId !== message.lookId) {
      this.counters.unexpected++;
      return;
    }
    switch (message.type) {
      case 'taken':
        this.#inHand = message.streamId;
        return;
      case 'keyFrameLost':
        return pending.onKeyFrameLost();
      case 'nothing':
        return pending.settle({ kind: 'nothing', packets: message.packets, keyFramesLost: message.keyFramesLost });
      case 'unreadable':
        this.#inHand = null;
        return pending.settle({ kind: 'unreadable', reason: message.reason });
      case 'looked':
        this.#inHand = null;
        if (isPlausible(message, pending.askedAtMs)) return pending.settle({ kind: 'looked', looked: message });
        this.counters.invalid++;
        return;
      default:
        assertUnreachable(message);
    }
  }

  #checkLife(): void {
    const nowMs = performance.now();
    const heldUp = nowMs - this.#watchedAtMs > 2 * WATCH_EVERY_MS;
    this.#watchedAtMs = nowMs;
    if (this.#silentSinceMs === null) {
      const everyMs = this.looksInFlight > 0 ? PING_AT_WORK_MS : PING_IDLE_MS;
      if (nowMs - this.#pingedAtMs < everyMs) return;
      this.#pingedAtMs = nowMs;
      this.#silentSinceMs = nowMs;
      this.#cpuAtPingMs = processState(this.pid)?.cpuMs ?? 0;
      this.#send({ type: 'ping', pingId: ++this.#lastId });
    } else if (heldUp) {
      // This process itself stood still: the answer may be waiting unread.
      this.#silentSinceMs = Math.max(this.#silentSinceMs, nowMs - SILENCE_MS / 2);
    } else if (nowMs - this.#silentSinceMs > (this.#isStarved() ? STARVED_MS : SILENCE_MS)) {
      this.#logger.error('analysis process is silent, it is killed');
      void this.close();
    }
  }

  /** It wants to run and has not had its second yet; a stopped, hung or dead one does not look like that. */
  #isStarved(): boolean {
    const state = processState(this.pid);
    return state !== null && state.runnable && state.cpuMs - this.#cpuAtPingMs < SILENCE_MS;
  }

  #send(message: ToChild): void {
    if (this.#closed || !this.#process.connected) return;
    this.#process.send(message, (error) => {
      if (error && !this.#closed) this.#logger.debug({ err: error }, 'message to an analysis process was lost');
    });
  }
}

const CLOCK_TOLERANCE_MS = 1000;

/** Evidence is of a time that can be: after it was asked for, not in the future, and in order. */
function isPlausible(looked: Looked, askedAtMs: number): boolean {
  const latest = Date.now() + CLOCK_TOLERANCE_MS;
  if (looked.atMs < askedAtMs - CLOCK_TOLERANCE_MS || looked.atMs > latest) return false;
  return looked.evidence.every((item) => item.fromMs <= item.toMs && item.toMs <= latest);
}
