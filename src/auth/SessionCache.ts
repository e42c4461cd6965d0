import type { LiveSession } from './stores.ts';

/** How long a session's state is believed without asking the database: bounds what another process's change takes. */
const ttlMs = 5000;
const maxEntries = 10_000;

/** Remembers which sessions were found alive, by the hash of their `sid`. */
export class SessionCache {
  readonly #entries = new Map<string, { session: LiveSession; untilMs: number }>();
  #revocations = 0;

  /** A mark for `put`: what was read from the database after it may be remembered unless a revocation came between. */
  get mark(): number {
    return this.#revocations;
  }

  get(sidHash: Buffer, nowMs: number): LiveSession | null {
    const entry = this.#entries.get(sidHash.toString('base64'));
    return entry && nowMs < entry.untilMs ? entry.session : null;
  }

  put(sidHash: Buffer, session: LiveSession, mark: number, nowMs: number): void {
    if (mark !== this.#revocations) return;
    if (this.#entries.size >= maxEntries) this.#entries.clear();
    this.#entries.set(sidHash.toString('base64'), { session, untilMs: nowMs + ttlMs });
  }

  /** To be called once the database knows: a look-up that began before is then not remembered (see `mark`). */
  forget(sessionId: string): void {
    this.#revocations += 1;
    for (const [key, { session }] of this.#entries) if (session.sessionId === sessionId) this.#entries.delete(key);
  }

  /** Forgets all, after which everything is asked for again. */
  clear(): void {
    this.#revocations += 1;
    this.#entries.clear();
  }
}
