import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP way to a Postgres that can be cut and mended, for tests of what happens without a database. */
export class CuttableLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: URL;
  #cut = false;

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
      one.pipe(other);
    }
  }
}
