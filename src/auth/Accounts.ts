import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { AppError, notFound } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Person } from '../protocol/signaling.ts';
import { username as usernameSchema } from '../protocol/values.ts';
import { AccessTokens, type AccessClaims } from './AccessTokens.ts';
import { AccountAdmin } from './AccountAdmin.ts';
import { AuthLimits, type LoginAttempt } from './AuthLimits.ts';
import { mixesAlphabets } from './confusables.ts';
import { cleanText, normalizeEmail, parseLogin, usernameKey } from './names.ts';
import { PasswordHasher } from './PasswordHasher.ts';
import { checkNewPassword } from './passwords.ts';
import { newRefreshToken, secretsOf, sha256, sidOf, successorOf } from './refreshTokens.ts';
import type { Secrets } from './secrets.ts';
import { SessionCache } from './SessionCache.ts';
import type {
  Account,
  AccountWithSecret,
  AdminStore,
  ClientInfo,
  LiveSession,
  PersonalDataStore,
  SessionInfo,
  SessionStore,
  UserStore,
} from './stores.ts';

/** Who is asking: an active account in a session that is alive. */
export interface Identity {
  user: Account;
  sessionId: string;
  /** When the access token ends; a socket has to `reauthenticate` by then. */
  expiresAt: Date;
}

/** What a person gets who signed in. */
export interface SignedIn {
  user: Account;
  sessionId: string;
  accessToken: string;
  expiresInS: number;
  refreshToken: string;
}

export interface Registration {
  username: string;
  email: string;
  password: string;
  fullName?: string | undefined;
  /** The secret of an invitation's link. */
  invitation?: string | undefined;
}

export interface AccountsOptions {
  config: Config['auth'];
  users: UserStore;
  sessions: SessionStore;
  admin: AdminStore;
  personalData: PersonalDataStore;
  secrets: Secrets;
  logger: Logger;
}

/**
 * Accounts and the sessions in which people are signed in.
 *
 * `sessionRevoked` tells that a session is over (its id): its sockets are to be closed.
 * All methods throw AppError UNAVAILABLE while the database is away.
 */
export class Accounts extends EventEmitter<{ sessionRevoked: [sessionId: string] }> {
  readonly tokens: AccessTokens;
  readonly admin: AccountAdmin;
  readonly #config: Config['auth'];
  readonly #users: UserStore;
  readonly #sessions: SessionStore;
  readonly #personalData: PersonalDataStore;
  readonly #refreshKey: Secrets['refreshTokenKey'];
  readonly #logger: Logger;
  readonly #hasher: PasswordHasher;
  readonly #limits: AuthLimits;
  readonly #cache = new SessionCache();

  constructor(options: AccountsOptions) {
    super();
    const { config, secrets } = options;
    this.#config = config;
    this.#users = options.users;
    this.#sessions = options.sessions;
    this.#personalData = options.personalData;
    this.#refreshKey = secrets.refreshTokenKey;
    this.#logger = options.logger;
    this.tokens = new AccessTokens(secrets.accessTokenKey, config.accessTtlS);
    this.#hasher = new PasswordHasher({ slots: config.hashSlots, queue: config.hashQueue });
    this.#limits = new AuthLimits(config.limits);
    this.admin = new AccountAdmin({
      users: options.users,
      store: options.admin,
      hasher: this.#hasher,
      logger: options.logger,
      onSessionEnded: (sessionId) => this.sessionEnded(sessionId),
    });
  }

  /** What somebody who is not signed in has to know. */
  get options(): { registration: Config['auth']['registration']; directory: boolean } {
    return { registration: this.#config.registration, directory: this.#config.directory };
  }

  /**
   * Makes an account and signs in.
   *
   * @throws AppError REGISTRATION_CLOSED, INVITATION_INVALID, PASSWORD_WEAK, RATE_LIMITED, USERNAME_TAKEN, EMAIL_TAKEN,
   *   CAPACITY.
   */
  async register(registration: Registration, client: ClientInfo): Promise<SignedIn> {
    const { invitation } = registration;
    const mode = this.#config.registration;
    if (mode === 'closed' || (mode === 'invite' && invitation === undefined)) {
      throw new AppError('REGISTRATION_CLOSED', 'New accounts are made by the administrator of this server.');
    }
    await this.#limits.register(client.ipAddress);
    const fullName = cleanText(registration.fullName ?? '');
    if (mixesAlphabets(fullName)) {
      const details = [{ path: 'full_name', message: 'A word mixes letters of several alphabets.' }];
      throw new AppError('VALIDATION', 'A name cannot mix letters of several alphabets in a word.', { details });
    }
    checkNewPassword(registration.password, registration);
    if (invitation !== undefined) await this.admin.checkInvitation(invitation);
    const user = await this.#users.create(
      {
        id: randomUUID(),
        username: registration.username,
        email: normalizeEmail(registration.email),
        fullName: fullName === '' ? registration.username : fullName,
        passwordHash: await this.#hasher.hash(registration.password),
      },
      invitation === undefined ? undefined : sha256(invitation),
    );
    this.#logger.info({ userId: user.id }, 'account made');
    return this.#signIn(user, client);
  }

