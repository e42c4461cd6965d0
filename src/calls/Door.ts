import { AppError } from '../errors.ts';
import type { PeerRole } from '../protocol/values.ts';

/** Whoever wants in, as the door sees him. */
export interface Entrant {
  /** Of the account or the guest. */
  id: string;
  role: PeerRole;
  /** He is among the members already, on this page or another. */
  inside: boolean;
}

/** How full a call is without him. */
export interface Crowd {
  members: number;
  waiting: number;
}

export interface DoorLimits {
  maxPeers: number;
  maxWaiting: number;
}

/** Whoever was turned away may not ask again for this long, so that a host is not pestered. */
const denialMs = 60_000;

/**
 * Who may come into a call, and who has to wait for its host.
 *
 * [Note: One door] `admit` is asked by every path into a call: preparing, joining, answering, coming back after a lost
 * socket, and being let in by the host. So no path can be laxer than another.
 */
export class Door {
  /** Everybody but hosts, and whoever took part before, waits for a host. */
  readonly lobby: boolean;
  /** Nobody new enters or waits; whoever took part may come back. */
  locked: boolean;
  readonly #limits: DoorLimits;
  readonly #known: Set<string>;
  readonly #deniedUntilMs = new Map<string, number>();

  /** @param options.known - Ids of those who took part in this call before. */
  constructor(options: { lobby: boolean; locked: boolean; known: Iterable<string>; limits: DoorLimits }) {
    this.lobby = options.lobby;
    this.locked = options.locked;
    this.#known = new Set(options.known);
    this.#limits = options.limits;
  }

  /** @throws AppError LOCKED, DENIED or CAPACITY. */
  admit(entrant: Entrant, crowd: Crowd, nowMs: number): 'enter' | 'wait' {
    const { id, role, inside } = entrant;
    const expected = inside || role === 'host' || this.#known.has(id);
    if (!expected) this.#refuse(id, nowMs);
    const waits = !expected && (this.lobby || role === 'guest');
    const full = waits ? crowd.waiting >= this.#limits.maxWaiting : crowd.members >= this.#limits.maxPeers;
    if (full) throw new AppError('CAPACITY', 'This call is full.');
    return waits ? 'wait' : 'enter';
  }

  /** From now on he is expected: a host has let him in, or he has come in. */
  remember(id: string): void {
    this.#known.add(id);
    this.#deniedUntilMs.delete(id);
  }

  deny(id: string, nowMs: number): void {
    this.#deniedUntilMs.set(id, nowMs + denialMs);
  }

  #refuse(id: string, nowMs: number): void {
    if (this.locked) throw new AppError('LOCKED', 'The host has locked this meeting.');
    const untilMs = this.#deniedUntilMs.get(id) ?? 0;
    if (untilMs > nowMs) {
      const retryAfterS = Math.ceil((untilMs - nowMs) / 1000);
      throw new AppError('DENIED', 'The host did not let you in.', { retryAfterS });
    }
  }
}
