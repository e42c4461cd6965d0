import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';

/** A sign-in that is under way and counts as failed until it is told otherwise. */
export interface LoginAttempt {
  /**
   * To be asked once the account is known, before its password is looked at.
   *
   * @param account - The account's id, or what was typed where there is none.
   * @param isFamiliar - Whether the account has signed in from this address before; asked only when it matters.
   * @throws AppError RATE_LIMITED.
   */
  against(account: string, isFamiliar: () => Promise<boolean>): Promise<void>;
  /** Right password: the attempt counts nowhere, and the account's count for this address begins anew. */
  succeeded(): Promise<void>;
  /** Nothing was learned of the password (the server is overloaded, the database away): it counts nowhere. */
  abandoned(): Promise<void>;
}

/**
 * Counts registrations and wrong passwords, in this process's memory: a restart forgets them, and nothing outside can
 * switch them off. Attempts are counted before the password is looked at, so that many at once get no further than
 * one after the other.
 */
export class AuthLimits {
  readonly #register: RateLimiterMemory;
  readonly #guest: RateLimiterMemory;
  readonly #perAddress: RateLimiterMemory;
  readonly #perAccount: RateLimiterMemory;
  readonly #perAccountAndAddress: RateLimiterMemory;

  constructor(limits: Config['auth']['limits']) {
    const limiter = (points: number, duration: number): RateLimiterMemory =>
      new RateLimiterMemory({ points, duration });
    this.#register = limiter(limits.registerPerAddress, limits.registerWindowS);
    this.#guest = limiter(limits.guestPerAddress, limits.guestWindowS);
    this.#perAddress = limiter(limits.loginPerAddress, limits.loginWindowS);
    this.#perAccount = limiter(limits.loginPerAccount, limits.loginWindowS);
    this.#perAccountAndAddress = limiter(limits.loginPerAccountAndAddress, limits.loginWindowS);
  }

  /** @throws AppError RATE_LIMITED. */
  async register(ipAddress: string): Promise<void> {
    await take(this.#register, addressKey(ipAddress));
  }

  /** A look at a guest link, or a sign-in by it. @throws AppError RATE_LIMITED. */
  async guest(ipAddress: string): Promise<void> {
    await take(this.#guest, addressKey(ipAddress));
  }

  /** To be asked before anything is looked up. @throws AppError RATE_LIMITED. */
  async loginFrom(ipAddress: string): Promise<LoginAttempt> {
    const address = addressKey(ipAddress);
    await take(this.#perAddress, address);
    const taken: [limiter: RateLimiterMemory, key: string][] = [[this.#perAddress, address]];
    const giveBack = async (): Promise<void> => {
      for (const [limiter, key] of taken.splice(0)) await limiter.reward(key);
    };
    let both: string | null = null;
    return {
      against: async (account, isFamiliar) => {
        both = `${account} ${address}`;
        await take(this.#perAccountAndAddress, both);
        taken.push([this.#perAccountAndAddress, both]);
        try {
          await take(this.#perAccount, account);
          taken.push([this.#perAccount, account]);
        } catch (error) {
          if (!(error instanceof AppError) || !(await isFamiliar())) throw error;
        }
      },
      succeeded: async () => {
        await giveBack();
        if (both !== null) await this.#perAccountAndAddress.delete(both);
      },
      abandoned: giveBack,
    };
  }
}

/** One household or company gets a /64 of IPv6, so single addresses of it mean nothing. */
export function addressKey(ipAddress: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ipAddress);
  if (mapped?.[1]) return mapped[1];
  if (!isIPv6(ipAddress)) return ipAddress;
  const [head = '', tail] = ipAddress.split('%')[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const end = tail === '' ? [] : tail.split(':');
    while (groups.length + end.length < 8) groups.push('0');
    groups.push(...end);
  }
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}

async function take(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterS = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw new AppError('RATE_LIMITED', 'Too many attempts. Please wait a little.', { retryAfterS });
  }
}
