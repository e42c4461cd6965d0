import { randomUUID } from 'node:crypto';
import type { Account, IdentityStore, ProviderIdentity } from '../auth/stores.ts';
import { AppError } from '../errors.ts';
import type { Database, Sql } from './Database.ts';
import { accountColumns, toAccount, type AccountRow } from './UserStore.ts';

type Found = AccountRow & { status: string };

/** Accounts by who their owners are at an OpenID Connect provider, in Postgres. */
export class PostgresIdentityStore implements IdentityStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async findOrCreate(identity: ProviderIdentity, mayCreate: boolean): Promise<Account> {
    return this.#database.transaction(async (sql) => {
      // Two first sign-ins of one person at once would make two accounts.
      await sql.rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `${identity.issuer} ${identity.subject}`,
      ]);
      const known = await byIdentity(sql, identity);
      if (known) return active(known);
      const linked = identity.email === null ? null : await byEmail(sql, identity.email);
      if (!linked && !mayCreate)
        throw new AppError('REGISTRATION_CLOSED', 'New accounts are made by the administrator.');
      const account = linked ? active(linked) : await create(sql, identity);
      await sql.run(
        `INSERT INTO user_identities (user_id, issuer, subject) SELECT id, $2, $3 FROM users WHERE uuid = $1`,
        [account.id, identity.issuer, identity.subject],
      );
      return account;
    });
  }
}

function active(row: Found): Account {
  if (row.status !== 'active') throw new AppError('CREDENTIALS_WRONG', 'This account cannot sign in.');
  return toAccount(row);
}

async function byIdentity(sql: Sql, { issuer, subject }: ProviderIdentity): Promise<Found | undefined> {
  const [row] = await sql.rows<Found>(
    `SELECT ${accountColumns}, u.status FROM user_identities i JOIN users u ON u.id = i.user_id
     WHERE i.issuer = $1 AND i.subject = $2`,
    [issuer, subject],
  );
  return row;
}

async function byEmail(sql: Sql, email: string): Promise<Found | undefined> {
  const [row] = await sql.rows<Found>(`SELECT ${accountColumns}, u.status FROM users u WHERE u.email = $1`, [email]);
  return row;
}

/** The wished name, or with a number behind it. The account has no password: `!` is the hash of none. */
async function create(sql: Sql, { username, email, fullName }: ProviderIdentity): Promise<Account> {
  const id = randomUUID();
  for (let number = 1; number < 1000; number++) {
    const name = number === 1 ? username : `${username.slice(0, 28)}-${number}`;
    const [row] = await sql.rows<AccountRow>(
      `INSERT INTO users AS u (uuid, username, email, full_name, password_hash) VALUES ($1, $2, $3, $4, '!')
       ON CONFLICT DO NOTHING RETURNING ${accountColumns}`,
      [id, name, email ?? `${id}@no-address.invalid`, fullName || name],
    );
    if (row) return toAccount(row);
  }
  throw new AppError('CONFLICT', 'There is no free name for this account.');
}
