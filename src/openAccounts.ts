import { Accounts } from './auth/Accounts.ts';
import { Guests } from './auth/Guests.ts';
import { GuestTokens } from './auth/GuestTokens.ts';
import { loadSecrets } from './auth/secrets.ts';
import type { Config } from './config.ts';
import { PostgresAdminStore } from './db/AdminStore.ts';
import type { Database } from './db/Database.ts';
import { PostgresGuestStore } from './db/GuestStore.ts';
import { PostgresPersonalDataStore } from './db/PersonalDataStore.ts';
import { PostgresSessionStore } from './db/SessionStore.ts';
import { PostgresUserStore } from './db/UserStore.ts';
import type { Logger } from './logger.ts';
import type { Closable } from './parts.ts';
import type { SignalingServer } from './signaling/SignalingServer.ts';

/** Milliseconds between two looks at the sessions of open sockets, besides what is heard of them at once. */
const sessionCheckMs = 60_000;

/** Members and guests. */
export async function openAccounts(
  config: Config,
  logger: Logger,
  database: Database,
): Promise<{ accounts: Accounts; guests: Guests }> {
  const secrets = await loadSecrets(config.dataDir);
  const guests = new Guests({ config: config.auth, store: new PostgresGuestStore(database), secrets, logger });
  const accounts = new Accounts({
    config: config.auth,
    users: new PostgresUserStore(database),
    sessions: new PostgresSessionStore(database),
    admin: new PostgresAdminStore(database),
    personalData: new PostgresPersonalDataStore(database),
    secrets,
    logger,
  });
  return { accounts, guests };
}

/** Sessions may be ended by other processes; after a gap in hearing, and now and then, all are looked at again. */
export function hearEndedSessions(
  database: Database,
  accounts: Accounts,
  signaling: SignalingServer,
  logger: Logger,
): Closable {
  const recheck = (): void => {
    accounts.recheck(signaling.accountSessionIds).catch((error: unknown) => {
      logger.warn({ err: error }, 'sessions could not be looked at');
    });
  };
  const listener = database.listen('veritalk_session_ended', {
    onMessage: (sessionId) => accounts.sessionEnded(sessionId),
    onListening: recheck,
  });
  const timer = setInterval(recheck, sessionCheckMs).unref();
  return {
    close: async () => {
      clearInterval(timer);
      await listener.close();
    },
  };
}

/** The sockets know a person by what they show of him; the account has more. */
export function authenticatorOf(
  accounts: Accounts,
  guests: Guests,
): ConstructorParameters<typeof SignalingServer>[0]['authenticator'] {
  return {
    findUser: (userId) => accounts.findUser(userId),
    async authenticate(accessToken) {
      // Each kind is verified by its own; a token that claims the wrong one fails there.
      if (GuestTokens.claims(accessToken)) return guests.authenticate(accessToken);
      const { user, sessionId, expiresAt } = await accounts.authenticate(accessToken);
      const { id, username, fullName } = user;
      return { user: { id, username, fullName }, guest: null, sessionId, expiresAt };
    },
  };
}
