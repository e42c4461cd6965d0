import assert from 'node:assert/strict';
import { SignalingClient, consent } from '../../support/SignalingClient.ts';
import { useSocketSuite, type SocketSuite } from '../../support/socketSuite.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';

describe('a locked meeting', () => {
  let server: TestServer;
  let host: Account;
  let bob: Account;
  let carol: Account;
  let connect: SocketSuite['connect'];

  useSocketSuite(
    { calls: { keepPeerMs: 700, keepTransportsMs: 400, emptyMeetingMs: 300 } },
    ['host', 'bob', 'carol'],
    (suite) => {
      ({ server, connect } = suite);
      [host, bob, carol] = suite.accounts as [Account, Account, Account];
    },
  );

  /** Host and Bob are inside, and the host has locked it. */
  async function locked(): Promise<{ h: SignalingClient; b: SignalingClient; roomId: string }> {
    const { room_id: roomId } = await server.startCall(host, {});
    const [h, b] = [await connect(host), await connect(bob)];
    await h.join(roomId);
    await b.join(roomId);
    await assert.rejects(b.request('lockCall', { locked: true }), { code: 'FORBIDDEN' });
    await h.request('lockCall', { locked: true });
    assert.equal((await b.next('callChanged')).call.locked, true);
    return { h, b, roomId };
  }

  it('lets nobody new in by any path, until it is opened again', async () => {
    const { h, roomId } = await locked();
    const c = await connect(carol);
    await assert.rejects(c.join(roomId), { code: 'LOCKED' });
    await assert.rejects(c.prepare(roomId), { code: 'LOCKED' });
    await h.request('lockCall', { locked: false });
    assert.equal((await c.join(roomId)).self.state, 'joined');
  });

  it('refuses who prepared before it was locked', async () => {
    const { h, roomId } = await locked();
    await h.request('lockCall', { locked: false });
    const c = await connect(carol);
    await c.prepare(roomId);
    await h.request('lockCall', { locked: true });
    await assert.rejects(c.join(roomId), { code: 'LOCKED' });
  });

  it('lets whoever took part come back, with the old place or a new one', async () => {
    const { b, roomId } = await locked();
    const { self } = await server.answerOf(b);
    b.drop();
    const back = await connect(bob);
    const resumed = await back.request('join', { roomId, resumeToken: self.resumeToken, consent });
    assert.equal(resumed.self.peerId, self.peerId);
    await back.request('leave', {});
    assert.equal((await back.join(roomId)).self.state, 'joined');
  });
});

describe('presence', function () {
  this.timeout(20_000);
  let server: TestServer;
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server.close());

  /** Milliseconds until a watcher is told that somebody is offline, after `leave` took him off the network. */
  async function offlineAfter(leave: (client: SignalingClient, roomId: string) => void, name: string): Promise<number> {
    const [watcher, gone] = [await server.register(`watcher-${name}`), await server.register(name)];
    const [w, client] = [
      await SignalingClient.connect(server.url, watcher.token),
      await SignalingClient.connect(server.url, gone.token),
    ];
    await w.request('watchPresence', { userIds: [gone.id] });
    const { room_id: roomId } = await server.startCall(gone, {});
    await client.join(roomId);
    await w.next('presenceChanged', (data) => data.presence === 'in_call');
    const startMs = performance.now();
    leave(client, roomId);
    await w.next('presenceChanged', (data) => data.presence === 'offline', 8000);
    const ms = performance.now() - startMs;
    w.close();
    client.close();
    return ms;
  }

  it('is right within 5 s of a closed tab, a killed browser and a cut network', async () => {
    assert.ok((await offlineAfter((client) => client.close(), 'closed')) < 1000);
    assert.ok((await offlineAfter((client) => client.drop(), 'killed')) < 1000);
    // Neither side closes anything: the page's answers to pings just stop coming, as without a network.
    const ms = await offlineAfter((client) => {
      const engine = client.socket.io.engine as unknown as { transport: { send: () => void } };
      engine.transport.send = () => undefined;
    }, 'cut');
    assert.ok(ms < 5000, `offline after ${String(Math.round(ms))} ms`);
  });
});
