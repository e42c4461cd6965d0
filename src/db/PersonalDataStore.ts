import { randomBytes } from 'node:crypto';
import type { PersonalDataStore } from '../auth/stores.ts';
import { notFound } from '../errors.ts';
import type { Database } from './Database.ts';
import { endSessions } from './UserStore.ts';

const mine = '(SELECT id FROM users WHERE uuid = $1)';

/**
 * What an export holds, by table. Hashes of secrets are left out, and so are a person's own risk, confidence and
 * evidence: they reach him on no path, since they would tell an attacker how near he is (privacy.md says so).
 */
const exported: Readonly<Record<string, string>> = {
  sessions: `SELECT family_id AS id, ip_address, user_agent, is_active, created_at, expires_at FROM user_sessions
    WHERE user_id = ${mine} ORDER BY id`,
  identities: `SELECT issuer, subject, created_at FROM user_identities WHERE user_id = ${mine} ORDER BY id`,
  calls: `SELECT c.uuid AS id, c.call_type, c.status, c.title, c.created_at, c.start_time, c.end_time, c.duration,
      c.end_reason, c.caller_id = ${mine} AS started_by_me
    FROM calls c JOIN call_participants m ON m.call_id = c.id AND m.peer_id IS NULL WHERE m.user_id = ${mine}
    ORDER BY c.id`,
  stays: `SELECT c.uuid AS call_id, p.role, p.joined_at, p.left_at, p.consent
    FROM call_participants p JOIN calls c ON c.id = p.call_id WHERE p.user_id = ${mine} AND p.peer_id IS NOT NULL
    ORDER BY p.id`,
  checks: `SELECT c.uuid AS call_id, a.at, a.status, a.assurance, a.reason, a.verified_at
    FROM security_assessments a JOIN calls c ON c.id = a.call_id WHERE a.user_id = ${mine} ORDER BY a.id`,
  quality: `SELECT c.uuid AS call_id, q.at, q.score, q.bitrate_bps, q.loss, q.rtt_ms, q.freeze_s
    FROM quality_samples q JOIN calls c ON c.id = q.call_id WHERE q.user_id = ${mine} ORDER BY q.id`,
  messages: `SELECT c.uuid AS call_id, t.sent_at, t.text
    FROM chat_messages t JOIN calls c ON c.id = t.call_id WHERE t.user_id = ${mine} ORDER BY t.id`,
};

/** A person's data as a whole, in Postgres. */
export class PostgresPersonalDataStore implements PersonalDataStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async export(
    userId: string,
  ): Promise<{ user: Record<string, unknown>; tables: Record<string, Record<string, unknown>[]> }> {
    const [user] = await this.#database.rows<Record<string, unknown>>(
      `SELECT uuid AS id, username, email, full_name, role, created_at, updated_at FROM users WHERE uuid = $1`,
      [userId],
    );
    if (!user) throw notFound();
    const tables: Record<string, Record<string, unknown>[]> = {};
    for (const [name, text] of Object.entries(exported)) tables[name] = await this.#database.rows(text, [userId]);
    return { user, tables };
  }

  async erase(userId: string): Promise<string[]> {
    const random = randomBytes(8).toString('hex');
    return this.#database.transaction(async (sql) => {
      const ended = await endSessions(sql, userId);
      const erased = await sql.run(
        `UPDATE users SET status = 'deleted', role = 'member', username = $2, email = $3, full_name = 'Deleted account',
           password_hash = '!', updated_at = now()
         WHERE uuid = $1 AND status <> 'deleted'`,
        [userId, `deleted-${random}`, `${random}@deleted.invalid`],
      );
      if (erased === 0) return ended;
      await sql.run(`DELETE FROM user_sessions WHERE user_id = ${mine}`, [userId]);
      await sql.run(`DELETE FROM user_identities WHERE user_id = ${mine}`, [userId]);
      await sql.run(`DELETE FROM chat_messages WHERE user_id = ${mine}`, [userId]);
      await sql.run(`DELETE FROM quality_samples WHERE user_id = ${mine}`, [userId]);
      await sql.run(`UPDATE calls SET title = NULL WHERE caller_id = ${mine}`, [userId]);
      return ended;
    });
  }
}