  /**
   * Signs in. A wrong password, an unknown login and an account that is switched off are one answer after one amount
   * of work.
   *
   * @param login - User name or e-mail address.
   * @throws AppError CREDENTIALS_WRONG, RATE_LIMITED, CAPACITY.
   */
  async login(login: string, password: string, client: ClientInfo): Promise<SignedIn> {
    const attempt = await this.#limits.loginFrom(client.ipAddress);
    let account: AccountWithSecret | null;
    try {
      account = await this.#checkPassword(login, password, client, attempt);
    } catch (error) {
      // Too many attempts is an answer; all else (database, hash queue) says nothing of the password.
      if (!(error instanceof AppError && error.code === 'RATE_LIMITED')) await attempt.abandoned();
      throw error;
    }
    if (account?.status !== 'active') {
      throw new AppError('CREDENTIALS_WRONG', 'The name or the password is wrong.');
    }
    await attempt.succeeded();
    return this.#signIn(account, client);
  }

  /** Signs in somebody whose account was found by other means than a password. */
  async signInAs(account: Account, client: ClientInfo): Promise<SignedIn> {
    return this.#signIn(account, client);
  }

  /**
   * Replaces a refresh token by its successor; see [Note: Refresh tokens].
   *
   * @throws AppError TOKEN_INVALID; REFRESH_REUSED when the token had been replaced before: the session is then over.
   */
  async refresh(refreshToken: string, client: ClientInfo): Promise<SignedIn> {
    const successor = successorOf(refreshToken, this.#refreshKey);
    const rotation = await this.#sessions.rotate({
      presentedHash: sha256(refreshToken),
      successor: secretsOf(successor, this.#refreshKey),
      client,
      now: new Date(),
      refreshTtlS: this.#config.refreshTtlS,
      graceS: this.#config.refreshGraceS,
    });
    switch (rotation.outcome) {
      case 'rotated':
      case 'repeated':
        return this.#tokensFor(rotation.session, successor);
      case 'reused':
        this.#logger.warn({ sessionId: rotation.sessionId }, 'a replaced refresh token was used again');
        this.sessionEnded(rotation.sessionId);
        throw new AppError(
          'REFRESH_REUSED',
          'This sign-in was renewed elsewhere and is over now. Please sign in again.',
        );
      case 'unknown':
        throw new AppError('TOKEN_INVALID', 'The sign-in has ended. Please sign in again.');
    }
  }

  /** Ends the asker's session, whatever its state. */
  async logout(identity: Identity): Promise<void> {
    await this.#revoke(identity.sessionId, identity.user.id);
  }

