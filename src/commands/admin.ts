import { z } from 'zod';
import { AccountAdmin } from '../auth/AccountAdmin.ts';
import { PasswordHasher } from '../auth/PasswordHasher.ts';
import type { Config } from '../config.ts';
import { PostgresAdminStore } from '../db/AdminStore.ts';
import { Database } from '../db/Database.ts';
import { PostgresUserStore } from '../db/UserStore.ts';
import { PostgresWebhookQueue } from '../db/WebhookQueue.ts';
import { createLogger } from '../logger.ts';
import { newPassword } from '../protocol/route.ts';
import { username } from '../protocol/values.ts';
import { runCommand, takeFlag, takeOption, UsageError, withDatabaseUrl } from './command.ts';

const usage = `usage: npm run admin -- COMMAND

  create NAME EMAIL [--full-name TEXT] [--password TEXT] [--admin]   make an account
  reset-password NAME                                                give it a new password, sign it out
  disable NAME | enable NAME                                         sign it out and keep it out, or let it in again
  make-admin NAME | make-member NAME
  list [--query TEXT]                                                all accounts
  invite [--days N]                                                  a link with which one person may register
  webhooks [--retry]                                                 events that the receiver did not take; send them again

Works while the server runs, and without it. Takes the server's environment variables (DATA_DIR, DATABASE_URL, ...).`;

interface Context {
  config: Config;
  database: Database;
}

type Command = (admin: AccountAdmin, args: string[], context: Context) => Promise<void>;

const commands: Readonly<Record<string, Command>> = {
  create: async (admin, args) => {
    const fullName = takeOption(args, 'full-name') ?? '';
    const role = takeFlag(args, 'admin') ? 'admin' : 'member';
    const chosen = takeOption(args, 'password');
    const account = z
      .strictObject({ username, email: z.email().max(254), password: newPassword.nullable() })
      .safeParse({ username: args[0], email: args[1], password: chosen });
    if (!account.success || args.length !== 2) {
      throw new UsageError('create needs a user name (2 to 32 of a-z 0-9 . _ -), an e-mail address and 8 characters.');
    }
    const { password, ...rest } = account.data;
    const made = await admin.create({ ...rest, fullName, role }, password);
    console.log(`Account ${made.account.username} (${role}) made.`);
    if (password === null) console.log(`Password: ${made.password}`);
  },

  'reset-password': async (admin, args) => {
    const { id, username: name } = await accountOf(admin, args);
    console.log(`New password of ${name}: ${await admin.resetPassword(id)}`);
  },

  disable: async (admin, args) => {
    const { id, username: name } = await accountOf(admin, args);
    await admin.setStatus(id, 'disabled');
    console.log(`Account ${name} is disabled and signed out.`);
  },

  enable: async (admin, args) => {
    const { id, username: name } = await accountOf(admin, args);
    await admin.setStatus(id, 'active');
    console.log(`Account ${name} is active.`);
  },

  'make-admin': async (admin, args) => {
    const { id, username: name } = await accountOf(admin, args);
    await admin.setRole(id, 'admin');
    console.log(`Account ${name} is an administrator; an open page learns of it within a minute.`);
  },

  'make-member': async (admin, args) => {
    const { id, username: name } = await accountOf(admin, args);
    await admin.refuseIfLastAdmin(id);
    await admin.setRole(id, 'member');
    console.log(`Account ${name} is no administrator any more.`);
  },

  list: async (admin, args) => {
    const query = takeOption(args, 'query') ?? '';
    let after: string | null = null;
    do {
      const accounts = await admin.list({ query, limit: 100, after });
      for (const { username: name, email, role, status, sessions, createdAt } of accounts) {
        console.log([name, email, role, status, `${sessions} sessions`, createdAt.toISOString()].join('\t'));
      }
      after = accounts.length === 100 ? (accounts.at(-1)?.id ?? null) : null;
    } while (after !== null);
  },

  invite: async (admin, args, { config }) => {
    const days = z.coerce
      .number()
      .int()
      .min(1)
      .max(90)
      .safeParse(takeOption(args, 'days') ?? 7);
    if (!days.success) throw new UsageError('--days takes 1 to 90.');
    const { token, expiresAt } = await admin.invite(days.data, null);
    const origin = config.server.publicUrl ?? `http://localhost:${config.server.port}`;
    console.log(`${origin}/invite/${token}\nFor one person, until ${expiresAt.toISOString()}.`);
  },

  webhooks: async (_admin, args, { database }) => {
    const queue = new PostgresWebhookQueue(database);
    if (takeFlag(args, 'retry')) console.log(`${await queue.retry(new Date())} events are tried again.`);
    const { waiting, givenUp } = await queue.count();
    console.log(`${waiting} events wait, ${givenUp} were given up.`);
    for (const { id, type, callId, createdAt, attempts, lastError } of await queue.givenUp()) {
      console.log([id, type, `call ${callId}`, createdAt.toISOString(), `${attempts} attempts`, lastError].join('\t'));
    }
  },
};

async function accountOf(admin: AccountAdmin, args: string[]): ReturnType<AccountAdmin['find']> {
  const [name, ...more] = args;
  if (name === undefined || more.length > 0) throw new UsageError('Which account? Give one user name.');
  return admin.find(name);
}

runCommand(usage, async ([name = '', ...args], config) => {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(name === '' ? 'What shall be done?' : `There is no command ${name}.`);
  const logger = createLogger('silent');
  await withDatabaseUrl(config, async (url) => {
    const database = await Database.open({ ...config.database, url, logger, backupFolder: null });
    try {
      const admin = new AccountAdmin({
        users: new PostgresUserStore(database),
        store: new PostgresAdminStore(database),
        hasher: new PasswordHasher({ slots: 1, queue: 1 }),
        logger,
        // A server that runs hears of it from the database.
        onSessionEnded: () => undefined,
      });
      await command(admin, args, { config, database });
    } finally {
      await database.close();
    }
  });
});
