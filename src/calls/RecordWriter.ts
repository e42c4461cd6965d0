import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** Waits between tries, in milliseconds; the last one is repeated. */
const retryMs = [200, 500, 1000, 2000, 5000];
/** A reader waits no longer than this for changes that the database is still to take. */
const maxReadDelayMs = 1000;

/**
 * Writes what happens to calls behind their back: media and notifications never wait for the database. The changes of
 * one call follow each other in order, each tried until the database has it, however long that is away. Should the
 * server die first, its next start ends the call as of its last sign of life.
 */
export class RecordWriter {
  readonly #logger: Logger;
  readonly #writes = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @returns a promise that settles once the change is durable, or was given up for a reason other than an outage. */
  write(callId: string, change: () => Promise<unknown>): Promise<void> {
    const before = this.#writes.get(callId) ?? Promise.resolve();
    const writing = before
      .then(() => this.#untilWritten(callId, change))
      .finally(() => {
        if (this.#writes.get(callId) === writing) this.#writes.delete(callId);
      });
    this.#writes.set(callId, writing);
    return writing;
  }

  /** Reads after the changes under way: pages ask for the record as soon as they are told of one. */
  async read<T>(read: () => Promise<T>): Promise<T> {
    if (this.#writes.size > 0) {
      const written = Promise.allSettled(this.#writes.values());
      await Promise.race([written, delay(maxReadDelayMs, undefined, { ref: false })]);
    }
    return read();
  }

  /** Tries what is left once more, then gives up. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#writes.values());
  }

  async #untilWritten(callId: string, change: () => Promise<unknown>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await change();
        return;
      } catch (error) {
        const again = error instanceof AppError && error.code === 'UNAVAILABLE' && !this.#closing.signal.aborted;
        this.#logger.warn({ err: error, callId, attempt, again }, 'a change of a call could not be written');
        if (!again) return;
      }
      const waitMs = retryMs[Math.min(attempt, retryMs.length - 1)];
      await delay(waitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }
}
