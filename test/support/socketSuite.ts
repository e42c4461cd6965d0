import { SignalingClient } from './SignalingClient.ts';
import { TestServer, type Account } from './TestServer.ts';

/** What a suite over real sockets works with. */
export interface SocketSuite {
  server: TestServer;
  accounts: Account[];
  /** A signed-in socket, closed after the test. */
  connect: (who: Pick<Account, 'token'>) => Promise<SignalingClient>;
}

/**
 * Starts a server with these people before the suite's tests, and hands it to `ready`. After each test its sockets are
 * made to leave and closed, and the end of its calls is waited for.
 */
export function useSocketSuite(
  changes: Parameters<typeof TestServer.start>[0],
  names: string[],
  ready: (suite: SocketSuite) => void,
): void {
  const clients: SignalingClient[] = [];
  let server: TestServer;

  before(async function () {
    this.timeout(60_000);
    server = await TestServer.start(changes);
    const accounts = await Promise.all(names.map((name) => server.register(name)));
    const connect: SocketSuite['connect'] = async ({ token }) => {
      const client = await SignalingClient.connect(server.url, token);
      clients.push(client);
      return client;
    };
    ready({ server, accounts, connect });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) {
      if (client.socket.connected) await client.request('leave', {}).catch(() => undefined);
      client.close();
    }
    await server.noCalls();
  });

  after(() => server.close());
}
