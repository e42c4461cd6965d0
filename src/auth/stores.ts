import type { Person } from '../protocol/signaling.ts';

/** What accounts need of the database; db/ implements it. Every promise resolves once its transaction is durable. */

/** A person's account without its secrets. */
export interface Account {
  id: string;
  username: string;
  email: string;
  fullName: string;
  role: 'member' | 'admin';
}

export type AccountStatus = 'active' | 'disabled' | 'deleted';

export interface AccountWithSecret extends Account {
  status: AccountStatus;
  passwordHash: string;
}

export interface NewAccount {
  id: string;
  username: string;
  email: string;
  fullName: string;
  passwordHash: string;
}

export interface UserStore {
  /**
   * @param invitationHash - Of the invitation that is used up by it, in the same transaction.
   * @throws AppError USERNAME_TAKEN, EMAIL_TAKEN or INVITATION_INVALID; user names differ without regard to case.
   */
  create(account: NewAccount, invitationHash?: Buffer): Promise<Account>;
  /** Whatever its status, so that the work is the same for each. */
  findForLogin(login: { username: string } | { email: string }): Promise<AccountWithSecret | null>;
  /** An active account. */
  find(key: { id: string } | { username: string }): Promise<Account | null>;
  /** @throws AppError EMAIL_TAKEN. */
  setEmail(userId: string, email: string): Promise<Account>;
  /**
   * Ends the user's sessions, but for `keepSessionId`, in the same transaction.
   * @returns ids of the sessions that were ended.
   */
  setPassword(userId: string, passwordHash: string, keepSessionId: string | null): Promise<string[]>;
  /** Active accounts whose user name or full name contains the text, without regard to case, best matches first. */
  search(text: string, options: { exceptId: string; limit: number }): Promise<Person[]>;
}

/** Where a request came from; shown to the account's owner in the list of sessions. */
export interface ClientInfo {
  /** The socket's address, or what a trusted proxy said. */
  ipAddress: string;
  userAgent: string | null;
}

/** SHA-256 of the two secrets of a session: the database never holds the secrets themselves. */
export interface SessionSecrets {
  refreshTokenHash: Buffer;
  sidHash: Buffer;
}

export interface NewSession extends SessionSecrets {
  /** Public id, the same over all renewals (`family_id`). */
  sessionId: string;
  userId: string;
  client: ClientInfo;
  createdAt: Date;
  expiresAt: Date;
  absoluteExpiresAt: Date;
}

/** An active session of an active account. */
export interface LiveSession {
  sessionId: string;
  user: Account;
}

export interface SessionInfo {
  sessionId: string;
  ipAddress: string;
  userAgent: string | null;
  /** When it signed in. */
  createdAt: Date;
  expiresAt: Date;
}

export interface RotationRequest {
  presentedHash: Buffer;
  successor: SessionSecrets;
  client: ClientInfo;
  now: Date;
  refreshTtlS: number;
  graceS: number;
}

/**
 * What became of a refresh token:
 * `rotated`: its successor was stored (`repeated`: had been, within the grace time, and has not been used itself);
 * `reused`: it had been replaced before, so somebody holds a copy; its whole session is revoked now;
 * `unknown`: there is no such token, or it has expired, or its session or account is over.
 */
export type Rotation =
  | { outcome: 'rotated' | 'repeated'; session: LiveSession }
  | { outcome: 'reused'; sessionId: string }
  | { outcome: 'unknown' };

export interface SessionStore {
  /** Stores it, and revokes the user's oldest sessions beyond `maxSessions`. @returns ids of those revoked. */
  create(session: NewSession, maxSessions: number): Promise<string[]>;
  /** By the hash of an access token's `sid`. */
  findLive(sidHash: Buffer, now: Date): Promise<LiveSession | null>;
  /** One transaction; of many at once with the same token exactly one stores the successor. */
  rotate(request: RotationRequest): Promise<Rotation>;
  /** Which of these sessions are not alive (any more). */
  ended(sessionIds: readonly string[], now: Date): Promise<string[]>;
  /** Ends a session of this user. @returns whether there was one. */
  revoke(sessionId: string, userId: string): Promise<boolean>;
  /** The user's active sessions, newest first. */
  list(userId: string, now: Date): Promise<SessionInfo[]>;
  /** Whether the user ever signed in from this address. */
  hasSignedInFrom(userId: string, ipAddress: string): Promise<boolean>;
}

