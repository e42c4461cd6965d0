import { join } from 'node:path';
import { z } from 'zod';
import type { PolicyOutbox, PolicyStore } from '../calls/PolicyLog.ts';
import type { PolicyEntry } from '../calls/policyChain.ts';
import type { Logger } from '../logger.ts';
import { OutboxFile } from './OutboxFile.ts';

const waitingEntry = z.strictObject({
  callId: z.uuid(),
  entry: z.strictObject({
    actionId: z.uuid(),
    at: z.coerce.date(),
    kind: z.enum(['verdict', 'action', 'override', 'appeal']),
    action: z.string(),
    actorId: z.uuid().nullable(),
    subjectPeerId: z.string().nullable(),
    subjectUserId: z.string().nullable(),
    details: z.record(z.string(), z.json()),
  }),
});
interface WaitingEntry {
  callId: string;
  entry: PolicyEntry;
}

/** Between tries to bring the entries home, ms. */
const retryMs = 2000;

/**
 * Policy entries that were decided while the database was away, each on the disk before its action is acknowledged. They
 * are brought into the database in order as soon as it is back, and when the server starts, before any call is taken up
 * again. An entry that is there already is not written twice.
 */
export class FilePolicyOutbox implements PolicyOutbox {
  readonly #file: OutboxFile<WaitingEntry>;
  readonly #store: PolicyStore;
  readonly #logger: Logger;
  #draining: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  private constructor(file: OutboxFile<WaitingEntry>, store: PolicyStore, logger: Logger) {
    this.#file = file;
    this.#store = store;
    this.#logger = logger;
  }

  /** Opens the outbox and brings home what an earlier run of the server left in it. @throws When that fails. */
  static async open(options: { dataDir: string; store: PolicyStore; logger: Logger }): Promise<FilePolicyOutbox> {
    const { dataDir, store, logger } = options;
    const parse = (value: unknown): WaitingEntry => waitingEntry.parse(value);
    const file = await OutboxFile.open({ file: join(dataDir, 'policy-outbox.ndjson'), logger, parse });
    const outbox = new FilePolicyOutbox(file, store, logger);
    await outbox.#drain();
    return outbox;
  }

  get waiting(): boolean {
    return this.#file.waiting.size > 0;
  }

  async put(callId: string, entry: PolicyEntry): Promise<void> {
    await this.#file.put({ callId, entry });
    this.#drainLater();
  }

  /** Leaves what is still in it for the next start. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#draining.catch(() => undefined);
    await this.#file.close();
  }

  #drainLater(): void {
    if (this.#closed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#draining = this.#drain()
        .catch((error: unknown) => this.#logger.warn({ err: error }, 'policy entries still wait for the database'))
        .finally(() => {
          this.#timer = null;
          if (this.waiting) this.#drainLater();
        });
    }, retryMs);
    this.#timer.unref();
  }

  async #drain(): Promise<void> {
    let entries = 0;
    for (const [id, { callId, entry }] of this.#file.waiting) {
      await this.#store.append(callId, entry);
      await this.#file.remove(id);
      entries += 1;
    }
    if (entries > 0) this.#logger.info({ entries }, 'policy entries are in the database');
  }
}
