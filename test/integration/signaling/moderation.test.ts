import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { chain, firstBroken, type ChainedEntry } from '../../../src/calls/policyChain.ts';
import { PostgresPolicyStore } from '../../../src/db/PolicyStore.ts';
import { hostOnly } from '../../../src/calls/states.ts';
import type { RequestName } from '../../../src/protocol/signaling.ts';
import { openTestDatabase } from '../../support/database.ts';
import { testDatabaseUrl } from '../../support/postgres.ts';
import { SignalingClient, consent, type RequestFailed } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';
import { audioParameters, dtlsParameters } from '../../support/webrtc.ts';

/** What hosts do to people, against a real worker: the server checks who asks, and media really stop. */
describe('host powers', () => {
  let server: TestServer;
  let alice: Account;
  let bob: Account;
  let carol: Account;
  let callId: string;
  let roomId: string;
  let whole: () => Promise<ChainedEntry[]>;
  /** Without verdicts, which come when they come. */
  let log: () => Promise<ChainedEntry[]>;
  let closeLog: () => Promise<void>;
  const clients: SignalingClient[] = [];

  before(async function () {
    this.timeout(60_000);
    const url = await testDatabaseUrl();
    server = await TestServer.start({ database: { url }, calls: { keepPeerMs: 5000, emptyMeetingMs: 5000 } });
    [alice, bob, carol] = await Promise.all([
      server.register('alice'),
      server.register('bob'),
      server.register('carol'),
    ]);
    const database = await openTestDatabase({ url });
    whole = () => new PostgresPolicyStore(database, chain).entries(callId);
    log = async () => (await whole()).filter(({ kind }) => kind !== 'verdict');
    closeLog = () => database.close();
  });

  beforeEach(async () => {
    const { call, room_id } = await server.startCall(alice, {});
    [callId, roomId] = [call.id, room_id];
  });

  afterEach(async () => {
    assert.equal(firstBroken(await whole()), null);
    for (const client of clients.splice(0)) client.close();
    const restrictions = server.server.calls.live(callId)?.restrictions;
    await server.endCall([alice, bob, carol].find(({ id }) => restrictions?.isHost(id)) ?? alice, callId);
  });

  after(async () => {
    await closeLog();
    await server.close();
  });

  interface Participant {
    client: SignalingClient;
    account: Account;
    peerId: string;
    resumeToken: string;
    producers: Partial<Record<string, string>>;
    sendId: string;
  }

  async function connect(account: Account): Promise<SignalingClient> {
    const client = await SignalingClient.connect(server.url, account.token);
    clients.push(client);
    return client;
  }

  async function enter(account: Account): Promise<Participant> {
    const client = await connect(account);
    const { producers, sendId } = await client.prepare(roomId);
    const { self } = await client.join(roomId);
    return { client, account, peerId: self.peerId, resumeToken: self.resumeToken, producers, sendId };
  }

  /** Alice is the host of Bob and Carol; everybody gets everybody's microphone and camera. */
  async function three(): Promise<[Participant, Participant, Participant]> {
    const people: [Participant, Participant, Participant] = [await enter(alice), await enter(bob), await enter(carol)];
    await server.eventually(() => server.flowingConsumers(callId) === 12);
    return people;
  }

  /** How many others get a producer just now, as the worker has it. */
  function receivers(producerId: string | undefined): number {
    const peers = [...(server.server.calls.live(callId)?.peers.values() ?? [])];
    const all = peers.flatMap((p) => p.endpoint?.subscriptions ?? []);
    return all.filter((s) => s.producerId === producerId && !s.consumer.paused).length;
  }

  const codeOf = async (request: Promise<unknown>): Promise<string> =>
    request.then(
      () => 'ok',
      (error: unknown) => (error as RequestFailed).code,
    );

  describe('who may', () => {
    const dataOf = (name: RequestName, peerId: string): object =>
      ({
        muteProducer: { peerId, enforced: false },
        undoAction: { actionId: randomUUID() },
        muteEveryone: {},
        endCall: {},
        lockCall: { locked: true },
        setCheckPolicy: { mode: 'enforce', challenge: 'at_door', everyMinutes: 30 },
      })[name as string] ?? { peerId };

    for (const name of hostOnly) {
      if (name === 'endCall' || name === 'requestChallenge') continue;
      it(`${name}: hosts who have joined, and nobody else`, async () => {
        const a = await enter(alice);
        const b = await enter(bob);
        const target = dataOf(name, b.peerId);
        // A participant, also with the host's own ids; somebody before the door; a stranger.
        assert.equal(await codeOf(b.client.raw(name, dataOf(name, a.peerId))), 'FORBIDDEN');
        const prepared = await connect(carol);
        await prepared.prepare(roomId, []);
        assert.equal(await codeOf(prepared.raw(name, target)), 'FORBIDDEN');
        const second = await connect(alice);
        assert.equal(await codeOf(second.raw(name, target)), 'NOT_JOINED');
        for (const forged of [{ role: 'host' }, { by: a.peerId }, { userId: alice.id }]) {
          assert.equal(await codeOf(b.client.raw(name, { ...target, ...forged })), 'VALIDATION');
        }
        assert.deepEqual(await log(), []);
        const nothingThere = ['undoAction', 'admitPeer', 'denyPeer'].includes(name);
        assert.equal(await codeOf(a.client.raw(name, target)), nothingThere ? 'NOT_FOUND' : 'ok');
      });
    }

    it('reaches nobody outside the call, nor oneself', async () => {
      const a = await enter(alice);
      const elsewhere = await connect(carol);
      const other = await server.startCall(carol, {});
      const { self } = await elsewhere.join(other.room_id);
      for (const peerId of [self.peerId, randomUUID(), carol.id, 'x']) {
        for (const name of ['pauseVideo', 'ejectPeer', 'transferHost'] as const) {
          await assert.rejects(a.client.request(name, { peerId }), { code: 'NOT_FOUND' });
        }
        await assert.rejects(a.client.request('muteProducer', { peerId, enforced: true }), { code: 'NOT_FOUND' });
      }
      await assert.rejects(a.client.request('ejectPeer', { peerId: a.peerId }), { code: 'VALIDATION' });
      assert.deepEqual(await log(), []);
      await server.endCall(carol, other.call.id);
    });

    it('is limited', async () => {
      const [a, b] = [await enter(alice), await enter(bob)];
      const flood = Array.from({ length: 40 }, () =>
        codeOf(a.client.request('muteProducer', { peerId: b.peerId, enforced: false })),
      );
      const codes = await Promise.all(flood);
      assert.ok(codes.filter((code) => code === 'RATE_LIMITED').length >= 15, codes.join());
    });
  });

  describe('a paused picture', () => {
    it('reaches nobody any more, while the server goes on looking, and comes back when that is undone', async () => {
      const [a, b, c] = await three();
      const { actionId } = await a.client.request('pauseVideo', { peerId: b.peerId });
      assert.equal(receivers(b.producers.camera), 0);
      assert.equal(receivers(b.producers.mic), 2);
      const peer = server.server.calls.live(callId)?.peers.get(b.peerId);
      assert.equal(peer?.media.ownProducer(b.producers.camera ?? '').producer.paused, false);
      for (const { client } of [a, b, c]) {
        const { peer: info } = await client.next('peerUpdated', ({ peer: p }) => p.peerId === b.peerId);
        assert.deepEqual(info.stops, [{ actionId, kind: 'video', by: 'host', reason: null }]);
        const notice = await client.next('policyApplied');
        assert.deepEqual([notice.action, notice.peerId, notice.by], ['pauseVideo', b.peerId, a.peerId]);
      }
      const startMs = performance.now();
      await a.client.request('undoAction', { actionId });
      assert.ok(performance.now() - startMs < 1000);
      assert.equal(receivers(b.producers.camera), 2);
      const undone = await c.client.next('policyApplied');
      assert.deepEqual([undone.action, undone.undone, undone.undoes], ['undoAction', 'pauseVideo', actionId]);
      await assert.rejects(a.client.request('undoAction', { actionId }), { code: 'NOT_FOUND' });
    });

    it('is the same action when it is asked for again', async () => {
      const [a, b] = await three();
      const request = (): Promise<{ actionId: string }> => a.client.request('pauseVideo', { peerId: b.peerId });
      assert.deepEqual(await request(), await request());
      assert.equal((await log()).length, 1);
    });

    it('cannot be brought back by its owner, by viewers, by a new camera, a screen, or by coming again', async () => {
      const [a, b, c] = await three();
      await a.client.request('pauseVideo', { peerId: b.peerId });
      const camera = b.producers.camera ?? '';
      await b.client.request('pauseProducer', { producerId: camera });
      await b.client.request('resumeProducer', { producerId: camera });
      const offer = await c.client.next('newConsumer', ({ producerId }) => producerId === camera);
      await c.client.request('pauseConsumer', { consumerId: offer.consumerId });
      await c.client.request('resumeConsumer', { consumerId: offer.consumerId });
      assert.equal(receivers(camera), 0);
      const screen = await b.client.produce('screen');
      const shared = await c.client.next('newConsumer', ({ producerId }) => producerId === screen);
      await c.client.next('consumerPaused', ({ consumerId }) => consumerId === shared.consumerId);
      assert.equal(receivers(screen), 0);
      await b.client.request('closeProducer', { producerId: camera });
      const another = await b.client.produce('camera');
      await c.client.next('newConsumer', ({ producerId }) => producerId === another);
      assert.equal(receivers(another), 0);
      await b.client.request('leave', {});
      const again = await enter(bob);
      const seen = await c.client.next('newConsumer', ({ producerId }) => producerId === again.producers.camera);
      await c.client.next('consumerPaused', ({ consumerId }) => consumerId === seen.consumerId);
      await server.eventually(() => receivers(again.producers.mic) === 2);
      assert.equal(receivers(again.producers.camera), 0);
    });
  });

  describe('a mute', () => {
    it('pauses the microphone on the server; its owner may open it again', async () => {
      const [a, b, c] = await three();
      const producerId = b.producers.mic ?? '';
      const { actionId } = await a.client.request('muteProducer', { peerId: b.peerId, enforced: false });
      const mic = server.server.calls.live(callId)?.peers.get(b.peerId)?.media.ownProducer(producerId);
      assert.equal(mic?.producer.paused, true);
      await c.client.next('producerPaused', (p) => p.producerId === producerId);
      const notice = await b.client.next('policyApplied');
      assert.deepEqual([notice.action, notice.enforced], ['muteProducer', false]);
      await assert.rejects(a.client.request('undoAction', { actionId }), { code: 'NOT_FOUND' });
      assert.equal(mic.producer.paused, true);
      await b.client.request('resumeProducer', { producerId });
      assert.equal(mic.producer.paused, false);
    });

    it('that is enforced lasts until it is undone, which opens nothing', async () => {
      const [a, b] = await three();
      const producerId = b.producers.mic ?? '';
      const { actionId } = await a.client.request('muteProducer', { peerId: b.peerId, enforced: true });
      await assert.rejects(b.client.request('resumeProducer', { producerId }), { code: 'FORBIDDEN' });
      await b.client.request('closeProducer', { producerId });
      const another = await b.client.produce('mic');
      const sound = await b.client.produce('screenAudio');
      const endpoint = server.server.calls.live(callId)?.peers.get(b.peerId)?.media;
      await server.eventually(() =>
        [another, sound].every((id) => endpoint?.ownProducer(id).producer.paused === true && receivers(id) === 0),
      );
      await a.client.request('undoAction', { actionId });
      assert.equal(endpoint?.ownProducer(another).producer.paused, true);
      await b.client.request('resumeProducer', { producerId: another });
      assert.equal(endpoint.ownProducer(another).producer.paused, false);
    });

    it('of everyone leaves the host’s microphone alone', async () => {
      const [a, b, c] = await three();
      await a.client.request('muteEveryone', {});
      const paused = [a, b, c].map(
        ({ peerId, producers }) =>
          server.server.calls
            .live(callId)
            ?.peers.get(peerId)
            ?.media.ownProducer(producers.mic ?? '').producer.paused,
      );
      assert.deepEqual(paused, [false, true, true]);
      assert.equal((await b.client.next('policyApplied')).action, 'muteEveryone');
    });
  });

  describe('the host’s role', () => {
    it('goes to another person, with all powers, and from whoever had it', async () => {
      const [a, b, c] = await three();
      await a.client.request('transferHost', { peerId: b.peerId });
      for (const { client } of [a, b, c]) {
        await client.next('peerUpdated', ({ peer }) => peer.peerId === b.peerId && peer.role === 'host');
        await client.next('peerUpdated', ({ peer }) => peer.peerId === a.peerId && peer.role === 'participant');
      }
      assert.equal(await codeOf(a.client.request('ejectPeer', { peerId: c.peerId })), 'FORBIDDEN');
      assert.equal(await codeOf(a.client.request('endCall', {})), 'FORBIDDEN');
      assert.equal(await server.statusOf(alice, 'POST', '/calls/end', { call_id: callId }), 403);
      // Who started the meeting comes back as what he is now.
      await a.client.request('leave', {});
      const again = await connect(alice);
      assert.equal((await again.join(roomId)).self.role, 'participant');
      assert.equal(await codeOf(b.client.request('ejectPeer', { peerId: c.peerId })), 'ok');
      assert.equal((await server.endCall(bob, callId)).status, 'ended');
    });

    it('is both sides’ in a direct call, and stays so', async () => {
      const [a, b] = [await connect(alice), await connect(bob)];
      const { call, room_id } = await server.startCall(alice, { callee: 'bob' });
      const { self } = await a.join(room_id);
      await b.next('callRinging');
      await b.request('answerCall', { callId: call.id, consent });
      await a.next('callAnswered');
      await assert.rejects(b.request('transferHost', { peerId: self.peerId }), { code: 'CONFLICT' });
      await b.request('pauseVideo', { peerId: self.peerId });
      // Out of a call between two there is nobody left to talk to.
      await b.request('ejectPeer', { peerId: self.peerId });
      assert.equal((await a.next('callEnded')).reason, 'removed');
      const { status, reason } = await b.next('callEnded');
      assert.deepEqual([status, reason], ['ended', 'hung_up']);
    });
  });

  describe('somebody who was removed', () => {
    it('is out at once, and everybody is told', async () => {
      const [a, b, c] = await three();
      await a.client.request('ejectPeer', { peerId: b.peerId });
      assert.equal(server.flowingConsumers(callId), 4);
      assert.deepEqual(await b.client.next('callEnded'), { callId, status: 'active', reason: 'removed' });
      for (const { client } of [a, c]) assert.equal((await client.next('peerLeft')).peerId, b.peerId);
      const [entry] = await log();
      assert.deepEqual([entry?.action, entry?.actorId, entry?.subjectUserId], ['ejectPeer', alice.id, bob.id]);
    });

    it('comes back on none of ten ways (SECURITY T34)', async () => {
      const a = await enter(alice);
      const b = await enter(bob);
      const tab = await connect(bob);
      const beside = await connect(bob);
      await beside.prepare(roomId, []);
      await a.client.request('ejectPeer', { peerId: b.peerId });

      // 1. The half-open socket that the server still hears: it may ask for nothing.
      const producerId = b.producers.camera ?? '';
      const stale: [string, object][] = [
        ['join', { roomId, consent }],
        ['join', { roomId, resumeToken: b.resumeToken }],
        ['prepare', { roomId, consent }],
        ['createTransport', { direction: 'send' }],
        ['produce', { requestId: 'x', source: 'mic', rtpParameters: audioParameters() }],
        ['resumeProducer', { producerId }],
        ['sendChat', { requestId: 'x', text: 'x' }],
        // 2. An ICE restart, 3. a transport whose id was recorded.
        ['restartIce', { transportId: b.sendId }],
        ['connectTransport', { transportId: b.sendId, dtlsParameters: dtlsParameters() }],
      ];
      for (const [name, data] of stale) assert.equal(await codeOf(b.client.raw(name, data)), 'FORBIDDEN', name);
      // 4. A second tab, 5. one that stood before the door already, 6. the socket itself after "leave".
      assert.equal(await codeOf(beside.join(roomId)), 'FORBIDDEN');
      for (const client of [beside, b.client]) await client.request('leave', {});
      for (const client of [tab, beside, b.client]) {
        assert.equal(await codeOf(client.join(roomId)), 'REMOVED');
        assert.equal(await codeOf(client.request('prepare', { roomId, consent })), 'REMOVED');
        assert.equal(await codeOf(client.request('createTransport', { direction: 'send' })), 'NOT_JOINED');
      }
      // 7. A new connection with the old place's token, 8. with a fresh session, 9. with a refreshed token.
      const again = await connect(bob);
      const back = again.request('join', { roomId, resumeToken: b.resumeToken, consent });
      assert.equal(await codeOf(back), 'REMOVED');
      const signedIn = await server.fetch(null, 'POST', '/auth/login', {
        login: 'bob',
        password: 'correct horse battery',
      });
      const fresh = (await signedIn.json()) as { access_token: string; refresh_token: string };
      const refreshed = await server.fetch(null, 'POST', '/auth/refresh', { refresh_token: fresh.refresh_token });
      const next = (await refreshed.json()) as { access_token: string };
      for (const { access_token: token } of [fresh, next]) {
        const client = await connect({ ...bob, token });
        assert.equal(await codeOf(client.join(roomId)), 'REMOVED');
      }
      // 10. REST: he cannot end it for the others, and a call that he starts is another one.
      assert.equal(await server.statusOf(bob, 'POST', '/calls/end', { call_id: callId }), 403);
      const own = await server.startCall(bob, {});
      assert.notEqual(own.room_id, roomId);
      await server.endCall(bob, own.call.id);

      const peers = [...(server.server.calls.live(callId)?.peers.values() ?? [])];
      assert.deepEqual(
        peers.map(({ user }) => user.id),
        [alice.id],
      );
      assert.equal(server.flowingConsumers(callId), 0);
    });

    it('may come again when that is undone', async () => {
      const a = await enter(alice);
      const b = await enter(bob);
      const { actionId } = await a.client.request('ejectPeer', { peerId: b.peerId });
      await a.client.request('undoAction', { actionId });
      const again = await connect(bob);
      assert.equal((await again.join(roomId)).self.role, 'participant');
      assert.deepEqual(
        (await log()).map(({ kind, action }) => [kind, action]),
        [
          ['action', 'ejectPeer'],
          ['override', 'undoAction'],
        ],
      );
    });
  });

  it('are in force before a slow database has them, and acknowledged after it', async () => {
    const [a, b] = await three();
    const policyLog = server.server.policyLog;
    const gate = Promise.withResolvers<undefined>();
    const append = policyLog.append.bind(policyLog);
    policyLog.append = async (...args) => {
      await gate.promise;
      await append(...args);
    };
    try {
      let acknowledged = false;
      const asked = a.client.request('pauseVideo', { peerId: b.peerId }).then(() => (acknowledged = true));
      await server.eventually(() => receivers(b.producers.camera) === 0, 500);
      assert.equal(acknowledged, false);
      gate.resolve(undefined);
      await asked;
      policyLog.append = () => Promise.reject(new Error('neither database nor disk'));
      const refused = a.client.request('muteProducer', { peerId: b.peerId, enforced: true });
      await assert.rejects(refused, { code: 'UNAVAILABLE' });
      await b.client.request('resumeProducer', { producerId: b.producers.mic ?? '' });
    } finally {
      policyLog.append = append;
    }
    assert.equal((await log()).length, 1);
  });
});
