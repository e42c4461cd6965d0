import { randomBytes, randomUUID } from 'node:crypto';
import { AppError, notFound } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { cleanText, normalizeEmail } from './names.ts';
import type { PasswordHasher } from './PasswordHasher.ts';
import { checkNewPassword } from './passwords.ts';
import { sha256 } from './refreshTokens.ts';
import type { Account, AdminStore, InvitationInfo, ManagedAccount, UserStore } from './stores.ts';

export interface AccountAdminOptions {
  users: UserStore;
  store: AdminStore;
  hasher: PasswordHasher;
  logger: Logger;
  /** Told of every session that was ended, so that its sockets are closed. */
  onSessionEnded: (sessionId: string) => void;
}

const dayMs = 24 * 60 * 60 * 1000;

/** What administrators do to accounts, from the admin page and from the command line. */
export class AccountAdmin {
  readonly #options: AccountAdminOptions;

  constructor(options: AccountAdminOptions) {
    this.#options = options;
  }

  async list(options: { query: string; limit: number; after: string | null }): Promise<ManagedAccount[]> {
    return this.#options.store.list({ ...options, now: new Date() });
  }

  /** @throws AppError NOT_FOUND. */
  async find(usernameOrId: string): Promise<ManagedAccount> {
    const account = await this.#options.store.find(usernameOrId);
    if (!account) throw notFound();
    return account;
  }

  /**
   * Makes an account whatever REGISTRATION says.
   *
   * @param password - Null makes one up.
   * @throws AppError USERNAME_TAKEN, EMAIL_TAKEN, PASSWORD_WEAK.
   */
  async create(
    account: { username: string; email: string; fullName: string; role: Account['role'] },
    password: string | null,
  ): Promise<{ account: Account; password: string }> {
    const { users, store, hasher, logger } = this.#options;
    const chosen = password ?? newPassword();
    checkNewPassword(chosen, account);
    const created = await users.create({
      id: randomUUID(),
      username: account.username,
      email: normalizeEmail(account.email),
      fullName: cleanText(account.fullName) || account.username,
      passwordHash: await hasher.hash(chosen),
    });
    if (account.role !== 'member') await store.setRole(created.id, account.role);
    logger.info({ userId: created.id, role: account.role }, 'account made by an administrator');
    return { account: { ...created, role: account.role }, password: chosen };
  }

  /** Gives the account a made-up password and ends its sessions. @throws AppError NOT_FOUND. */
  async resetPassword(userId: string): Promise<string> {
    const password = newPassword();
    const ended = await this.#options.users.setPassword(userId, await this.#options.hasher.hash(password), null);
    this.#options.logger.info({ userId }, 'an administrator set a new password');
    for (const id of ended) this.#options.onSessionEnded(id);
    return password;
  }

  /** @throws AppError NOT_FOUND; CONFLICT for the last administrator, who could then be let in by nobody. */
  async setStatus(userId: string, status: 'active' | 'disabled'): Promise<void> {
    const { store, logger, onSessionEnded } = this.#options;
    const account = status === 'disabled' ? await this.refuseIfLastAdmin(userId) : await this.find(userId);
    const ended = await store.setStatus(account.id, status);
    logger.info({ userId: account.id, status }, 'an administrator switched an account');
    for (const id of ended) onSessionEnded(id);
  }

  /** @throws AppError NOT_FOUND; CONFLICT if nobody could administer the server without this account. */
  async refuseIfLastAdmin(userId: string): Promise<ManagedAccount> {
    const account = await this.find(userId);
    const counts = account.role === 'admin' && account.status === 'active';
    if (counts && (await this.#options.store.countAdmins()) === 1) {
      throw new AppError('CONFLICT', 'This is the last administrator.');
    }
    return account;
  }

  async setRole(userId: string, role: Account['role']): Promise<void> {
    await this.#options.store.setRole(userId, role);
  }

  /** @returns The invitation with the secret of its link, of which only a hash is kept. */
  async invite(validDays: number, createdBy: string | null): Promise<InvitationInfo & { token: string }> {
    const token = randomBytes(32).toString('base64url');
    const createdAt = new Date();
    const invitation = { id: randomUUID(), createdAt, expiresAt: new Date(createdAt.getTime() + validDays * dayMs) };
    await this.#options.store.createInvitation({ ...invitation, tokenHash: sha256(token), createdBy });
    return { ...invitation, token };
  }

  async invitations(): Promise<InvitationInfo[]> {
    return this.#options.store.listInvitations(new Date());
  }

  /** @throws AppError INVITATION_INVALID. */
  async checkInvitation(token: string): Promise<InvitationInfo> {
    const invitation = await this.#options.store.findInvitation(sha256(token), new Date());
    if (!invitation) throw new AppError('INVITATION_INVALID', 'This invitation has been used or has expired.');
    return invitation;
  }

  /** @throws AppError NOT_FOUND. */
  async withdrawInvitation(id: string): Promise<void> {
    if (!(await this.#options.store.withdrawInvitation(id))) throw notFound();
  }
}

/** 96 random bits in four groups that can be read out. */
function newPassword(): string {
  const text = randomBytes(16).toString('base64url').replace(/[-_]/g, '').slice(0, 16).padEnd(16, 'x');
  return text.replace(/(.{4})(?=.)/g, '$1-');
}
