import assert from 'node:assert/strict';
import { requests, type RequestName } from '../../../src/protocol/signaling.ts';
import { allowedStates } from '../../../src/calls/states.ts';
import { assessmentResult } from '../../support/assessments.ts';
import { consent, type SignalingClient } from '../../support/SignalingClient.ts';
import { useSocketSuite, type SocketSuite } from '../../support/socketSuite.ts';
import type { Account, TestServer } from '../../support/TestServer.ts';

/** The waiting room over real sockets and a real worker. */
describe('a meeting with a waiting room', () => {
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

  /** The host is inside with a camera. */
  async function open(): Promise<{ h: SignalingClient; callId: string; roomId: string }> {
    const h = await connect(host);
    const { call, room_id: roomId } = await server.startCall(host, { lobby: true, title: 'Weekly' });
    assert.equal(call.lobby, true);
    await h.prepare(roomId);
    assert.equal((await h.join(roomId)).self.state, 'joined');
    return { h, callId: call.id, roomId };
  }

  /** Somebody with a camera stands at the door. */
  async function knock(account: Account, roomId: string): Promise<{ client: SignalingClient; peerId: string }> {
    const client = await connect(account);
    const prepared = await client.prepare(roomId);
    const joined = await client.join(roomId);
    assert.equal(joined.self.state, 'waiting');
    return { client, peerId: prepared.self.peerId };
  }

  /** The server has looked at somebody's picture. */
  function judge(callId: string, peerId: string, account: Account): void {
    const { assessment } = assessmentResult(callId, account, { status: 'risk', risk: 0.9, confidence: 0.9 });
    server.server.calls.live(callId)?.setAssessment(peerId, { forOthers: assessment, forSelf: assessment });
  }

  it('tells whoever waits who hosts it, and nothing of the others', async () => {
    const { h, callId, roomId } = await open();
    const hostPeerId = (await server.answerOf(h)).self.peerId;
    judge(callId, hostPeerId, host);
    const client = await connect(bob);
    await client.prepare(roomId);
    const joined = await client.join(roomId);
    assert.equal(joined.call.caller.username, 'host');
    assert.deepEqual([joined.peers, joined.consumerIds, joined.waiting, joined.activeSpeaker], [[], [], [], null]);
    const known = [...joined.producers, ...joined.assessments].map(({ peerId }) => peerId);
    assert.deepEqual([...new Set(known)], [joined.self.peerId]);
    await h.next('peerWaiting');
    await h.produce('screen');
    const second = await knock(carol, roomId);
    await h.request('admitPeer', { peerId: second.peerId });
    await second.client.next('admitted');
    judge(callId, hostPeerId, host);
    // An answer comes after everything that was sent before it.
    await assert.rejects(client.produce('screen'), { code: 'FORBIDDEN' });
    const told = client.received.filter(({ data }) => (data as { peerId?: string }).peerId !== joined.self.peerId);
    assert.deepEqual(told, []);
  });

  it('lets nobody consume, speak or lead from the waiting room', async () => {
    const { h, roomId } = await open();
    const { client, peerId } = await knock(bob, roomId);
    await h.next('peerWaiting');
    const refused = (Object.keys(requests) as RequestName[]).filter((name) => !allowedStates[name].includes('waiting'));
    const data: Partial<Record<RequestName, unknown>> = {
      prepare: { roomId, consent },
      admitPeer: { peerId },
      denyPeer: { peerId },
      setConsumerLayers: { consumerId: 'x', spatialLayer: 0 },
      pauseConsumer: { consumerId: 'x' },
      resumeConsumer: { consumerId: 'x' },
      endCall: {},
      reportQuality: { bitrateBps: 0, loss: 0, rttMs: 0, freezeS: 0 },
    };
    for (const name of refused.filter((n) => data[n] !== undefined)) {
      await assert.rejects(client.raw(name, data[name]), { code: 'FORBIDDEN' }, name);
    }
    await assert.rejects(client.produce('screen'), { code: 'FORBIDDEN' });
  });

  it('lets media flow once the host lets somebody in, and records the stay from then on', async () => {
    const { h, callId, roomId } = await open();
    const { client, peerId } = await knock(bob, roomId);
    const { peer } = await h.next('peerWaiting');
    assert.deepEqual([peer.peerId, peer.user.username, peer.role], [peerId, 'bob', 'participant']);
    assert.equal(server.flowingConsumers(callId), 0);
    await h.request('admitPeer', { peerId });
    const { self, peers, producers } = await client.next('admitted');
    assert.deepEqual([self.peerId, self.state, peers.length], [peerId, 'joined', 1]);
    assert.equal(producers.filter((p) => p.peerId !== peerId).length, 2);
    assert.equal((await h.next('peerJoined')).peer.peerId, peerId);
    await server.eventually(() => server.flowingConsumers(callId) === 4);
    await assert.rejects(h.request('admitPeer', { peerId }), { code: 'NOT_FOUND' });
    const { participants } = await server.details(bob, callId);
    assert.deepEqual(participants.map((p) => p.username).sort(), ['bob', 'host']);
  });

  it('lets in again without waiting whom the host let in before, on a new page too', async () => {
    const { h, roomId } = await open();
    const { client, peerId } = await knock(bob, roomId);
    await h.request('admitPeer', { peerId });
    await client.next('admitted');
    await client.request('leave', {});
    const again = await connect(bob);
    assert.equal((await again.join(roomId)).self.state, 'joined');
  });

  it('sends away whom the host does not want, who cannot ask again at once by any path', async () => {
    const { h, callId, roomId } = await open();
    const { client, peerId } = await knock(bob, roomId);
    await h.request('denyPeer', { peerId });
    const ended = await client.next('callEnded');
    assert.deepEqual([ended.callId, ended.reason], [callId, 'denied']);
    assert.equal((await h.next('peerLeft')).peerId, peerId);
    await assert.rejects(client.join(roomId), { code: 'DENIED' });
    await assert.rejects(client.prepare(roomId), { code: 'DENIED' });
    await assert.rejects((await connect(bob)).join(roomId), { code: 'DENIED' });
    assert.equal(await server.statusOf(bob, 'GET', `/calls/${callId}`), 404);
  });

  it('lets only hosts decide, and only about those who wait', async () => {
    const { h, roomId } = await open();
    const { client: b, peerId } = await knock(bob, roomId);
    await h.request('admitPeer', { peerId });
    await b.next('admitted');
    const { peerId: carolId } = await knock(carol, roomId);
    for (const request of ['admitPeer', 'denyPeer'] as const) {
      await assert.rejects(b.request(request, { peerId: carolId }), { code: 'FORBIDDEN' });
      for (const wrong of [peerId, 'nobody', (await server.answerOf(h)).self.peerId]) {
        await assert.rejects(h.request(request, { peerId: wrong }), { code: 'NOT_FOUND' });
      }
    }
    assert.equal(b.has('peerWaiting'), false);
  });

  it('tells a host who comes later who waits, and takes them along when it ends', async () => {
    const { room_id: roomId } = await server.startCall(host, { lobby: true });
    const { client, peerId } = await knock(bob, roomId);
    const h = await connect(host);
    const { waiting } = await h.join(roomId);
    assert.deepEqual(
      waiting.map((p) => p.peerId),
      [peerId],
    );
    await h.request('endCall', {});
    assert.equal((await client.next('callEnded')).status, 'ended');
  });

  it('keeps the place of somebody who loses the connection while he waits', async () => {
    const { h, roomId } = await open();
    const { client, peerId } = await knock(bob, roomId);
    const { self } = await server.answerOf(client);
    await h.next('peerWaiting');
    client.drop();
    assert.equal((await h.next('peerWaiting')).peer.connection, 'reconnecting');
    const back = await connect(bob);
    const resumed = await back.request('join', { roomId, resumeToken: self.resumeToken, consent });
    assert.deepEqual([resumed.self.peerId, resumed.self.state, resumed.peers], [peerId, 'waiting', []]);
    assert.equal((await h.next('peerWaiting')).peer.connection, 'connected');
    back.drop();
    await h.next('peerWaiting');
    assert.equal((await h.next('peerLeft')).peerId, peerId);
  });

  it('lets hosts see the early look at whoever waits, and nobody else', async () => {
    const { h, callId, roomId } = await open();
    const { client: b, peerId: bobId } = await knock(bob, roomId);
    await h.request('admitPeer', { peerId: bobId });
    await b.next('admitted');
    const { peerId } = await knock(carol, roomId);
    b.received.length = 0;
    judge(callId, peerId, carol);
    await h.next('assessmentChanged', (data) => data.peerId === peerId && data.assessment.status === 'risk');
    await assert.rejects(b.request('admitPeer', { peerId }), { code: 'FORBIDDEN' });
    assert.equal(
      b.received.some(({ data }) => JSON.stringify(data).includes(peerId)),
      false,
    );
  });

  it('is for meetings only', async () => {
    assert.equal((await server.tryStartCall(host, { callee: 'bob', lobby: true })).error?.code, 'VALIDATION');
  });
});
