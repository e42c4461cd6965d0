import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { AppError } from '../errors.ts';

/** OWASP's smallest recommended cost for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Hashes and checks passwords with argon2id, off the main thread. At most `slots` run at once, since each takes a
 * thread of the pool that files and name look-ups share; at most `queue` wait.
 * Passwords are taken as they are: not normalised, not shortened.
 */
export class PasswordHasher {
  readonly #slots: number;
  readonly #queue: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** Hash of a password that nobody knows: what unknown logins are checked against. */
  readonly #nobody: Promise<string>;

  constructor(options: { slots: number; queue: number }) {
    this.#slots = options.slots;
    this.#queue = options.queue;
    this.#nobody = hash(randomBytes(32), cost);
    // Whoever awaits it hears of a failure; until then it must not count as unhandled.
    this.#nobody.catch(() => undefined);
  }

  /** @throws AppError CAPACITY when too many wait. */
  async hash(password: string): Promise<string> {
    return this.#run(() => hash(password, cost));
  }

  /**
   * @param passwordHash - Null where there is no such account: the work is the same, the answer always false.
   * @throws AppError CAPACITY when too many wait.
   */
  async verify(passwordHash: string | null, password: string): Promise<boolean> {
    // Accounts without a password of their own hold a mark instead of a hash.
    const own = passwordHash?.startsWith('$argon2') ? passwordHash : null;
    const against = own ?? (await this.#nobody);
    const matches = await this.#run(() => verify(against, password));
    return matches && own !== null;
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#slots) {
      if (this.#waiting.length >= this.#queue) {
        throw new AppError('CAPACITY', 'Too many people are signing in at once.', { retryAfterS: 2 });
      }
      // Whoever finishes hands his slot over, so `#running` stays as it is.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
