import type { LiveSession, NewSession, Rotation, RotationRequest, SessionInfo, SessionStore } from '../auth/stores.ts';
import type { Database, Sql } from './Database.ts';
import { accountColumns, toAccount, type AccountRow } from './UserStore.ts';

type LiveRow = AccountRow & { family_id: string };

interface PresentedRow {
  id: number;
  user_id: number;
  family_id: string;
  absolute_expires_at: Date;
}

/** Sessions in Postgres: one row for each refresh token, see `entities/UserSession.ts`. */
export class PostgresSessionStore implements SessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(session: NewSession, maxSessions: number): Promise<string[]> {
    return this.#database.transaction(async (sql) => {
      // The user's row is locked, so that two sign-ins at once cannot both count the sessions before the other's.
      const [user] = await sql.rows<{ id: number }>('SELECT id FROM users WHERE uuid = $1 FOR UPDATE', [
        session.userId,
      ]);
      if (!user) throw new Error('a session needs a user');
      await sql.run(
        `INSERT INTO user_sessions (user_id, session_token, refresh_token, family_id, created_at, expires_at,
           absolute_expires_at, ip_address, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          user.id,
          session.sidHash,
          session.refreshTokenHash,
          session.sessionId,
          session.createdAt,
          session.expiresAt,
          session.absoluteExpiresAt,
          session.client.ipAddress,
          session.client.userAgent,
        ],
      );
      const beyond = await sql.rows<{ family_id: string }>(
        `SELECT family_id FROM user_sessions
         WHERE user_id = $1 AND is_active AND replaced_at IS NULL AND expires_at > $2
         ORDER BY id DESC OFFSET ${Math.trunc(maxSessions)}`,
        [user.id, session.createdAt],
      );
      const evicted = beyond.map((row) => row.family_id);
      if (evicted.length > 0) {
        await sql.run('UPDATE user_sessions SET is_active = false WHERE family_id = ANY($1::uuid[])', [evicted]);
      }
      return evicted;
    });
  }

  async findLive(sidHash: Buffer, now: Date): Promise<LiveSession | null> {
    const [row] = await this.#database.rows<LiveRow>(
      `SELECT s.family_id, ${accountColumns} FROM user_sessions s JOIN users u ON u.id = s.user_id
       WHERE s.session_token = $1 AND s.is_active AND s.expires_at > $2 AND u.status = 'active'`,
      [sidHash, now],
    );
    return row ? toLiveSession(row) : null;
  }

  async rotate(request: RotationRequest): Promise<Rotation> {
    return this.#database.transaction(async (sql) => {
      // Of several at once all but one wait here for its commit, and then find the token replaced.
      const [presented] = await sql.rows<PresentedRow>(
        `UPDATE user_sessions s SET replaced_at = $2 FROM users u
         WHERE s.refresh_token = $1 AND s.is_active AND s.replaced_at IS NULL AND s.expires_at > $2
           AND u.id = s.user_id AND u.status = 'active'
         RETURNING s.id, s.user_id, s.family_id, s.absolute_expires_at`,
        [request.presentedHash, request.now],
      );
      if (!presented) return judgeReplaced(sql, request);
      await insertSuccessor(sql, presented, request);
      const session = await findByRefreshToken(sql, request.successor.refreshTokenHash);
      return session ? { outcome: 'rotated', session } : { outcome: 'unknown' };
    });
  }

  async ended(sessionIds: readonly string[], now: Date): Promise<string[]> {
    const rows = await this.#database.rows<{ family_id: string }>(
      `SELECT DISTINCT s.family_id FROM user_sessions s JOIN users u ON u.id = s.user_id
       WHERE s.family_id = ANY($1::uuid[]) AND s.is_active AND s.replaced_at IS NULL AND s.absolute_expires_at > $2
         AND u.status = 'active'`,
      [sessionIds, now],
    );
    const alive = new Set(rows.map((row) => row.family_id));
    return sessionIds.filter((id) => !alive.has(id));
  }

  async revoke(sessionId: string, userId: string): Promise<boolean> {
    const changed = await this.#database.run(
      `UPDATE user_sessions s SET is_active = false FROM users u
       WHERE s.family_id = $1 AND s.is_active AND u.id = s.user_id AND u.uuid = $2`,
      [sessionId, userId],
    );
    return changed > 0;
  }

  async list(userId: string, now: Date): Promise<SessionInfo[]> {
    const rows = await this.#database.rows<{
      family_id: string;
      ip_address: string;
      user_agent: string | null;
      signed_in_at: Date;
      expires_at: Date;
    }>(
      `SELECT s.family_id, s.ip_address, s.user_agent, s.expires_at,
         (SELECT min(f.created_at) FROM user_sessions f WHERE f.family_id = s.family_id) AS signed_in_at
       FROM user_sessions s JOIN users u ON u.id = s.user_id
       WHERE u.uuid = $1 AND s.is_active AND s.replaced_at IS NULL AND s.expires_at > $2
       ORDER BY signed_in_at DESC`,
      [userId, now],
    );
    return rows.map((row) => ({
      sessionId: row.family_id,
      ipAddress: row.ip_address,
      userAgent: row.user_agent,
      createdAt: row.signed_in_at,
      expiresAt: row.expires_at,
    }));
  }

  async hasSignedInFrom(userId: string, ipAddress: string): Promise<boolean> {
    const rows = await this.#database.rows(
      `SELECT 1 FROM user_sessions s JOIN users u ON u.id = s.user_id
       WHERE u.uuid = $1 AND s.ip_address = $2 LIMIT 1`,
      [userId, ipAddress],
    );
    return rows.length > 0;
  }
}

function toLiveSession(row: LiveRow): LiveSession {
  return { sessionId: row.family_id, user: toAccount(row) };
}

/** Never for longer than the sign-in as a whole may last. */
async function insertSuccessor(sql: Sql, presented: PresentedRow, request: RotationRequest): Promise<void> {
  const { successor, client, now, refreshTtlS } = request;
  const expiresAt = Math.min(now.getTime() + refreshTtlS * 1000, presented.absolute_expires_at.getTime());
  const [inserted] = await sql.rows<{ id: number }>(
    `INSERT INTO user_sessions (user_id, session_token, refresh_token, family_id, created_at, expires_at,
       absolute_expires_at, ip_address, user_agent)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
    [
      presented.user_id,
      successor.sidHash,
      successor.refreshTokenHash,
      presented.family_id,
      now,
      new Date(expiresAt),
      presented.absolute_expires_at,
      client.ipAddress,
      client.userAgent,
    ],
  );
  if (!inserted) throw new Error('INSERT returned no row');
  await sql.run('UPDATE user_sessions SET replaced_by = $2 WHERE id = $1', [presented.id, inserted.id]);
}

