import type { Logger } from '../logger.ts';
import { deliver, type Outcome, type Receiver } from './deliver.ts';

/** An event whose turn it is. */
export interface DueEvent {
  id: string;
  type: string;
  body: string;
  /** Attempts made, this one included. */
  attempts: number;
}

/** Events that wait, durable; db/ implements it. */
export interface WebhookQueue {
  /**
   * Takes events whose time has come, oldest first, of each call its first only: what follows waits, so that a receiver
   * never hears of an end before the beginning. Nobody else gets them until `until`; they come again then, should
   * this process die.
   */
  take(options: { limit: number; now: Date; until: Date }): Promise<DueEvent[]>;
  delivered(id: string): Promise<void>;
  /** @param next - When to try again; null gives the event up and lets the following ones go. */
  failed(id: string, reason: string, next: Date | null, now: Date): Promise<void>;
  /** How many events are to be sent still, and how many were given up. */
  count(): Promise<{ waiting: number; givenUp: number }>;
}

export interface WebhooksOptions {
  queue: WebhookQueue;
  receiver: Receiver;
  logger: Logger;
  now?: () => Date;
  /** Milliseconds between two looks at the queue. */
  lookMs?: number;
  /** Seconds to wait after each failed attempt; after one more the event is given up. */
  retryS?: readonly number[];
}

/** Almost a day in which a receiver may be away, and nearly no waiting after a hiccup. */
const defaultRetryS = [5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600];
const atOnce = 4;
const maxRetryAfterS = 3600;
/** A share of each wait is random, so that those who failed together don't come back together. */
const jitter = 0.2;

/**
 * Brings events from the queue to the receiver. Each is sent until it was taken, in the order of its call, with one id
 * for all attempts: at least once on the wire, once for whoever remembers the ids.
 */
export class Webhooks {
  readonly #attempts = { delivered: 0, failed: 0 };
  readonly #options: WebhooksOptions;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;
  #closed = false;

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), options.lookMs ?? 1000).unref();
  }

  /** Since the start. */
  get attempts(): Readonly<Record<'delivered' | 'failed', number>> {
    return this.#attempts;
  }

  /** How many events are to be sent still, and how many were given up. */
  async queued(): Promise<{ waiting: number; givenUp: number }> {
    return this.#options.queue.count();
  }

  /** Waits for attempts under way. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  #look(): void {
    this.#looking ??= this.#sendDue()
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, 'webhooks wait for the database'))
      .finally(() => (this.#looking = null));
  }

  /** Until nothing is due. */
  async #sendDue(): Promise<void> {
    const { queue, receiver } = this.#options;
    while (!this.#closed) {
      const now = this.#now();
      const until = new Date(now.getTime() + 2 * receiver.timeoutMs + 30_000);
      const due = await queue.take({ limit: atOnce, now, until });
      if (due.length === 0) return;
      await Promise.all(due.map((event) => this.#send(event)));
    }
  }

  async #send(event: DueEvent): Promise<void> {
    const { queue, receiver, logger } = this.#options;
    const outcome = await deliver(receiver, event, this.#now());
    if (outcome.delivered) {
      this.#attempts.delivered += 1;
      return queue.delivered(event.id);
    }
    const waitS = this.#waitS(event.attempts, outcome);
    const next = waitS === null ? null : new Date(this.#now().getTime() + waitS * 1000);
    this.#attempts.failed += 1;
    const { id: eventId, type, attempts } = event;
    logger.warn({ eventId, type, attempts, reason: outcome.reason, again: next !== null }, 'webhook not taken');
    await queue.failed(eventId, outcome.reason, next, this.#now());
  }

  #waitS(attempts: number, { retryAfterS }: Outcome & { delivered: false }): number | null {
    const { retryS = defaultRetryS } = this.#options;
    const planned = retryS[attempts - 1];
    if (planned === undefined) return null;
    const spread = planned * (1 + jitter * (Math.random() * 2 - 1));
    return Math.max(spread, Math.min(retryAfterS ?? 0, maxRetryAfterS));
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}