/** A meeting to which a link that is good leads. */
export interface InvitedCall {
  linkId: string;
  callId: string;
  roomId: string;
  title: string | null;
  host: Person;
  /** Members who have or had a part in it, the host included. */
  members: readonly Pick<Person, 'username' | 'fullName'>[];
  expiresAt: Date;
}

export interface NewGuestLink {
  linkId: string;
  callId: string;
  /** The host who made it. */
  userId: string;
  createdAt: Date;
  expiresAt: Date;
}

export interface KnownGuest {
  callId: string;
  linkId: string;
  name: string;
  /** A host has let him in once. */
  admitted: boolean;
  linkRevoked: boolean;
  /** The call is not over. */
  callRuns: boolean;
}

export interface GuestStore {
  /** @returns false, and nothing is stored, when the call has `maxLinks` good ones already. */
  createLink(link: NewGuestLink, maxLinks: number): Promise<boolean>;
  /** Good ones, newest first. */
  links(callId: string, now: Date): Promise<{ linkId: string; createdAt: Date; expiresAt: Date; guestCount: number }[]>;
  /** @returns whether the call has such a link. */
  revokeLink(callId: string, linkId: string, now: Date): Promise<boolean>;
  /** Null unless the link is good and its call is not over. */
  findLink(linkId: string, now: Date): Promise<InvitedCall | null>;
  createGuest(guest: { guestId: string; linkId: string; name: string; createdAt: Date }): Promise<void>;
  findGuest(guestId: string): Promise<KnownGuest | null>;
}

/** An account as administrators see it. */
export interface ManagedAccount extends Account {
  status: 'active' | 'disabled';
  createdAt: Date;
  lastSeenAt: Date | null;
  /** How many sessions are alive. */
  sessions: number;
}

export interface InvitationInfo {
  id: string;
  createdAt: Date;
  expiresAt: Date;
}

/** What only administrators need. */
export interface AdminStore {
  /** Accounts that are not deleted, by user name. @param after - id of the last one of the page before. */
  list(options: { query: string; limit: number; after: string | null; now: Date }): Promise<ManagedAccount[]>;
  /** An account that is not deleted, by user name or id. */
  find(usernameOrId: string): Promise<ManagedAccount | null>;
  /** Disabling ends all sessions in the same transaction. @returns ids of the sessions that were ended. */
  setStatus(userId: string, status: 'active' | 'disabled'): Promise<string[]>;
  setRole(userId: string, role: Account['role']): Promise<void>;
  /** How many active administrators there are. */
  countAdmins(): Promise<number>;
  createInvitation(invitation: InvitationInfo & { tokenHash: Buffer; createdBy: string | null }): Promise<void>;
  /** Invitations that can still be used, newest first. */
  listInvitations(now: Date): Promise<InvitationInfo[]>;
  /** An invitation that can still be used. */
  findInvitation(tokenHash: Buffer, now: Date): Promise<InvitationInfo | null>;
  /** @returns whether there was one that could still be used. */
  withdrawInvitation(id: string): Promise<boolean>;
}

/** All that is kept about a person. */
export interface PersonalDataStore {
  export(userId: string): Promise<{ user: Record<string, unknown>; tables: Record<string, Record<string, unknown>[]> }>;
  /** Makes the account one of nobody: calls of others stay whole. Idempotent. @returns ids of sessions that were ended. */
  erase(userId: string): Promise<string[]>;
}

/** Who somebody is at an OpenID Connect provider. */
export interface ProviderIdentity {
  issuer: string;
  subject: string;
  /** Null unless the provider has verified it. */
  email: string | null;
  /** What a new account would be called. */
  username: string;
  fullName: string;
}

export interface IdentityStore {
  /**
   * The account of this identity: the one it is known by, or else the one of its verified address, or a new one.
   *
   * @throws AppError CREDENTIALS_WRONG if the account is switched off, REGISTRATION_CLOSED if there is none.
   */
  findOrCreate(identity: ProviderIdentity, mayCreate: boolean): Promise<Account>;
}
