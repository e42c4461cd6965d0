import type { Socket } from 'node:net';

export interface ConnectionCapsOptions {
  /** Connections at a time of one address, and of all. */
  perAddress: number;
  total: number;
  /** Under what an address is counted: a household has many in IPv6. Null is counted in the total only, such as a proxy. */
  keyOf: (address: string) => string | null;
}

/** Counts TCP connections from their beginning to their end, whatever they turn out to be. */
export class ConnectionCaps {
  readonly #options: ConnectionCapsOptions;
  readonly #admitted = new WeakSet<Socket>();
  readonly #counts = new Map<string, number>();
  #total = 0;
  #refused = 0;

  constructor(options: ConnectionCapsOptions) {
    this.#options = options;
  }

  /** Connections that are open, and how many were refused so far. */
  get counts(): { open: number; refused: number } {
    return { open: this.#total, refused: this.#refused };
  }

  /** Counts a connection, once; one that is too many is closed. @returns Whether it may stay. */
  admit(socket: Socket): boolean {
    if (this.#admitted.has(socket)) return !socket.destroyed;
    this.#admitted.add(socket);
    const { perAddress, total, keyOf } = this.#options;
    // A connection that has gone already has no address any more.
    const address = socket.remoteAddress;
    const key = address === undefined ? null : keyOf(address);
    const ofAddress = key === null ? 0 : (this.#counts.get(key) ?? 0);
    if (address === undefined || this.#total >= total || ofAddress >= perAddress) {
      this.#refused += 1;
      socket.destroy();
      return false;
    }
    this.#total += 1;
    if (key !== null) this.#counts.set(key, ofAddress + 1);
    socket.once('close', () => this.#release(key));
    return true;
  }

  #release(key: string | null): void {
    this.#total -= 1;
    if (key === null) return;
    const left = (this.#counts.get(key) ?? 1) - 1;
    if (left === 0) this.#counts.delete(key);
    else this.#counts.set(key, left);
  }
}
