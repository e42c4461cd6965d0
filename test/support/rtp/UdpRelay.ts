import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A way of UDP between a client and a server through which packets of anybody else can be slipped in, too. */
export class UdpRelay {
  /** The latest packets of the client, to make spoiled copies of. */
  readonly seen: Buffer[] = [];
  readonly #inner: Socket;
  readonly #outer: Socket;
  readonly #target: { address: string; port: number };
  #client: RemoteInfo | null = null;

  private constructor(inner: Socket, outer: Socket, target: { address: string; port: number }) {
    this.#inner = inner;
    this.#outer = outer;
    this.#target = target;
    inner.on('message', (packet, client) => {
      this.#client = client;
      this.seen.push(packet);
      if (this.seen.length > 200) this.seen.shift();
      this.inject(packet);
    });
    outer.on('message', (packet) => {
      if (this.#client) inner.send(packet, this.#client.port, this.#client.address);
    });
  }

  static async open(target: { address: string; port: number }): Promise<UdpRelay> {
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const;
    for (const socket of sockets) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    return new UdpRelay(...sockets, target);
  }

  /** Where the client sends to. */
  get port(): number {
    return this.#inner.address().port;
  }

  /** Sends as if it came from the client. */
  inject(packet: Buffer): void {
    this.#outer.send(packet, this.#target.port, this.#target.address);
  }

  close(): void {
    this.#inner.close();
    this.#outer.close();
  }
}
