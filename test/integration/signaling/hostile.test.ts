import assert from 'node:assert/strict';
import { once } from 'node:events';
import { requests, socketPath, type RequestName } from '../../../src/protocol/signaling.ts';
import { openRawSocket } from '../../support/rawSocket.ts';
import { SignalingClient, consent, type RequestFailed } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';
import { audioParameters, dtlsParameters, videoParameters } from '../../support/webrtc.ts';

/** Rows of SECURITY section 4 that reach the server over its sockets. */
describe('hostile sockets', () => {
  let server: TestServer;
  let alice: Account;
  let bob: Account;
  const clients: SignalingClient[] = [];
  const unhandled: unknown[] = [];
  const remember = (reason: unknown): void => void unhandled.push(reason);

  before(async function () {
    this.timeout(60_000);
    process.on('unhandledRejection', remember);
    server = await TestServer.start();
    [alice, bob] = await Promise.all([server.register('alice'), server.register('bob')]);
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    assert.deepEqual(unhandled, []);
  });

  after(async () => {
    await server.close();
    process.off('unhandledRejection', remember);
  });

  async function connect(account: Account): Promise<SignalingClient> {
    const client = await SignalingClient.connect(server.url, account.token);
    clients.push(client);
    return client;
  }

  async function alive(): Promise<void> {
    const client = await connect(alice);
    assert.deepEqual(await client.request('watchPresence', { userIds: [] }), { people: [] });
  }

  describe('handshake', () => {
    const noToken: [string, unknown][] = [
      ['no token', undefined],
      ['null', null],
      ['an object', { $gt: '' }],
      ['a number', 1],
      ['an empty string', ''],
      ['nonsense', 'a.b.c'],
      ['64 kB', 'x'.repeat(60_000)],
    ];
    for (const [what, token] of noToken) {
      it(`refuses ${what} as a token`, async () => {
        await assert.rejects(
          SignalingClient.connect(server.url, token),
          (error: Error & { data?: { code: string } }) => {
            assert.match(error.data?.code ?? '', /^(UNAUTHENTICATED|TOKEN_INVALID)$/);
            return true;
          },
        );
      });
    }

    it('refuses a token of a session that was logged out, and closes its sockets', async () => {
      const mallory = await server.register('mallory');
      const client = await connect(mallory);
      const closed = client.disconnected();
      assert.equal(await server.statusOf(mallory, 'POST', '/auth/logout', {}), 204);
      await closed;
      await assert.rejects(SignalingClient.connect(server.url, mallory.token));
    });

    for (const origin of [
      null,
      'null',
      'https://evil.example',
      'http://127.0.0.1.evil.example',
      'http://127.0.0.1',
      'file://',
      'not an origin',
    ]) {
      it(`refuses the origin ${String(origin)}`, async () => {
        await assert.rejects(SignalingClient.connect(server.url, alice.token, { origin }), /websocket error/);
      });
    }

    it('takes no other transport than WebSocket', async () => {
      const response = await fetch(`${server.url}${socketPath}/?EIO=4&transport=polling`, {
        headers: { origin: server.url },
      });
      assert.equal(response.status, 400);
    });
  });

  describe('requests', () => {
    const garbage: unknown[] = [
      undefined,
      null,
      0,
      'x',
      true,
      [],
      [[]],
      {},
      { roomId: { $gt: '' } },
      { roomId: '../../etc/passwd', callId: '1', consumerId: {}, producerId: [], transportId: 1 },
      JSON.parse('{"__proto__": {"isAdmin": true}}'),
      { constructor: { prototype: { isAdmin: true } } },
      { userId: 'x', peerId: 'y', role: 'host' },
      Buffer.from([0, 1, 2]),
      'x'.repeat(50_000),
    ];
    // Requests that ask for nothing accept an empty object, and all objects beyond that are refused.
    const takesNothing = (name: RequestName): boolean => requests[name].data.safeParse({}).success;

    for (const name of Object.keys(requests) as RequestName[]) {
      it(`answers ${name} with every kind of garbage by a code`, async () => {
        const client = await connect(alice);
        for (const payload of garbage) {
          const isEmpty = typeof payload === 'object' && payload !== null && Object.keys(payload).length === 0;
          if (isEmpty && takesNothing(name)) continue;
          await assert.rejects(client.raw(name, payload), (error: RequestFailed) => error.code === 'VALIDATION');
        }
        assert.equal((Object.prototype as { isAdmin?: boolean }).isAdmin, undefined);
      });
    }

    it('survives a missing ack, an ack that is none, and 50 arguments', async () => {
      const client = await connect(alice);
      const emit = client.socket.emit.bind(client.socket) as (name: string, ...args: unknown[]) => unknown;
      for (const name of Object.keys(requests)) {
        emit(name);
        emit(name, {}, 'not a function');
        emit(name, ...Array.from({ length: 50 }, () => ({})));
      }
      assert.deepEqual(await client.request('watchPresence', { userIds: [] }), { people: [] });
    });

    for (const name of ['__proto__', 'constructor', 'toString', 'nope', '', 'x'.repeat(1000)]) {
      it(`acknowledges the unknown event "${name.slice(0, 20)}"`, async () => {
        const client = await connect(alice);
        await assert.rejects(client.raw(name, {}), { code: 'VALIDATION' });
      });
    }

    it('refuses what the state does not allow, before it looks at anything else', async () => {
      const client = await connect(alice);
      const { room_id: roomId } = await server.startCall(alice, {});
      const ids = { producerId: 'x', consumerId: 'x', transportId: 'x' };
      await assert.rejects(client.request('pauseProducer', { producerId: ids.producerId }), { code: 'NOT_JOINED' });
      await assert.rejects(client.request('endCall', {}), { code: 'NOT_JOINED' });
      await client.prepare(roomId);
      for (const name of ['pauseConsumer', 'resumeConsumer'] as const) {
        await assert.rejects(client.request(name, { consumerId: ids.consumerId }), { code: 'FORBIDDEN' });
      }
      await assert.rejects(client.produce('screen'), { code: 'FORBIDDEN' });
      await assert.rejects(client.request('prepare', { roomId, consent }), { code: 'FORBIDDEN' });
      await client.request('leave', {});
    });

    it('goes on as nobody else when it names another user or room', async () => {
      const client = await connect(bob);
      const payload = { roomId: 'A'.repeat(22), consent, userId: alice.id };
      await assert.rejects(client.raw('join', payload), { code: 'VALIDATION' });
      const token = { accessToken: alice.token };
      await assert.rejects(client.request('reauthenticate', token), { code: 'FORBIDDEN' });
    });

    it('limits how many come at once, and closes the socket of whoever does not stop', async () => {
      const client = await connect(alice);
      const closed = client.disconnected();
      const outcomes = Array.from({ length: 250 }, () => client.request('watchPresence', { userIds: [] }));
      const codes = (await Promise.allSettled(outcomes)).flatMap((o) =>
        o.status === 'rejected' ? [(o.reason as RequestFailed).code] : [],
      );
      assert.ok(codes.length >= 40 && codes.every((code) => code === 'RATE_LIMITED'));
      const emit = client.socket.emit.bind(client.socket) as (name: string, ...args: unknown[]) => unknown;
      for (let i = 0; i < 400; i++) emit('leave', {});
      await closed;
      await alive();
    });
  });

  describe('media parameters', () => {
    type Parameters = ReturnType<typeof videoParameters>;
    const odd: [string, (good: Parameters) => unknown, string][] = [
      ['5,000 encodings', (good) => ({ ...good, encodings: Array(5_000).fill({ ssrc: 1 }) }), 'VALIDATION'],
      ['a negative ssrc', (good) => ({ ...good, encodings: [{ ssrc: -1 }] }), 'VALIDATION'],
      ['an ssrc beyond 32 bits', (good) => ({ ...good, encodings: [{ ssrc: 2 ** 40 }] }), 'VALIDATION'],
      ['no codec', (good) => ({ ...good, codecs: [] }), 'VALIDATION'],
      [
        'a codec that is not offered',
        (good) => ({ ...good, codecs: good.codecs.map((c) => ({ ...c, mimeType: 'video/H264' })) }),
        'VALIDATION',
      ],
      ['audio for a camera', () => audioParameters(), 'VALIDATION'],
      ['null', () => null, 'VALIDATION'],
    ];
    for (const [what, change, code] of odd) {
      it(`refuse a producer with ${what}, and take an honest one after it`, async () => {
        const client = await connect(alice);
        const { room_id: roomId } = await server.startCall(alice, {});
        await client.prepare(roomId, []);
        const rtpParameters = change(videoParameters());
        const startMs = performance.now();
        await assert.rejects(client.raw('produce', { requestId: 'x', source: 'camera', rtpParameters }), { code });
        assert.ok(performance.now() - startMs < 2000);
        await client.produce('camera');
        await client.request('leave', {});
      });
    }

    it('refuse a second producer of a source, and a second connect of a transport', async () => {
      const client = await connect(alice);
      const { room_id: roomId } = await server.startCall(alice, {});
      const { sendId } = await client.prepare(roomId, ['camera']);
      await assert.rejects(client.produce('camera'), { code: 'CONFLICT' });
      const again = { transportId: sendId, dtlsParameters: dtlsParameters() };
      await assert.rejects(client.request('connectTransport', again), { code: 'CONFLICT' });
      await client.request('leave', {});
    });
  });

  describe('packets', () => {
    const packets: [string, string | Buffer][] = [
      ['a message above 64 kB', `42["join",${JSON.stringify('x'.repeat(65 * 1024))}]`],
      ['10^9 announced attachments', '451000000000-["join",{"_placeholder":true,"num":0}]'],
      ['an unknown packet type', '9'],
      ['broken JSON', '42["join",{'],
      ['a binary packet out of turn', Buffer.alloc(100, 255)],
      ['a namespace that is not there', '40/admin,{}'],
      ['an event before the connect', '42["join",{}]'],
    ];
    for (const [what, packet] of packets) {
      it(`survives ${what}`, async () => {
        const socket = await openRawSocket(server.url);
        const ended = once(socket, 'close');
        socket.send(packet);
        // Those that the parser only ignores are closed for never signing in; not waited for here.
        await Promise.race([ended, alive()]);
        await alive();
        socket.terminate();
      });
    }

    it('closes sockets that never sign in', async function () {
      this.timeout(20_000);
      const socket = await openRawSocket(server.url);
      const [code] = (await once(socket, 'close')) as [number];
      assert.ok(code > 0);
    });
  });
});
