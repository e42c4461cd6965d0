import type { DueEvent, WebhookQueue } from '../webhooks/Webhooks.ts';
import type { Database } from './Database.ts';

interface DueRow {
  uuid: string;
  type: string;
  data: unknown;
  created_at: Date;
  attempts: number;
}

/** An event that was given up. */
export interface GivenUpEvent {
  id: string;
  type: string;
  callId: string;
  createdAt: Date;
  attempts: number;
  lastError: string | null;
}

/** Events for the receiver of webhooks, in Postgres. */
export class PostgresWebhookQueue implements WebhookQueue {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async take({ limit, now, until }: { limit: number; now: Date; until: Date }): Promise<DueEvent[]> {
    const rows = await this.#database.rows<DueRow>(
      `UPDATE webhook_events SET attempts = attempts + 1, next_attempt_at = $2
       WHERE id IN (
         SELECT w.id FROM webhook_events w
         WHERE w.failed_at IS NULL AND w.next_attempt_at <= $1 AND NOT EXISTS (
           SELECT 1 FROM webhook_events e WHERE e.call_uuid = w.call_uuid AND e.id < w.id AND e.failed_at IS NULL)
         ORDER BY w.id LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING uuid, type, data, created_at, attempts`,
      [now, until, limit],
    );
    return rows.map(({ uuid: id, type, data, created_at: at, attempts }) => ({
      id,
      type,
      body: JSON.stringify({ id, type, created_at: at.toISOString(), data }),
      attempts,
    }));
  }

  async delivered(id: string): Promise<void> {
    await this.#database.run('DELETE FROM webhook_events WHERE uuid = $1', [id]);
  }

  async failed(id: string, reason: string, next: Date | null, now: Date): Promise<void> {
    await this.#database.run(
      `UPDATE webhook_events SET last_error = $2, next_attempt_at = COALESCE($3, next_attempt_at), failed_at = $4
       WHERE uuid = $1`,
      [id, reason.slice(0, 64), next, next === null ? now : null],
    );
  }

  async count(): Promise<{ waiting: number; givenUp: number }> {
    const [row] = await this.#database.rows<{ waiting: number; given_up: number }>(
      `SELECT count(*) FILTER (WHERE failed_at IS NULL)::int AS waiting,
         count(*) FILTER (WHERE failed_at IS NOT NULL)::int AS given_up FROM webhook_events`,
    );
    return { waiting: row?.waiting ?? 0, givenUp: row?.given_up ?? 0 };
  }

  /** At most 1000, newest first. */
  async givenUp(): Promise<GivenUpEvent[]> {
    return this.#database.rows<GivenUpEvent>(
      `SELECT uuid AS id, type, call_uuid AS "callId", created_at AS "createdAt", attempts, last_error AS "lastError"
       FROM webhook_events WHERE failed_at IS NOT NULL ORDER BY id DESC LIMIT 1000`,
    );
  }

  /** Everything that waits or was given up is tried again at once. @returns how many events that are. */
  async retry(now: Date): Promise<number> {
    return this.#database.run(
      'UPDATE webhook_events SET attempts = 0, next_attempt_at = $1, failed_at = NULL WHERE next_attempt_at > $1 OR failed_at IS NOT NULL',
      [now],
    );
  }
}
