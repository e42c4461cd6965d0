import type { types } from 'mediasoup';

/** User name fragments that are kept for one transport: after an ICE restart the one before may still come. */
const keptPerTransport = 2;

/** Knows on which local port the worker of each living transport takes TCP, by the transport's user name fragment. */
export class MediaRoutes {
  readonly #ports = new Map<string, number>();

  /** A transport is there, until it is closed. */
  add(transport: Pick<types.WebRtcTransport, 'iceParameters' | 'observer' | 'closed'>, localPort: number): void {
    if (transport.closed) return;
    const known: string[] = [];
    const learn = (): void => {
      const { usernameFragment } = transport.iceParameters;
      if (known.includes(usernameFragment)) return;
      known.push(usernameFragment);
      this.#ports.set(usernameFragment, localPort);
      if (known.length > keptPerTransport) this.#ports.delete(known.shift()!);
    };
    learn();
    this.#learners.set(transport, learn);
    transport.observer.once('close', () => {
      for (const usernameFragment of known) this.#ports.delete(usernameFragment);
    });
  }

  readonly #learners = new WeakMap<object, () => void>();

  /** A transport has new ICE parameters. */
  restarted(transport: object): void {
    this.#learners.get(transport)?.();
  }

  /** Null: no transport of ours. */
  localPort(usernameFragment: string): number | null {
    return this.#ports.get(usernameFragment) ?? null;
  }

  get size(): number {
    return this.#ports.size;
  }
}
