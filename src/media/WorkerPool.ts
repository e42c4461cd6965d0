import { EventEmitter } from 'node:events';
import { AppError, StartError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { MediaPath } from '../protocol/values.ts';
import type { Announcement } from './announcement.ts';
import { MediaRoutes } from './MediaRoutes.ts';
import { MediaWorker } from './MediaWorker.ts';
import type { TurnOptions } from './turn.ts';
import { leastLoaded, WorkerLoad } from './WorkerLoad.ts';

export interface WorkerPoolOptions {
  /** Number of worker processes, one per core. */
  count: number;
  /** Addresses to bind. */
  addresses: readonly string[];
  /** Addresses or host names that clients are told, the preferred one first. */
  announcedAddresses: readonly string[];
  /** UDP port of worker 0; worker i listens on `port + i`. */
  port: number;
  /** TCP port of the gate through which all workers' TCP comes; that of worker 0 if absent. */
  tcpPort?: () => number;
  /** Share of its core from which a worker takes nobody new; none is ever full if absent. */
  fullAtLoad?: number;
  /** A TURN server that clients are told of; none if absent. */
  turn?: TurnOptions;
  /** Path of the `mediasoup-worker` binary; mediasoup's own if absent. */
  workerBin?: string;
  logger: Logger;
}

const measureEveryMs = 2000;
const noTurn: TurnOptions = { urls: [], secret: '', ttlS: 0 };

/** Waits between tries to start a worker again, in milliseconds. The first is at once. */
const restartDelaysMs = [0, 100, 300, 1000, 3000];

/**
 * Keeps one worker per core and replaces a dead one at once, on the same ports. A worker's death is an event of its
 * rooms, never of the process.
 */
export class WorkerPool extends EventEmitter<{ workerDied: [index: number]; workerReplaced: [index: number] }> {
  /** Where TCP that comes in belongs. */
  readonly routes = new MediaRoutes();
  readonly #options: WorkerPoolOptions;
  /** Settled or pending: the worker at each index. */
  readonly #workers: Promise<MediaWorker>[] = [];
  readonly #roomsOf: number[] = [];
  readonly #loads: WorkerLoad[] = [];
  #measuring: ReturnType<typeof setInterval> | undefined;
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
      pool.#loads.push(new WorkerLoad());
      pool.#pids.push(0);
      pool.#workers.push(pool.#start(index));
    }
    try {
      await Promise.all(pool.#workers);
      pool.#measuring = setInterval(() => pool.#measure(), measureEveryMs).unref();
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Where clients are told to send media. */
  get paths(): MediaPath[] {
    const { port, count } = this.#options;
    const { addresses, tcpPort } = this.#announcement;
    return addresses.flatMap((address) => [
      { protocol: 'udp' as const, address, firstPort: port, lastPort: port + count - 1 },
      { protocol: 'tcp' as const, address, firstPort: tcpPort, lastPort: tcpPort },
    ]);
  }

  get #announcement(): Announcement {
    const { announcedAddresses, port, tcpPort, turn = noTurn } = this.#options;
    return { addresses: announcedAddresses, tcpPort: tcpPort?.() ?? port, turn };
  }

  /** Process ids of the workers, for whoever operates or tests the server. */
  get pids(): readonly number[] {
    return this.#pids;
  }

  /** Whether every worker runs. */
  get alive(): boolean {
    return !this.#closed && this.#pids.every((pid) => pid > 0);
  }

  /**
   * The index of the worker with the least to do, which is counted as one room more until `release`.
   *
   * @throws AppError CAPACITY when every worker is full.
   */
  acquire(): number {
    const workers = this.#loads.map(({ share }, index) => ({ share, rooms: this.#roomsOf[index] ?? 0 }));
    const index = leastLoaded(workers, this.#options.fullAtLoad ?? Infinity);
    if (index === null) throw new AppError('CAPACITY', 'The server is full.', { retryAfterS: 30 });
    this.#roomsOf[index] = (this.#roomsOf[index] ?? 0) + 1;
    return index;
  }

  /** Whether the people on a worker would suffer from more of them. */
  full(index: number): boolean {
    return (this.#loads[index]?.share ?? 0) >= (this.#options.fullAtLoad ?? Infinity);
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
    clearInterval(this.#measuring);
    const settled = await Promise.allSettled(this.#workers);
    for (const result of settled) if (result.status === 'fulfilled') result.value.worker.close();
  }

  #measure(): void {
    for (const [index, starting] of this.#workers.entries()) {
      // A worker that dies while it is asked is not asked again.
      starting
        .then(async ({ worker }) => {
          const { ru_utime: userMs, ru_stime: systemMs } = await worker.getResourceUsage();
          this.#loads[index]?.push(userMs + systemMs, performance.now());
        })
        .catch(() => undefined);
    }
  }

  async #start(index: number): Promise<MediaWorker> {
    const { addresses, port, workerBin, logger } = this.#options;
    try {
      const mediaWorker = await MediaWorker.start({
        index,
        addresses,
        port: port + index,
        announcement: () => this.#announcement,
        routes: this.routes,
        ...(workerBin && { workerBin }),
      });
      const { worker } = mediaWorker;
      worker.once('died', () => this.#replace(index));
      this.#pids[index] = worker.pid;
      logger.info({ index, pid: worker.pid, port: port + index }, 'media worker started');
      return mediaWorker;
    } catch (error) {
      throw new StartError(
        `UDP port ${String(port + index)} on ${addresses.join(', ')} cannot be opened for media: set RTC_PORT to another one, or stop what uses it.`,
        { cause: error },
      );
    }
  }

  #replace(index: number): void {
    if (this.#closed) return;
    this.#options.logger.warn({ index }, 'media worker died');
    this.#pids[index] = 0;
    this.#loads[index]?.reset();
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
