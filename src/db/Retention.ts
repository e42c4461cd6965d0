import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Database, SqlValue } from './Database.ts';
import { violations } from './invariants.ts';

const dayMs = 24 * 60 * 60 * 1000;
const everyMs = 60 * 60 * 1000;
/** Rows deleted at once, so that nobody waits for a lock. */
const batch = 2000;

/** What is deleted when its time has come: what to count, and which rows (`$1` is the moment before which they lie). */
const rules: readonly { name: string; days: keyof Config['retention']; table: string; where: string }[] = [
  {
    name: 'sessions',
    days: 'sessionDays',
    table: 'user_sessions',
    where: `NOT EXISTS (SELECT 1 FROM user_sessions f WHERE f.family_id = t.family_id
      AND ((f.is_active AND f.expires_at > $1) OR f.created_at > $1))`,
  },
  { name: 'checks', days: 'checkDays', table: 'security_assessments', where: 't.at < $1' },
  { name: 'measurements', days: 'qualityDays', table: 'quality_samples', where: 't.at < $1' },
  { name: 'messages', days: 'chatDays', table: 'chat_messages', where: 't.sent_at < $1' },
  { name: 'invitations', days: 'invitationDays', table: 'invitations', where: 'LEAST(t.used_at, t.expires_at) < $1' },
  { name: 'webhooks', days: 'webhookDays', table: 'webhook_events', where: 't.created_at < $1' },
];

export interface RetentionOptions {
  database: Database;
  retention: Config['retention'];
  logger: Logger;
  now?: () => Date;
}

/** Deletes what is older than it may get, once an hour, and looks whether the record still keeps its own rules. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#runLogged(), everyMs).unref();
  }

  /** @returns how many rows of each kind were deleted. */
  async run(): Promise<Record<string, number>> {
    const { retention, now = () => new Date() } = this.#options;
    const deleted: Record<string, number> = {};
    for (const { name, days, table, where } of rules) {
      const before = new Date(now().getTime() - retention[days] * dayMs);
      deleted[name] = await this.#delete(table, where, before);
    }
    return deleted;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #delete(table: string, where: string, before: SqlValue): Promise<number> {
    let total = 0;
    while (!this.#closed) {
      const count = await this.#options.database.run(
        `DELETE FROM ${table} WHERE id IN (SELECT t.id FROM ${table} t WHERE ${where} ORDER BY t.id LIMIT ${batch})`,
        [before],
      );
      total += count;
      if (count < batch) break;
    }
    return total;
  }

  async #runLogged(): Promise<void> {
    const { database, logger } = this.#options;
    this.#running ??= (async () => {
      const deleted = await this.run();
      if (Object.values(deleted).some((count) => count > 0)) logger.info({ deleted }, 'old data deleted');
      const broken = await violations(database);
      if (broken.length > 0) logger.error({ broken }, 'the record breaks its own rules');
    })()
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'old data could not be deleted');
      })
      .finally(() => (this.#running = null));
    await this.#running;
  }
}
