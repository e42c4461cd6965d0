import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP way to a Postgres that can be cut and mended, for tests of what happens without a database. */
export class CuttableLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: URL;
  #cut = false;
  #atCommit: { what: 'request' | 'answer'; done: () => void } | null = null;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((socket) => this.#forward(socket));
  }

  static async open(databaseUrl: string): Promise<CuttableLink> {
    const link = new CuttableLink(new URL(databaseUrl));
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  /** The database's address through this link. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    const url = new URL(this.#target);
    url.searchParams.delete('host');
    url.searchParams.delete('port');
    url.hostname = '127.0.0.1';
    url.port = String(port);
    return url.href;
  }

  /** Breaks all connections, and accepts none until `mend`. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }

  /**
   * Cuts the next connection that commits a transaction, once: before the database gets the request, or before its answer
   * comes back. @returns when it did.
   */
  cutAtCommit(what: 'request' | 'answer'): Promise<void> {
    return new Promise((done) => {
      this.#atCommit = { what, done };
    });
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(socket: Socket): void {
    if (this.#cut) return void socket.resetAndDestroy();
    const { hostname, port, searchParams } = this.#target;
    const folder = searchParams.get('host');
    const portNumber = Number(searchParams.get('port') ?? (port || 5432));
    const upstream = folder ? connect(`${folder}/.s.PGSQL.${portNumber}`) : connect(portNumber, hostname);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    upstream.pipe(socket);
    socket.on('data', (data: Buffer) => this.#pass(data, socket, upstream));
    socket.on('end', () => upstream.end());
  }

  #pass(data: Buffer, socket: Socket, upstream: Socket): void {
    const commits = this.#atCommit !== null && data.includes('COMMIT\0');
    const { what, done } = (commits ? this.#atCommit : null) ?? { what: null, done: () => undefined };
    if (commits) this.#atCommit = null;
    if (what === 'request') {
      socket.destroy();
      return done();
    }
    if (what === 'answer') {
      upstream.unpipe(socket);
      upstream.once('data', () => {
        socket.destroy();
        done();
      });
      upstream.resume();
    }
    upstream.write(data);
  }
}
