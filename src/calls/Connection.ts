import type { NotificationData, NotificationName } from '../protocol/signaling.ts';

/** A page's line to the server, as calls/ sees it; signaling/ implements it over a socket. */
export interface Connection {
  readonly id: string;
  readonly userId: string;
  /** The sign-in that it belongs to: when that is over, so are the connection and what it sends. */
  readonly sessionId: string;
  /** Sends without waiting; what cannot be delivered is lost. */
  notify<N extends Exclude<NotificationName, 'newConsumer'>>(name: N, data: NotificationData<N>): void;
  /** Sends a new consumer. @returns whether the page said in time that it consumes it. */
  deliverConsumer(data: NotificationData<'newConsumer'>): Promise<boolean>;
}
