import { z } from 'zod';
import type { Account, AdminStore, InvitationInfo, ManagedAccount } from '../auth/stores.ts';
import { notFound } from '../errors.ts';
import type { Database } from './Database.ts';
import { accountColumns, endSessions, toAccount, type AccountRow } from './UserStore.ts';

type ManagedRow = AccountRow & {
  status: 'active' | 'disabled';
  created_at: Date;
  last_seen_at: Date | null;
  sessions: number;
};

interface InvitationRow {
  uuid: string;
  created_at: Date;
  expires_at: Date;
}

const managedColumns = `${accountColumns}, u.status, u.created_at,
  (SELECT max(s.created_at) FROM user_sessions s WHERE s.user_id = u.id) AS last_seen_at,
  (SELECT count(*)::int FROM user_sessions s
   WHERE s.user_id = u.id AND s.is_active AND s.replaced_at IS NULL AND s.expires_at > $1) AS sessions`;

/** What administrators see and change, in Postgres. */
export class PostgresAdminStore implements AdminStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(options: { query: string; limit: number; after: string | null; now: Date }): Promise<ManagedAccount[]> {
    const literal = options.query.replace(/[\\%_]/g, '\\$&');
    const rows = await this.#database.rows<ManagedRow>(
      `SELECT ${managedColumns} FROM users u
       WHERE u.status <> 'deleted' AND (u.username ILIKE $2 OR u.full_name ILIKE $2 OR u.email ILIKE $2)
         AND ($3::uuid IS NULL OR lower(u.username) > (SELECT lower(username) FROM users WHERE uuid = $3))
       ORDER BY lower(u.username) LIMIT $4`,
      [options.now, `%${literal}%`, options.after, options.limit],
    );
    return rows.map(toManaged);
  }

  async find(usernameOrId: string): Promise<ManagedAccount | null> {
    const condition = z.uuid().safeParse(usernameOrId).success ? 'u.uuid = $2' : 'lower(u.username) = lower($2)';
    const [row] = await this.#database.rows<ManagedRow>(
      `SELECT ${managedColumns} FROM users u WHERE u.status <> 'deleted' AND ${condition}`,
      [new Date(), usernameOrId],
    );
    return row ? toManaged(row) : null;
  }

  async setStatus(userId: string, status: 'active' | 'disabled'): Promise<string[]> {
    return this.#database.transaction(async (sql) => {
      const changed = await sql.run(
        `UPDATE users SET status = $2, updated_at = now() WHERE uuid = $1 AND status <> 'deleted'`,
        [userId, status],
      );
      if (changed === 0) throw notFound();
      return status === 'disabled' ? endSessions(sql, userId) : [];
    });
  }

  async setRole(userId: string, role: Account['role']): Promise<void> {
    const changed = await this.#database.run(
      `UPDATE users SET role = $2, updated_at = now() WHERE uuid = $1 AND status <> 'deleted'`,
      [userId, role],
    );
    if (changed === 0) throw notFound();
  }

  async countAdmins(): Promise<number> {
    const [row] = await this.#database.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM users WHERE role = 'admin' AND status = 'active'`,
    );
    return row?.n ?? 0;
  }

  async createInvitation(invitation: InvitationInfo & { tokenHash: Buffer; createdBy: string | null }): Promise<void> {
    const { id, tokenHash, createdBy, createdAt, expiresAt } = invitation;
    await this.#database.run(
      `INSERT INTO invitations (uuid, token_hash, created_by, created_at, expires_at)
       VALUES ($1, $2, (SELECT id FROM users WHERE uuid = $3::uuid), $4, $5)`,
      [id, tokenHash, createdBy, createdAt, expiresAt],
    );
  }

  async listInvitations(now: Date): Promise<InvitationInfo[]> {
    const rows = await this.#database.rows<InvitationRow>(
      `SELECT uuid, created_at, expires_at FROM invitations
       WHERE used_at IS NULL AND expires_at > $1 ORDER BY id DESC LIMIT 100`,
      [now],
    );
    return rows.map(toInvitation);
  }

  async findInvitation(tokenHash: Buffer, now: Date): Promise<InvitationInfo | null> {
    const [row] = await this.#database.rows<InvitationRow>(
      `SELECT uuid, created_at, expires_at FROM invitations
       WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2`,
      [tokenHash, now],
    );
    return row ? toInvitation(row) : null;
  }

  async withdrawInvitation(id: string): Promise<boolean> {
    return (await this.#database.run('DELETE FROM invitations WHERE uuid = $1 AND used_at IS NULL', [id])) > 0;
  }
}

function toManaged(row: ManagedRow): ManagedAccount {
  const { status, created_at: createdAt, last_seen_at: lastSeenAt, sessions } = row;
  return { ...toAccount(row), status, createdAt, lastSeenAt, sessions };
}

function toInvitation(row: InvitationRow): InvitationInfo {
  return { id: row.uuid, createdAt: row.created_at, expiresAt: row.expires_at };
}
