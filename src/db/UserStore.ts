import type { Account, AccountStatus, AccountWithSecret, NewAccount, UserStore } from '../auth/stores.ts';
import { AppError, notFound } from '../errors.ts';
import type { Person } from '../protocol/signaling.ts';
import type { Database, Sql } from './Database.ts';
import { violatedKey } from './errors.ts';

export interface AccountRow {
  uuid: string;
  username: string;
  email: string;
  full_name: string;
  role: 'member' | 'admin';
}

export const accountColumns = 'u.uuid, u.username, u.email, u.full_name, u.role';

export function toAccount(row: AccountRow): Account {
  return { id: row.uuid, username: row.username, email: row.email, fullName: row.full_name, role: row.role };
}

/** Accounts in Postgres. */
export class PostgresUserStore implements UserStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(account: NewAccount, invitationHash?: Buffer): Promise<Account> {
    const { id, username, email, fullName, passwordHash } = account;
    return translateTaken(() =>
      this.#database.transaction(async (sql) => {
        const [row] = await sql.rows<AccountRow>(
          `INSERT INTO users AS u (uuid, username, email, full_name, password_hash) VALUES ($1, $2, $3, $4, $5)
           RETURNING ${accountColumns}`,
          [id, username, email, fullName, passwordHash],
        );
        if (!row) throw new Error('INSERT returned no row');
        if (invitationHash) await useInvitation(sql, invitationHash, id);
        return toAccount(row);
      }),
    );
  }

  async setEmail(userId: string, email: string): Promise<Account> {
    const [row] = await translateTaken(() =>
      this.#database.rows<AccountRow>(
        `UPDATE users u SET email = $2, updated_at = now() WHERE uuid = $1 AND status = 'active'
         RETURNING ${accountColumns}`,
        [userId, email],
      ),
    );
    if (!row) throw notFound();
    return toAccount(row);
  }

  async setPassword(userId: string, passwordHash: string, keepSessionId: string | null): Promise<string[]> {
    return this.#database.transaction(async (sql) => {
      const changed = await sql.run(
        `UPDATE users SET password_hash = $2, updated_at = now() WHERE uuid = $1 AND status <> 'deleted'`,
        [userId, passwordHash],
      );
      if (changed === 0) throw notFound();
      return endSessions(sql, userId, keepSessionId);
    });
  }

  async findForLogin(login: { username: string } | { email: string }): Promise<AccountWithSecret | null> {
    const [condition, value] =
      'email' in login ? ['u.email = $1', login.email] : ['lower(u.username) = lower($1)', login.username];
    const [row] = await this.#database.rows<AccountRow & { status: AccountStatus; password_hash: string }>(
      `SELECT ${accountColumns}, u.status, u.password_hash FROM users u WHERE ${condition}`,
      [value],
    );
    return row ? { ...toAccount(row), status: row.status, passwordHash: row.password_hash } : null;
  }

  async find(key: { id: string } | { username: string }): Promise<Account | null> {
    const [condition, value] = 'id' in key ? ['u.uuid = $1', key.id] : ['lower(u.username) = lower($1)', key.username];
    const [row] = await this.#database.rows<AccountRow>(
      `SELECT ${accountColumns} FROM users u WHERE ${condition} AND u.status = 'active'`,
      [value],
    );
    return row ? toAccount(row) : null;
  }

  async search(text: string, options: { exceptId: string; limit: number }): Promise<Person[]> {
    const literal = text.replace(/[\\%_]/g, '\\$&');
    const rows = await this.#database.rows<AccountRow>(
      `SELECT ${accountColumns} FROM users u
       WHERE u.status = 'active' AND u.uuid <> $3 AND (u.username ILIKE $2 OR u.full_name ILIKE $2)
       ORDER BY lower(u.username) = lower($1) DESC, starts_with(lower(u.username), lower($1)) DESC,
         lower(u.username)
       LIMIT ${Math.trunc(options.limit)}`,
      [text, `%${literal}%`, options.exceptId],
    );
    return rows.map((row) => ({ id: row.uuid, username: row.username, fullName: row.full_name }));
  }
}

async function translateTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const key = violatedKey(error);
    if (key === 'users_username_key') throw new AppError('USERNAME_TAKEN', 'This user name is taken.');
    if (key === 'users_email_key') throw new AppError('EMAIL_TAKEN', 'There is an account with this e-mail already.');
    throw error;
  }
}

/** Of two that use one invitation at once, the second waits for the first one's commit and then finds it used. */
async function useInvitation(sql: Sql, tokenHash: Buffer, userId: string): Promise<void> {
  const used = await sql.run(
    `UPDATE invitations SET used_by = (SELECT id FROM users WHERE uuid = $2), used_at = now()
     WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now()`,
    [tokenHash, userId],
  );
  if (used === 0) throw new AppError('INVITATION_INVALID', 'This invitation has been used or has expired.');
}

/** Ends a user's sessions. @returns their ids. */
export async function endSessions(sql: Sql, userId: string, keepSessionId: string | null = null): Promise<string[]> {
  const rows = await sql.rows<{ family_id: string }>(
    `UPDATE user_sessions s SET is_active = false FROM users u
     WHERE u.id = s.user_id AND u.uuid = $1 AND s.is_active AND s.family_id IS DISTINCT FROM $2::uuid
     RETURNING s.family_id`,
    [userId, keepSessionId],
  );
  return [...new Set(rows.map((row) => row.family_id))];
}
