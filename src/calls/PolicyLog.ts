import { randomUUID } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ChainedEntry, PolicyEntry } from './policyChain.ts';

/** What the policy log asks of the database; db/ implements it. */
export interface PolicyStore {
  /**
   * Puts the entry at the end of the call's chain, in one transaction; calls are serialised one by one. Appending an
   * `actionId` again writes nothing and answers what is there.
   */
  append(callId: string, entry: PolicyEntry): Promise<ChainedEntry>;
  /** The call's log, oldest first. */
  entries(callId: string): Promise<ChainedEntry[]>;
}

/** Where entries wait, durable, while the database is away. */
export interface PolicyOutbox {
  /** Whether there are entries in it: later ones must not overtake them. */
  readonly waiting: boolean;
  /** Resolves once the entry would survive a loss of power. */
  put(callId: string, entry: PolicyEntry): Promise<void>;
}

/**
 * The tamper-evident record of everything that is decided about people in calls: hosts' actions, the server's own, and
 * verdicts. Entries of a call form a hash chain (`policyChain.ts`); the table takes additions only.
 *
 * To log something: `await policyLog.append(callId, newEntry({kind: 'verdict', action: 'challengePassed', ...}))`. When
 * the promise resolves the entry is durable; whoever asked for the action may be answered then, not before. Enforce first
 * and then log: a slow database must not delay a mute. If appending fails, take the action back and say so.
 */
export class PolicyLog {
  readonly #store: PolicyStore;
  readonly #outbox: PolicyOutbox;
  readonly #logger: Logger;
  /** Entries of one call follow each other in the order in which they were decided. */
  readonly #appending = new Map<string, Promise<void>>();

  constructor(options: { store: PolicyStore; outbox: PolicyOutbox; logger: Logger }) {
    this.#store = options.store;
    this.#outbox = options.outbox;
    this.#logger = options.logger;
  }

  /** @throws When the entry could be kept neither in the database nor in the outbox. */
  async append(callId: string, entry: PolicyEntry): Promise<void> {
    const before = this.#appending.get(callId) ?? Promise.resolve();
    const appending = before.then(() => this.#append(callId, entry));
    const settled = appending.catch(() => undefined);
    this.#appending.set(callId, settled);
    void settled.then(() => {
      if (this.#appending.get(callId) === settled) this.#appending.delete(callId);
    });
    return appending;
  }

  async entries(callId: string): Promise<PolicyEntry[]> {
    return this.#store.entries(callId);
  }

  async #append(callId: string, entry: PolicyEntry): Promise<void> {
    if (this.#outbox.waiting) return this.#outbox.put(callId, entry);
    try {
      await this.#store.append(callId, entry);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'UNAVAILABLE')) throw error;
      await this.#outbox.put(callId, entry);
      this.#logger.warn({ callId, actionId: entry.actionId }, 'policy entry waits for the database');
    }
  }
}

/** An entry about now, with a name of its own. */
export function newEntry(
  decided: Pick<PolicyEntry, 'kind' | 'action'> & Partial<Omit<PolicyEntry, 'actionId'>>,
): PolicyEntry {
  const nobody = { actorId: null, subjectPeerId: null, subjectUserId: null, details: {} };
  return { ...nobody, at: new Date(), ...decided, actionId: randomUUID() };
}
