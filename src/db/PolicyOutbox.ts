import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PolicyOutbox, PolicyStore } from '../calls/PolicyLog.ts';
import type { PolicyEntry } from '../calls/policyChain.ts';
import type { Logger } from '../logger.ts';

const line = z.strictObject({
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
type Line = z.infer<typeof line>;

/** Between tries to bring the entries home, ms. */
const retryMs = 2000;

/**
 * Policy entries that were decided while the database was away, one JSON a line in the data directory, each flushed to
 * the disk before its action is acknowledged. They are brought into the database in order as soon as it is back, and
 * when the server starts, before any call is taken up again. An entry that is there already is not written twice.
 */
export class FilePolicyOutbox implements PolicyOutbox {
  readonly #file: string;
  readonly #store: PolicyStore;
  readonly #logger: Logger;
  /** Writing and draining take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #waiting = 0;

  private constructor(file: string, store: PolicyStore, logger: Logger) {
    this.#file = file;
    this.#store = store;
    this.#logger = logger;
  }

  /** Opens the outbox and brings home what an earlier run of the server left in it. @throws When that fails. */
  static async open(options: { dataDir: string; store: PolicyStore; logger: Logger }): Promise<FilePolicyOutbox> {
    const outbox = new FilePolicyOutbox(join(options.dataDir, 'policy-outbox.ndjson'), options.store, options.logger);
    await outbox.#drain();
    return outbox;
  }

  get waiting(): boolean {
    return this.#waiting > 0;
  }

  async put(callId: string, entry: PolicyEntry): Promise<void> {
    // From now on, so that an entry that is decided while this one is being written does not overtake it.
    this.#waiting += 1;
    try {
      await this.#inTurn(() => this.#write(`${JSON.stringify({ callId, entry })}\n`));
    } catch (error) {
      this.#waiting -= 1;
      throw error;
    }
    this.#drainLater();
  }

  /** Leaves what is still in it for the next start. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#turn;
  }

  async #write(text: string): Promise<void> {
    const handle = await open(this.#file, 'a', 0o600);
    try {
      await handle.appendFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  #drainLater(): void {
    if (this.#closed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#drain().catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'policy entries still wait for the database');
        this.#drainLater();
      });
    }, retryMs);
    this.#timer.unref();
  }

  async #drain(): Promise<void> {
    await this.#inTurn(async () => {
      const lines = await this.#lines();
      for (const { callId, entry } of lines) await this.#store.append(callId, entry);
      await rm(this.#file, { force: true });
      this.#waiting -= Math.min(this.#waiting, lines.length);
      if (lines.length > 0) this.#logger.info({ entries: lines.length }, 'policy entries are in the database');
    });
  }

  /** A line that was cut off by a crash or a full disk was never acknowledged, and is left out. */
  async #lines(): Promise<Line[]> {
    const text = await readFile(this.#file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    });
    return text
      .split('\n')
      .filter((json) => json !== '')
      .flatMap((json) => {
        const parsed = line.safeParse(parseJson(json));
        if (!parsed.success) this.#logger.error('a line of the policy outbox cannot be read');
        return parsed.success ? [parsed.data] : [];
      });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
