import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Endpoint } from '../media/Endpoint.ts';
import type { PeerInfo, Person, Stop } from '../protocol/signaling.ts';
import type { Consent, PeerRole, PeerState } from '../protocol/values.ts';
import type { CheckedPerson } from './CameraChecks.ts';
import type { Connection } from './Connection.ts';
import type { GuestPass, Visitor } from './Visitor.ts';

/**
 * One person in one call, from the moment his media are prepared until he has left. He outlives his connection for
 * a while, so that a lost socket costs nothing.
 */
export class Peer {
  readonly id = randomUUID();
  readonly user: Person;
  readonly guest: GuestPass | null;
  role: PeerRole;
  /** Whoever holds it goes on as this peer over a new connection. */
  readonly resumeToken = randomBytes(24).toString('base64url');
  readonly #timers = new Set<NodeJS.Timeout>();
  state: PeerState;
  /** Whether he may know of the others and receive their media: false while a host has yet to let him in. */
  admitted: boolean;
  connection: Connection | null;
  /** Of its latest connection. */
  sessionId: string;
  /** Null once it was closed for want of a connection. */
  endpoint: Endpoint | null = null;
  checked: CheckedPerson | null = null;
  consent: Consent | null;
  joinedAt: Date | null = null;
  /** What the others do not get of him, as the call's `Restrictions` say. */
  stops: readonly Stop[] = [];
  /** The last moment at which the person was surely there. */
  lastSeenAt = new Date();

  constructor(options: {
    visitor: Visitor;
    role: PeerRole;
    state: 'prepared' | 'joined';
    admitted: boolean;
    connection: Connection;
    consent: Consent | null;
  }) {
    this.user = options.visitor.user;
    this.guest = options.visitor.guest;
    this.role = options.role;
    this.state = options.state;
    this.admitted = options.admitted;
    this.connection = options.connection;
    this.sessionId = options.connection.sessionId;
    this.consent = options.consent;
  }

  get present(): boolean {
    return this.state === 'joined' || this.state === 'held';
  }

  get info(): PeerInfo {
    return {
      peerId: this.id,
      user: this.user,
      role: this.role,
      connection: this.connection ? 'connected' : 'reconnecting',
      joinedAt: (this.joinedAt ?? this.lastSeenAt).toISOString(),
      stops: [...this.stops],
    };
  }

  /** @throws AppError NOT_JOINED when this peer has no media (any more). */
  get media(): Endpoint {
    if (!this.endpoint || this.endpoint.closed) throw new AppError('NOT_JOINED', 'Your media are not set up.');
    return this.endpoint;
  }

  acceptsResumeToken(token: string): boolean {
    const given = Buffer.from(token);
    const own = Buffer.from(this.resumeToken);
    return given.length === own.length && timingSafeEqual(given, own);
  }

  /** Runs `task` after `ms` unless `clearTimers` comes first. */
  after(ms: number, task: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      task();
    }, ms);
    this.#timers.add(timer);
  }

  clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
