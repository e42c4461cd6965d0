import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { CallStore } from './CallStore.ts';
import { applyChange, type RecordChange, type RecordOutbox } from './recordChanges.ts';

/** Waits between tries, in milliseconds; the last one is repeated. */
const retryMs = [200, 500, 1000, 2000, 5000];
/** A reader waits no longer than this for changes that the database is still to take. */
const maxReadDelayMs = 1000;
/** A change that the database has not taken after this goes into the outbox, too. */
const outboxAfterMs = 500;

export interface RecordWriterOptions {
  store: CallStore;
  /** Null: changes wait in memory only. */
  outbox: RecordOutbox | null;
  logger: Logger;
}

/**
 * Writes what happens to calls behind their back: media and notifications never wait for the database. The changes of
 * one call follow each other in order, each tried until the database has it, however long that is away. Meanwhile they
 * are in the outbox, from which the next start takes them should the server die first.
 */
export class RecordWriter {
  readonly #options: RecordWriterOptions;
  readonly #writes = new Map<string, Promise<boolean>>();
  readonly #keeping = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: RecordWriterOptions) {
    this.#options = options;
  }

  /** Applies what an earlier process could not, in its order. */
  async replay(): Promise<void> {
    const { store, outbox, logger } = this.#options;
    if (!outbox) return;
    const left = [...outbox.waiting];
    for (const [id, change] of left) {
      await applyChange(store, change).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'UNAVAILABLE') throw error;
        logger.error({ err: error, kind: change.kind }, 'a change from the outbox cannot be applied');
      });
      await outbox.remove(id);
    }
    if (left.length > 0) logger.info({ changes: left.length }, 'changes taken from the outbox');
  }

  /** @returns a promise that settles once the change is durable: in the database, or in the outbox. */
  record(callId: string, change: RecordChange): Promise<void> {
    const { store, outbox } = this.#options;
    const written = this.#enqueue(callId, () => applyChange(store, change));
    if (!outbox) return written.then(() => undefined);
    const inOutbox = this.#keep(callId, change, written, outbox);
    const settled = Promise.allSettled([written, inOutbox]).then(() => void this.#keeping.delete(settled));
    this.#keeping.add(settled);
    return Promise.race([written, inOutbox]).then(() => undefined);
  }

  /** @returns a promise that settles once the change is in the database, or was given up. */
  async write(callId: string, change: () => Promise<unknown>): Promise<void> {
    await this.#enqueue(callId, change);
  }

  /** Reads after the changes under way: pages ask for the record as soon as they are told of one. */
  async read<T>(read: () => Promise<T>): Promise<T> {
    if (this.#writes.size > 0) {
      const written = Promise.allSettled(this.#writes.values());
      await Promise.race([written, delay(maxReadDelayMs, undefined, { ref: false })]);
    }
    return read();
  }

  /** Tries what is left once more, then leaves it to the outbox. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#writes.values());
    while (this.#keeping.size > 0) await Promise.allSettled(this.#keeping);
  }

  #enqueue(callId: string, change: () => Promise<unknown>): Promise<boolean> {
    const before = this.#writes.get(callId) ?? Promise.resolve(true);
    const writing = before
      .then(() => this.#untilWritten(callId, change))
      .finally(() => {
        if (this.#writes.get(callId) === writing) this.#writes.delete(callId);
      });
    this.#writes.set(callId, writing);
    return writing;
  }

  /** Puts a change into the outbox that the database does not take soon, and out of it when it has. */
  async #keep(callId: string, change: RecordChange, written: Promise<boolean>, outbox: RecordOutbox): Promise<void> {
    const late = new AbortController();
    const soon = await Promise.race([
      written,
      delay(outboxAfterMs, false, { signal: AbortSignal.any([this.#closing.signal, late.signal]) }).catch(() => false),
    ]);
    late.abort();
    if (soon) return;
    try {
      const id = await outbox.put(change);
      this.#removing(written, outbox, id);
    } catch (error) {
      this.#options.logger.error({ err: error, callId }, 'a change could not be put into the outbox');
      await written;
    }
  }

  /** What was given up at the stop stays, for the next start. */
  #removing(written: Promise<boolean>, outbox: RecordOutbox, id: number): void {
    const removing = written
      .then((done) => (done ? outbox.remove(id) : undefined))
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'a change could not be taken out of the outbox');
      })
      .finally(() => this.#keeping.delete(removing));
    this.#keeping.add(removing);
  }

  /** @returns whether the database has it. */
  async #untilWritten(callId: string, change: () => Promise<unknown>): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      try {
        await change();
        return true;
      } catch (error) {
        const again = error instanceof AppError && error.code === 'UNAVAILABLE' && !this.#closing.signal.aborted;
        this.#options.logger.warn({ err: error, callId, attempt, again }, 'a change of a call could not be written');
        if (!again) return false;
      }
      const waitMs = retryMs[Math.min(attempt, retryMs.length - 1)];
      await delay(waitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }
}
