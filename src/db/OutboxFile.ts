import { open, readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';

export interface OutboxFileOptions<T> {
  file: string;
  logger: Logger;
  /** Reads what was written. @throws When it is no such entry. */
  parse: (value: unknown) => T;
  /** Entries that may wait at once; further ones are refused. */
  maxWaiting?: number;
}

const line = z.union([z.strictObject({ id: z.int(), entry: z.unknown() }), z.strictObject({ done: z.int() })]);

/**
 * What waits for the database, one JSON a line, each on the disk before `put` resolves. A line that a crash or a full
 * disk cut off is no entry: whoever put it was not answered. When nothing waits any more the file is gone.
 */
export class OutboxFile<T> {
  readonly #options: OutboxFileOptions<T>;
  readonly #waiting: Map<number, T>;
  #lastId: number;
  /** Writes follow each other. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(options: OutboxFileOptions<T>, waiting: Map<number, T>) {
    this.#options = options;
    this.#waiting = waiting;
    this.#lastId = Math.max(0, ...waiting.keys());
  }

  /** Opens it with what an earlier process has left. @throws When the file is there and cannot be read. */
  static async open<T>(options: OutboxFileOptions<T>): Promise<OutboxFile<T>> {
    const { file, logger, parse } = options;
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    const waiting = new Map<number, T>();
    for (const row of text.split('\n').filter((part) => part !== '')) {
      try {
        const read = line.parse(JSON.parse(row));
        if ('done' in read) waiting.delete(read.done);
        else waiting.set(read.id, parse(read.entry));
      } catch (error) {
        logger.warn({ err: error, file }, 'a line of an outbox cannot be read');
      }
    }
    return new OutboxFile(options, waiting);
  }

  /** What waits, oldest first, by the number that `remove` takes. */
  get waiting(): ReadonlyMap<number, T> {
    return this.#waiting;
  }

  /** @throws AppError CAPACITY; an error of the file system, and then nothing was kept. */
  async put(entry: T): Promise<number> {
    if (this.#waiting.size >= (this.#options.maxWaiting ?? 20_000)) {
      throw new AppError('CAPACITY', 'Too many changes wait for the database.');
    }
    const id = (this.#lastId += 1);
    // Counts at once, so that what is decided meanwhile does not overtake it.
    this.#waiting.set(id, entry);
    try {
      await this.#inTurn(() => this.#append({ id, entry }, true));
    } catch (error) {
      this.#waiting.delete(id);
      throw error;
    }
    return id;
  }

  /** That need not reach the disk: what is applied a second time changes nothing. */
  async remove(id: number): Promise<void> {
    if (!this.#waiting.delete(id)) return;
    await this.#inTurn(async () => {
      if (this.#waiting.size === 0) await rm(this.#options.file, { force: true });
      else await this.#append({ done: id }, false);
    });
  }

  /** Waits for writes under way; what waits is there for the next start. */
  async close(): Promise<void> {
    await this.#tail;
  }

  /** Begins a line of its own, for the one before may have been cut off. */
  async #append(row: z.input<typeof line>, flush: boolean): Promise<void> {
    const handle = await open(this.#options.file, 'a', 0o600);
    try {
      await handle.appendFile(`\n${JSON.stringify(row)}\n`);
      if (flush) await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }
}
