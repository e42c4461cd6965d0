import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from '../logger.ts';

export interface ListenerOptions {
  url: string;
  channel: string;
  logger: Logger;
  onMessage: (payload: string) => void;
  /** Listening begins, at first or again: what was told in between was not heard. */
  onListening: () => void;
}

const retryMs = 1000;
/** How often the connection is tried, so that one that was cut without a word is noticed. */
const tryEveryMs = 20_000;

/** A connection that hears Postgres's notifications (`NOTIFY`). It connects again by itself, for as long as it takes. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#listen().catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'notifications of the database are not heard');
      });
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns when asked to close, throws when the connection is lost. */
  async #listen(): Promise<void> {
    const { url, channel, onMessage, onListening } = this.#options;
    const { signal } = this.#closing;
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 5000 });
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => undefined);
    client.on('error', lost.reject);
    client.on('end', () => lost.reject(new Error('the connection has ended')));
    client.on('notification', ({ payload }) => onMessage(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      onListening();
      while (!signal.aborted) {
        await Promise.race([delay(tryEveryMs, undefined, { signal }).catch(() => undefined), lost.promise]);
        if (!signal.aborted) await client.query('SELECT 1');
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