async function findByRefreshToken(sql: Sql, refreshTokenHash: Buffer): Promise<LiveSession | null> {
  const [row] = await sql.rows<LiveRow>(
    `SELECT s.family_id, ${accountColumns} FROM user_sessions s JOIN users u ON u.id = s.user_id
     WHERE s.refresh_token = $1`,
    [refreshTokenHash],
  );
  return row ? toLiveSession(row) : null;
}

/**
 * What a token means that is not current. Replaced a moment ago and its successor not used yet: an answer was lost, or
 * two tabs asked at once. Replaced before that: a copy of it is about, and nobody can tell who is the owner.
 */
async function judgeReplaced(sql: Sql, request: RotationRequest): Promise<Rotation> {
  const [row] = await sql.rows<LiveRow & { replaced_at: Date; successor_used: boolean }>(
    `SELECT s.family_id, s.replaced_at, n.replaced_at IS NOT NULL AS successor_used, ${accountColumns}
     FROM user_sessions s JOIN users u ON u.id = s.user_id LEFT JOIN user_sessions n ON n.id = s.replaced_by
     WHERE s.refresh_token = $1 AND s.is_active AND s.replaced_at IS NOT NULL AND u.status = 'active'`,
    [request.presentedHash],
  );
  if (!row) return { outcome: 'unknown' };
  const withinGrace = request.now.getTime() - row.replaced_at.getTime() <= request.graceS * 1000;
  if (withinGrace && !row.successor_used) return { outcome: 'repeated', session: toLiveSession(row) };
  await sql.run('UPDATE user_sessions SET is_active = false WHERE family_id = $1', [row.family_id]);
  return { outcome: 'reused', sessionId: row.family_id };
}
