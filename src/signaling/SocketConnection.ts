import type { Socket } from 'socket.io';
import type { Call } from '../calls/Call.ts';
import type { Connection } from '../calls/Connection.ts';
import type { Peer } from '../calls/Peer.ts';
import type { Visitor } from '../calls/Visitor.ts';
import type {
  ClientToServerEvents,
  NotificationData,
  NotificationName,
  ServerToClientEvents,
} from '../protocol/signaling.ts';
import type { PeerState } from '../protocol/values.ts';
import { TokenBucket } from './TokenBucket.ts';

export type VeritalkSocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** Who is on a connection, as the access token says. */
export interface SignedIn extends Visitor {
  sessionId: string;
  expiresAt: Date;
}

/** How long a page may take to consume a new consumer. */
const consumerAckMs = 10_000;
/** What waits for a reader that does not read, before it is dropped: packets, and characters in them. */
const maxWaitingPackets = 2_000;
const maxWaitingLength = 4_000_000;

/** One tab's socket: the connection that calls/ sees, and its place in at most one call. */
export class SocketConnection implements Connection {
  readonly socket: VeritalkSocket;
  /** Requests of any kind: a page that joins a call of 16 sends about 60 in a second. */
  readonly requestRate: TokenBucket;
  /** Requests that make a sender produce key frames. */
  readonly keyFrameRate: TokenBucket;
  /** Refused requests in a row of haste; too many close the connection. */
  strikes = 0;
  /** Its session is over: what is still being made for it must not come to life. */
  revoked = false;
  signedIn: SignedIn;
  #place: { call: Call; peer: Peer } | null = null;
  #lastSeenMs = Date.now();
  readonly #waiting = { packets: 0, length: 0 };
  /** Requests under way after whose answer only the page can make sense of notifications. */
  #entering = 0;
  readonly #held: (() => void)[] = [];

  constructor(socket: VeritalkSocket, signedIn: SignedIn) {
    this.socket = socket;
    this.signedIn = signedIn;
    const nowMs = Date.now();
    this.requestRate = new TokenBucket({ perSecond: 50, burst: 200, nowMs });
    this.keyFrameRate = new TokenBucket({ perSecond: 1, burst: 2, nowMs });
    socket.conn.on('packet', () => {
      this.#lastSeenMs = Date.now();
    });
    // Answers count like notifications: who asks and does not read must not fill the memory either.
    socket.conn.on('packetCreate', ({ data }: { data?: unknown }) => {
      this.#waiting.packets += 1;
      this.#waiting.length += typeof data === 'string' ? data.length : 0;
      const { packets, length } = this.#waiting;
      if (packets > maxWaitingPackets || length > maxWaitingLength) socket.conn.close(true);
    });
    socket.conn.on('drain', () => {
      Object.assign(this.#waiting, { packets: 0, length: 0 });
    });
  }

  get id(): string {
    return this.socket.id;
  }

  get userId(): string {
    return this.signedIn.user.id;
  }

  get sessionId(): string {
    return this.signedIn.sessionId;
  }

  /** The last moment at which anything came from the page. */
  get lastSeenAt(): Date {
    return new Date(this.#lastSeenMs);
  }

  /** The call this tab is in and who it is there; null outside. A place that another connection took over is none. */
  get place(): { call: Call; peer: Peer } | null {
    const place = this.#place;
    return place && place.peer.state !== 'left' && place.peer.connection === this ? place : null;
  }

  set place(place: { call: Call; peer: Peer } | null) {
    this.#place = place;
  }

  get state(): PeerState {
    return this.place?.peer.state ?? 'idle';
  }

  /**
   * The page is about to be answered what a call is like. Whatever is told meanwhile comes after that answer: told before
   * it, somebody who has just left would be back by an answer that was made a moment earlier.
   *
   * @returns what to call once the answer is sent.
   */
  holdNotices(): () => void {
    this.#entering += 1;
    return () => {
      this.#entering -= 1;
      if (this.#entering === 0) for (const tell of this.#held.splice(0)) tell();
    };
  }

  notify<N extends Exclude<NotificationName, 'newConsumer'>>(name: N, data: NotificationData<N>): void {
    // The table guarantees that name and data fit; socket.io's own type cannot follow a generic name.
    const emit = this.socket.emit.bind(this.socket) as (event: string, payload: unknown) => boolean;
    if (this.#entering > 0) this.#held.push(() => void emit(name, data));
    else emit(name, data);
  }

  async deliverConsumer(data: NotificationData<'newConsumer'>): Promise<boolean> {
    try {
      const answer: unknown = await this.socket.timeout(consumerAckMs).emitWithAck('newConsumer', data);
      return typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === true;
    } catch {
      return false; // No answer in time, or the socket is gone: it is offered again after a resume.
    }
  }
}
