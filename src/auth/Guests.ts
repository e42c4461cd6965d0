import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Config } from '../config.ts';
import { AppError, notFound } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Person } from '../protocol/signaling.ts';
import { AuthLimits } from './AuthLimits.ts';
import { looksLike } from './confusables.ts';
import { GuestTokens } from './GuestTokens.ts';
import { cleanText } from './names.ts';
import type { Secrets } from './secrets.ts';
import type { ClientInfo, GuestStore, InvitedCall } from './stores.ts';

/** A link as its host sees it. `text` is what the address ends in. */
export interface GuestLink {
  linkId: string;
  text: string;
  createdAt: Date;
  expiresAt: Date;
  /** People who have signed in by it. */
  guestCount: number;
}

/** A guest who may connect: never a user, whatever his name. */
export interface GuestIdentity {
  user: Person;
  guest: { callId: string; linkId: string };
  sessionId: string;
  expiresAt: Date;
}

export interface GuestsOptions {
  config: Config['auth'];
  store: GuestStore;
  secrets: Pick<Secrets, 'accessTokenKey'>;
  logger: Logger;
}

/**
 * People without an account: invited to one meeting by a signed link, known by a name that nobody has verified.
 *
 * `linkRevoked` tells that nobody comes in by a link any more: those who still wait are to be sent away.
 */
export class Guests extends EventEmitter<{ linkRevoked: [linkId: string] }> {
  readonly tokens: GuestTokens;
  readonly #config: Config['auth'];
  readonly #store: GuestStore;
  readonly #limits: AuthLimits;
  readonly #logger: Logger;

  constructor(options: GuestsOptions) {
    super();
    this.#config = options.config;
    this.#store = options.store;
    this.#logger = options.logger;
    this.#limits = new AuthLimits(options.config.limits);
    this.tokens = new GuestTokens(options.secrets.accessTokenKey, options.config.guestTtlS);
  }

  /** @param validS - Seconds. @throws AppError RATE_LIMITED when the call has too many links. */
  async makeLink(callId: string, userId: string, validS: number): Promise<GuestLink> {
    const now = new Date();
    // The link carries whole seconds.
    const expiresAt = new Date((Math.floor(now.getTime() / 1000) + validS) * 1000);
    const link = { linkId: randomUUID(), callId, userId, createdAt: now, expiresAt };
    if (!(await this.#store.createLink(link, this.#config.maxGuestLinks))) {
      throw new AppError('RATE_LIMITED', 'This meeting has too many guest links. Revoke one first.');
    }
    return { linkId: link.linkId, text: this.tokens.signLink(link), createdAt: now, expiresAt, guestCount: 0 };
  }

  /** Links of a call that are still good, newest first. */
  async links(callId: string): Promise<GuestLink[]> {
    const links = await this.#store.links(callId, new Date());
    return links.map((link) => ({ ...link, text: this.tokens.signLink(link) }));
  }

  /** Whoever came by it and was let in stays; nobody else comes. @throws AppError NOT_FOUND. */
  async revokeLink(callId: string, linkId: string): Promise<void> {
    if (!(await this.#store.revokeLink(callId, linkId, new Date()))) throw notFound();
    this.#logger.info({ callId, linkId }, 'guest link revoked');
    this.emit('linkRevoked', linkId);
  }

  /** Where a link leads. @throws AppError RATE_LIMITED, NOT_FOUND for a link that is not good (any more). */
  async look(text: string, client: ClientInfo): Promise<InvitedCall> {
    await this.#limits.guest(client.ipAddress);
    return this.#invitation(text);
  }

  /**
   * Makes a guest of whoever holds a link.
   *
   * @throws AppError RATE_LIMITED, NOT_FOUND, VALIDATION for a name without letters, NAME_TAKEN for one that looks like
   *   that of a member who takes part. Trying names tells whoever holds a link who is there, a few a minute; the
   *   limit is that of signing in.
   */
  async signIn(
    text: string,
    name: string,
    client: ClientInfo,
  ): Promise<{ guest: Person; call: InvitedCall; accessToken: string; expiresInS: number }> {
    await this.#limits.guest(client.ipAddress);
    const call = await this.#invitation(text);
    const fullName = cleanText(name);
    if (!/[\p{L}\p{N}]/u.test(fullName)) throw new AppError('VALIDATION', 'A name needs letters.');
    const names = [call.host, ...call.members].flatMap((person) => [person.fullName, person.username]);
    if (names.some((taken) => looksLike(fullName, taken))) {
      throw new AppError('NAME_TAKEN', 'Somebody in this meeting has a name like this. Please choose another one.');
    }
    const guestId = randomUUID();
    const now = new Date();
    await this.#store.createGuest({ guestId, linkId: call.linkId, name: fullName, createdAt: now });
    this.#logger.info({ callId: call.callId, guestId }, 'guest signed in');
    const { token } = this.tokens.sign(guestId, call.callId, now);
    return {
      guest: { id: guestId, username: '', fullName },
      call,
      accessToken: token,
      expiresInS: this.tokens.ttlS,
    };
  }

  /** @throws AppError TOKEN_INVALID (also when the call is over or the link revoked before he was let in), TOKEN_EXPIRED. */
  async authenticate(token: string): Promise<GuestIdentity> {
    const { guestId, callId, expiresAt } = this.tokens.verify(token);
    const guest = await this.#store.findGuest(guestId);
    const good = guest?.callId === callId && guest.callRuns && (guest.admitted || !guest.linkRevoked);
    if (!good) throw new AppError('TOKEN_INVALID', 'The invitation has ended.');
    return {
      user: { id: guestId, username: '', fullName: guest.name },
      guest: { callId, linkId: guest.linkId },
      sessionId: guestId,
      expiresAt,
    };
  }

  async #invitation(text: string): Promise<InvitedCall> {
    const claims = this.tokens.readLink(text);
    const now = new Date();
    const call = claims && claims.expiresAt > now ? await this.#store.findLink(claims.linkId, now) : null;
    if (!call) throw notFound();
    return call;
  }
}
