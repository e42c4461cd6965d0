import { open, readFile, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { RecordChange, RecordOutbox } from '../calls/recordChanges.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';

export interface RecordOutboxOptions {
  file: string;
  logger: Logger;
  /** Reads what was written as a change. */
  parse: (value: unknown) => RecordChange;
  /** Changes that may wait at once; beyond it they are as safe as the memory. */
  maxWaiting?: number;
}

const line = z.union([z.strictObject({ id: z.int(), change: z.unknown() }), z.strictObject({ done: z.int() })]);

/**
 * Changes to the record, one a line, each on the disk before `put` resolves. A line that a crash cut off is no change:
 * whoever put it was not answered. When nothing waits any more the file is emptied.
 */
export class RecordOutboxFile implements RecordOutbox {
  readonly pending: readonly { id: number; change: RecordChange }[];
  readonly #handle: FileHandle;
  readonly #waiting: Set<number>;
  readonly #maxWaiting: number;
  #lastId: number;
  /** Writes follow each other. */
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(handle: FileHandle, pending: RecordOutboxFile['pending'], maxWaiting: number) {
    this.#handle = handle;
    this.pending = pending;
    this.#maxWaiting = maxWaiting;
    this.#waiting = new Set(pending.map(({ id }) => id));
    this.#lastId = Math.max(0, ...this.#waiting);
  }

  static async open(options: RecordOutboxOptions): Promise<RecordOutboxFile> {
    const { file, logger, parse, maxWaiting = 20_000 } = options;
    const text = await readFile(file, 'utf8').catch(() => '');
    const pending = new Map<number, RecordChange>();
    for (const row of text.split('\n').filter((part) => part !== '')) {
      try {
        const read = line.parse(JSON.parse(row));
        if ('done' in read) pending.delete(read.done);
        else pending.set(read.id, parse(read.change));
      } catch (error) {
        logger.warn({ err: error, file }, 'a line of the outbox cannot be read');
      }
    }
    const handle = await open(file, 'a', 0o600);
    // So that a cut line does not spoil the next one.
    if (text !== '' && !text.endsWith('\n')) await handle.appendFile('\n');
    return new RecordOutboxFile(
      handle,
      [...pending].map(([id, change]) => ({ id, change })),
      maxWaiting,
    );
  }

  /** How many changes wait for the database. */
  get size(): number {
    return this.#waiting.size;
  }

  async put(change: RecordChange): Promise<number> {
    if (this.#waiting.size >= this.#maxWaiting)
      throw new AppError('CAPACITY', 'Too many changes wait for the database.');
    const id = (this.#lastId += 1);
    this.#waiting.add(id);
    await this.#write(async () => {
      await this.#handle.appendFile(`${JSON.stringify({ id, change })}\n`);
      await this.#handle.datasync();
    });
    return id;
  }

  /** Need not reach the disk: what is applied a second time changes nothing. */
  async remove(id: number): Promise<void> {
    if (!this.#waiting.delete(id)) return;
    await this.#write(async () => {
      if (this.#waiting.size === 0) await this.#handle.truncate(0);
      else await this.#handle.appendFile(`${JSON.stringify({ done: id })}\n`);
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#tail.catch(() => undefined);
    await this.#handle.close();
  }

  #write(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work, work);
    this.#tail = done;
    return done;
  }
}
