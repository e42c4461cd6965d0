import { EventEmitter } from 'node:events';
import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { StartError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { MediaPath } from '../protocol/values.ts';

/** A mediasoup worker process with the one server on which all its WebRTC transports listen. */
export interface MediaWorker {
  readonly index: number;
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
}

export interface WorkerPoolOptions {
  /** Number of worker processes, one per core. */
  count: number;
  /** Address to bind. */
  address: string;
  /** Address that clients are told. */
  announcedAddress: string;
  /** UDP and TCP port of worker 0; worker i listens on `port + i`. */
  port: number;
  /** Path of the `mediasoup-worker` binary; mediasoup's own if absent. */
  workerBin?: string;
  logger: Logger;
}

/** Waits between tries to start a worker again, in milliseconds. The first is at once. */
const restartDelaysMs = [0, 100, 300, 1000, 3000];

/**
 * Keeps one worker per core and replaces a dead one at once, on the same ports. A worker's death is an event of its
 * rooms, never of the process.
 */
export class WorkerPool extends EventEmitter<{ workerDied: [index: number]; workerReplaced: [index: number] }> {
  readonly #options: WorkerPoolOptions;
  /** Settled or pending: the worker at each index. */
  readonly #workers: Promise<MediaWorker>[] = [];
  readonly #roomsOf: number[] = [];
  /** 0 while a worker is being replaced. */
  readonly #pids: number[] = [];
  #closed = false;

  private constructor(options: WorkerPoolOptions) {
    super();
    this.#options = options;
  }

  /** @throws When a worker does not start or a port is taken. */
  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    for (let index = 0; index < options.count; index++) {
      pool.#roomsOf.push(0);
      pool.#pids.push(0);
      pool.#workers.push(pool.#start(index));
    }
    try {
      await Promise.all(pool.#workers);
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Where clients are told to send media. */
  get paths(): MediaPath[] {
    const { announcedAddress: address, port, count } = this.#options;
    return (['udp', 'tcp'] as const).map((protocol) => ({
      protocol,
      address,
      firstPort: port,
      lastPort: port + count - 1,
    }));
  }

  /** Process ids of the workers, for whoever operates or tests the server. */
  get pids(): readonly number[] {
    return this.#pids;
  }

  /** Whether every worker runs. */
  get alive(): boolean {
    return !this.#closed && this.#pids.every((pid) => pid > 0);
  }

  /** The index of the worker with the fewest rooms, which is counted as one room more until `release`. */
  acquire(): number {
    const index = this.#roomsOf.indexOf(Math.min(...this.#roomsOf));
    this.#roomsOf[index] = (this.#roomsOf[index] ?? 0) + 1;
    return index;
  }

  release(index: number): void {
    this.#roomsOf[index] = Math.max(0, (this.#roomsOf[index] ?? 0) - 1);
  }

  /** The living worker at an index; waits for a replacement that is being started. */
  async worker(index: number): Promise<MediaWorker> {
    while (!this.#closed) {
      const mediaWorker = await this.#workers[index];
      if (!mediaWorker) throw new Error(`there is no media worker ${index}`);
      if (!mediaWorker.worker.closed) return mediaWorker;
      // Routers hear of a worker's death a moment before the pool does.
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error('the worker pool is closed');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const settled = await Promise.allSettled(this.#workers);
    for (const result of settled) if (result.status === 'fulfilled') result.value.worker.close();
  }

  async #start(index: number): Promise<MediaWorker> {
    const { address, announcedAddress, port, workerBin, logger } = this.#options;
    // `error` only: every failed SRTP decryption is a warning, which would let a client flood the log.
    const worker = await mediasoup.createWorker({ logLevel: 'error', ...(workerBin && { workerBin }) });
    const listen = { ip: address, announcedAddress, port: port + index };
    try {
      const webRtcServer = await worker.createWebRtcServer({
        listenInfos: [
          { protocol: 'udp', ...listen },
          { protocol: 'tcp', ...listen },
        ],
      });
      worker.once('died', () => this.#replace(index));
      this.#pids[index] = worker.pid;
      logger.info({ index, pid: worker.pid, port: port + index }, 'media worker started');
      return { index, worker, webRtcServer };
    } catch (error) {
      worker.close();
      throw new StartError(
        `UDP and TCP port ${String(port + index)} on ${address} cannot be opened for media: set RTC_PORT to another one, or stop what uses it.`,
        { cause: error },
      );
    }
  }

  #replace(index: number): void {
    if (this.#closed) return;
    this.#options.logger.warn({ index }, 'media worker died');
    this.#pids[index] = 0;
    const replacement = this.#restart(index);
    this.#workers[index] = replacement;
    replacement.then(
      () => this.emit('workerReplaced', index),
      (error: unknown) => this.#options.logger.error({ index, err: error }, 'media worker could not be replaced'),
    );
    this.emit('workerDied', index);
  }

  async #restart(index: number): Promise<MediaWorker> {
    for (const delayMs of restartDelaysMs) {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (this.#closed) break;
      try {
        return await this.#start(index);
      } catch (error) {
        this.#options.logger.warn({ index, err: error }, 'media worker did not start');
      }
    }
    throw new Error(`media worker ${index} could not be started again`);
  }
}
