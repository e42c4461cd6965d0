import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { StartError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ConnectionCaps } from './ConnectionCaps.ts';
import { readFirstFrame } from './firstFrame.ts';
import type { MediaRoutes } from './MediaRoutes.ts';

export interface TcpGateOptions {
  routes: Pick<MediaRoutes, 'localPort'>;
  caps: ConnectionCaps;
  logger: Logger;
  /** Time for the first bytes that tell what a connection is, ms. */
  firstBytesMs?: number;
  /** Time without a byte in either direction after which a media connection is closed, ms. */
  idleMs?: number;
}

/** Browsers open connections ahead of need, so those that say nothing are given a while. */
const defaultFirstBytesMs = 10_000;
/** Browsers check every few seconds that they may still send (RFC 7675); 30 s without is the end. */
const defaultIdleMs = 30_000;

/**
 * Where TCP connections with media come in. The first message of each names its transport; only then is it connected
 * to the worker, which listens on loopback: whoever has no transport reaches no worker. With `share` the port of the
 * page takes media too.
 */
export class TcpGate {
  readonly #options: TcpGateOptions;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #closed = false;

  constructor(options: TcpGateOptions) {
    this.#options = options;
  }

  /** Takes media on a port of its own. @throws StartError when it is taken. */
  async listen(port: number, addresses: readonly string[]): Promise<void> {
    for (const host of addresses) {
      const server = createServer({ noDelay: true }, (socket) => this.#take(socket, null));
      this.#servers.push(server);
      server.listen({ port, host, ipv6Only: host.includes(':') });
      try {
        await once(server, 'listening');
      } catch (error) {
        throw new StartError(
          `TCP port ${String(port)} on ${host} cannot be opened for media: set RTC_PORT to another one, or stop what uses it.`,
          { cause: error },
        );
      }
    }
  }

  /** Looks at each connection of another server before it does, and keeps those with media. */
  share(server: Server): void {
    const listeners = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      this.#take(socket, () => {
        for (const listener of listeners) listener.call(server, socket);
      });
    });
  }

  /** Media connections, and those that have not said what they are. */
  get connections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  /** @param handOver - To whom everything but media belongs; nobody if null. */
  #take(socket: Socket, handOver: (() => void) | null): void {
    const { caps, firstBytesMs = defaultFirstBytesMs } = this.#options;
    if (this.#closed) socket.destroy();
    if (!caps.admit(socket)) return;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const ignore = (): void => undefined; // The close that follows is enough.
    const end = (): void => void socket.destroy(); // A server of pages leaves the other half open.
    socket.on('error', ignore);
    socket.once('end', end);
    const timer = setTimeout(() => socket.destroy(), firstBytesMs);
    socket.once('close', () => clearTimeout(timer));
    let head: Buffer = Buffer.alloc(0);
    const look = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const first = readFirstFrame(head);
      if (first.kind === 'unfinished') return;
      clearTimeout(timer);
      socket.off('data', look);
      socket.pause();
      socket.unshift(head);
      if (first.kind === 'media') return this.#splice(socket, first.usernameFragment);
      if (handOver === null) return void socket.destroy();
      this.#sockets.delete(socket);
      socket.off('error', ignore);
      socket.off('end', end);
      handOver();
      // TLS takes what was read by itself, and what follows from below the socket.
      if (socket.listenerCount('data') > 0) socket.resume();
    };
    socket.on('data', look);
  }

  #splice(socket: Socket, usernameFragment: string): void {
    const { routes, logger, idleMs = defaultIdleMs } = this.#options;
    const port = routes.localPort(usernameFragment);
    if (port === null) {
      logger.debug('a media connection names no transport');
      return void socket.destroy();
    }
    const worker = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.setNoDelay(true);
    for (const [one, other] of [
      [socket, worker],
      [worker, socket],
    ] as const) {
      one.setTimeout(idleMs, () => one.destroy());
      one.once('close', () => other.destroy());
      one.pipe(other);
    }
    worker.on('error', (error) => logger.debug({ err: error }, 'a media connection was lost to its worker'));
  }
}