  /** @throws AppError NOT_FOUND if the user has no such session. */
  async revokeSession(identity: Identity, sessionId: string): Promise<void> {
    if (!(await this.#revoke(sessionId, identity.user.id))) throw notFound();
  }

  /**
   * Sets a new password and ends all other sessions: whoever has the old password is out.
   *
   * @throws AppError CREDENTIALS_WRONG, PASSWORD_WEAK, RATE_LIMITED, CAPACITY.
   */
  async changePassword(
    identity: Identity,
    passwords: { current: string; next: string },
    client: ClientInfo,
  ): Promise<void> {
    const { user, sessionId } = identity;
    await this.#confirm(user, passwords.current, client);
    checkNewPassword(passwords.next, user);
    const hash = await this.#hasher.hash(passwords.next);
    for (const id of await this.#users.setPassword(user.id, hash, sessionId)) this.sessionEnded(id);
    this.#logger.info({ userId: user.id }, 'password changed');
  }

  /** @throws AppError CREDENTIALS_WRONG, EMAIL_TAKEN, RATE_LIMITED, CAPACITY. */
  async changeEmail(identity: Identity, email: string, password: string, client: ClientInfo): Promise<Account> {
    await this.#confirm(identity.user, password, client);
    const account = await this.#users.setEmail(identity.user.id, normalizeEmail(email));
    this.#cache.clear();
    return account;
  }

  /** All that is kept about the asker. */
  async exportData(identity: Identity): ReturnType<PersonalDataStore['export']> {
    return this.#personalData.export(identity.user.id);
  }

  /**
   * Deletes the account for good: calls of others stay, with nobody in its place.
   *
   * @throws AppError CREDENTIALS_WRONG; CONFLICT for the last administrator.
   */
  async deleteAccount(identity: Identity, password: string, client: ClientInfo): Promise<void> {
    await this.#confirm(identity.user, password, client);
    await this.admin.refuseIfLastAdmin(identity.user.id);
    for (const id of await this.#personalData.erase(identity.user.id)) this.sessionEnded(id);
    this.#logger.info({ userId: identity.user.id }, 'account deleted');
  }

  /** A session is over, whoever ended it: nothing that was remembered of it is believed. Idempotent. */
  sessionEnded(sessionId: string): void {
    this.#cache.forget(sessionId);
    this.emit('sessionRevoked', sessionId);
  }

  /** Looks after sessions that may have ended without our hearing of it. */
  async recheck(sessionIds: readonly string[]): Promise<void> {
    this.#cache.clear();
    if (sessionIds.length === 0) return;
    for (const id of await this.#sessions.ended(sessionIds, new Date())) this.sessionEnded(id);
  }

  async listSessions(identity: Identity): Promise<SessionInfo[]> {
    return this.#sessions.list(identity.user.id, new Date());
  }

  /**
   * The one check of an access token, for requests and sockets alike.
   *
   * @throws AppError TOKEN_INVALID (also when the session or the account is over) or TOKEN_EXPIRED.
   */
  async authenticate(accessToken: string): Promise<Identity> {
    return this.identify(this.tokens.verify(accessToken));
  }

  /**
   * The second half of `authenticate`, for claims whose token has been verified.
   *
   * @throws AppError TOKEN_INVALID.
   */
  async identify(claims: AccessClaims): Promise<Identity> {
    const session = await this.#findLive(claims.sid);
    if (session?.user.id !== claims.userId) throw new AppError('TOKEN_INVALID', 'The sign-in has ended.');
    return { user: session.user, sessionId: session.sessionId, expiresAt: claims.expiresAt };
  }

  /** An active account by its user name (without regard to case) or id. */
  async findUser(usernameOrId: string): Promise<Person | null> {
    const id = z.uuid().safeParse(usernameOrId);
    const name = usernameSchema.safeParse(usernameOrId.trim());
    // A user name may look like an uuid, were it not longer than user names are.
    const key = id.success ? { id: id.data } : name.success ? { username: usernameKey(name.data) } : null;
    const account = key && (await this.#users.find(key));
    return account && { id: account.id, username: account.username, fullName: account.fullName };
  }

  /** At most 20 other people whose user name or full name contains the text; without a directory an exact name only. */
  async searchUsers(query: string, askerId: string): Promise<Person[]> {
    if (!this.#config.directory) {
      const person = await this.findUser(query);
      return person && person.id !== askerId ? [person] : [];
    }
    return this.#users.search(cleanText(query), { exceptId: askerId, limit: 20 });
  }

  /** @returns The account if the password is its own, whatever its status. */
  async #checkPassword(
    login: string,
    password: string,
    client: ClientInfo,
    attempt: LoginAttempt,
  ): Promise<AccountWithSecret | null> {
    const parsed = parseLogin(login);
    const account = await this.#users.findForLogin(parsed);
    await attempt.against(account?.id ?? Object.values(parsed).join(), async () =>
      account ? this.#sessions.hasSignedInFrom(account.id, client.ipAddress) : false,
    );
    const right = await this.#hasher.verify(account?.passwordHash ?? null, password);
    return right ? account : null;
  }

  /** Asks for the password of somebody who is signed in; wrong ones count as at the sign-in. */
  async #confirm(user: Account, password: string, client: ClientInfo): Promise<void> {
    const attempt = await this.#limits.loginFrom(client.ipAddress);
    const account = await this.#checkPassword(user.username, password, client, attempt);
    if (!account) throw new AppError('CREDENTIALS_WRONG', 'The password is wrong.');
    await attempt.succeeded();
  }

  async #signIn(user: Account, client: ClientInfo): Promise<SignedIn> {
    const { refreshTtlS, absoluteTtlS, maxSessions } = this.#config;
    const refreshToken = newRefreshToken();
    const sessionId = randomUUID();
    const now = Date.now();
    const evicted = await this.#sessions.create(
      {
        ...secretsOf(refreshToken, this.#refreshKey),
        sessionId,
        userId: user.id,
        client,
        createdAt: new Date(now),
        expiresAt: new Date(now + Math.min(refreshTtlS, absoluteTtlS) * 1000),
        absoluteExpiresAt: new Date(now + absoluteTtlS * 1000),
      },
      maxSessions,
    );
    for (const id of evicted) this.sessionEnded(id);
    return this.#tokensFor({ sessionId, user }, refreshToken);
  }

  #tokensFor(session: LiveSession, refreshToken: string): SignedIn {
    const { id, username, email, fullName, role } = session.user;
    const { token } = this.tokens.sign(id, sidOf(refreshToken, this.#refreshKey), new Date());
    return {
      user: { id, username, email, fullName, role },
      sessionId: session.sessionId,
      accessToken: token,
      expiresInS: this.#config.accessTtlS,
      refreshToken,
    };
  }

  async #findLive(sid: string): Promise<LiveSession | null> {
    const sidHash = sha256(sid);
    const known = this.#cache.get(sidHash, Date.now());
    if (known) return known;
    const mark = this.#cache.mark;
    const found = await this.#sessions.findLive(sidHash, new Date());
    if (found) this.#cache.put(sidHash, found, mark, Date.now());
    return found;
  }

  async #revoke(sessionId: string, userId: string): Promise<boolean> {
    const existed = await this.#sessions.revoke(sessionId, userId);
    if (existed) this.sessionEnded(sessionId);
    return existed;
  }
}
