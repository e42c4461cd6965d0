import assert from 'node:assert/strict';
import { Client } from 'pg';
import { SignalingClient } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';

/** What SECURITY T07 asks for, and what "within a second" means here. */
const promisedMs = 1000;

describe('a session that ends', function () {
  this.timeout(30_000);
  let server: TestServer;
  let alice: Account;
  let bob: Account;
  const clients: SignalingClient[] = [];
  let count = 0;

  before(async () => {
    server = await TestServer.start();
  });
  beforeEach(async () => {
    const id = (count += 1);
    [alice, bob] = await Promise.all([server.register(`alice${String(id)}`), server.register(`bob${String(id)}`)]);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  after(() => server.close());

  async function connect(account: Account): Promise<SignalingClient> {
    const client = await SignalingClient.connect(server.url, account.token);
    clients.push(client);
    return client;
  }

  /** Both in a meeting with media on their way. */
  async function meeting(): Promise<{ a: SignalingClient; b: SignalingClient }> {
    const { room_id: roomId } = await server.startCall(alice, {});
    const [a, b] = [await connect(alice), await connect(bob)];
    for (const client of [a, b]) {
      await client.join(roomId);
      await client.setUpMedia();
    }
    await b.next('newConsumer');
    return { a, b };
  }

  async function takes(promise: Promise<unknown>, startMs = performance.now()): Promise<void> {
    await promise;
    const ms = performance.now() - startMs;
    assert.ok(ms < promisedMs, `it took ${ms.toFixed(0)} ms`);
  }

  it('by logging out takes its sockets and what it sends with it', async () => {
    const { a, b } = await meeting();
    const gone = Promise.all([
      a.next('sessionRevoked'),
      a.disconnected(),
      b.next('peerLeft'),
      b.next('consumerClosed'),
    ]);
    const startMs = performance.now();
    await server.fetch(alice.token, 'POST', '/auth/logout', {});
    await takes(gone, startMs);
  });

  it('takes a peer along whose connection is being waited for', async () => {
    const { a, b } = await meeting();
    a.drop();
    await b.next('peerUpdated', ({ peer }) => peer.connection === 'reconnecting');
    const gone = Promise.all([b.next('peerLeft'), b.next('consumerClosed')]);
    const startMs = performance.now();
    await server.fetch(alice.token, 'POST', '/auth/logout', {});
    await takes(gone, startMs);
  });

  it('in the database, by whomever, is heard of', async () => {
    const { a, b } = await meeting();
    const gone = Promise.all([a.disconnected(), b.next('peerLeft')]);
    const client = new Client({ connectionString: server.databaseUrl });
    await client.connect();
    const startMs = performance.now();
    await client.query(
      `UPDATE user_sessions SET is_active = false WHERE user_id = (SELECT id FROM users WHERE uuid = $1)`,
      [alice.id],
    );
    await client.end();
    await takes(gone, startMs);
    assert.equal((await server.fetch(alice.token, 'GET', '/auth/me')).status, 401);
  });

  it('of a disabled account does not come back by any way', async () => {
    const { a } = await meeting();
    const gone = a.disconnected();
    await server.server.accounts.admin.setStatus(alice.id, 'disabled');
    await gone;
    await assert.rejects(connect(alice), { data: { code: 'TOKEN_INVALID' } });
    const login = { login: alice.username, password: 'correct horse battery' };
    assert.equal((await server.fetch(null, 'POST', '/auth/login', login)).status, 401);
  });

  it('leaves the sessions of others alone', async () => {
    const { b } = await meeting();
    const other = await connect(bob);
    await server.fetch(alice.token, 'POST', '/auth/logout', {});
    await b.next('peerLeft');
    assert.ok(b.socket.connected && other.socket.connected);
    assert.ok(!b.has('sessionRevoked'));
  });

  it('is the oldest one when an eleventh device signs in', async () => {
    const first = await connect(alice);
    const gone = first.disconnected();
    const login = { login: alice.username, password: 'correct horse battery' };
    for (let i = 0; i < 10; i++) assert.equal((await server.fetch(null, 'POST', '/auth/login', login)).status, 200);
    await gone;
    const response = await server.fetch(bob.token, 'GET', '/auth/sessions');
    assert.equal(((await response.json()) as { sessions: unknown[] }).sessions.length, 1);
  });
});
