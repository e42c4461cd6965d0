import assert from 'node:assert/strict';
import { assessmentResult } from '../../support/assessments.ts';
import { consent, type SignalingClient } from '../../support/SignalingClient.ts';
import { useSocketSuite, type SocketSuite } from '../../support/socketSuite.ts';
import type { Account, TestServer } from '../../support/TestServer.ts';
import { dtlsParameters } from '../../support/webrtc.ts';

/** Calls over real sockets, a real worker and a real database; short times where a test would have to wait. */
describe('calls', () => {
  let server: TestServer;
  let alice: Account;
  let bob: Account;
  let carol: Account;
  let connect: SocketSuite['connect'];

  useSocketSuite(
    { calls: { ringTimeoutMs: 2000, keepPeerMs: 2500, keepTransportsMs: 600, emptyMeetingMs: 600 } },
    ['alice', 'bob', 'carol'],
    (suite) => {
      ({ server, connect } = suite);
      [alice, bob, carol] = suite.accounts as [Account, Account, Account];
    },
  );

  /** Alice calls Bob, who answers; both have media. */
  async function directCall(): Promise<{ a: SignalingClient; b: SignalingClient; callId: string; roomId: string }> {
    const [a, b] = [await connect(alice), await connect(bob)];
    const { call, room_id: roomId } = await server.startCall(alice, { callee: 'bob' });
    await a.prepare(roomId);
    await a.join(roomId);
    await b.next('callRinging');
    await b.prepare(roomId);
    await b.request('answerCall', { callId: call.id });
    await a.next('callAnswered');
    return { a, b, callId: call.id, roomId };
  }

  async function meeting(): Promise<{ callId: string; roomId: string }> {
    const { call, room_id: roomId } = await server.startCall(alice, {});
    return { callId: call.id, roomId };
  }

  describe('ringing', () => {
    it('rings on every tab, and stops on the others when one answers', async () => {
      const [one, two] = [await connect(bob), await connect(bob)];
      const { call } = await server.startCall(alice, { callee: 'bob' });
      assert.equal(call.status, 'ringing');
      assert.equal(call.start_time, null);
      const ringing = await Promise.all([one.next('callRinging'), two.next('callRinging')]);
      assert.deepEqual(
        ringing.map((r) => r.call.callId),
        [call.id, call.id],
      );
      await one.request('answerCall', { callId: call.id, consent });
      assert.equal((await two.next('callAnswered')).call.status, 'active');
      await assert.rejects(two.request('answerCall', { callId: call.id }), { code: 'CALL_OVER' });
      await one.request('leave', {});
    });

    it('is answered once by a page that answers and joins at the same moment', async () => {
      const [a, b] = [await connect(alice), await connect(bob)];
      const { call, room_id: roomId } = await server.startCall(alice, { callee: 'bob' });
      await a.join(roomId);
      await b.prepare(roomId);
      await Promise.all([b.request('answerCall', { callId: call.id }), b.request('join', { roomId })]);
      assert.equal(server.server.calls.live(call.id)?.presentPeers.length, 2);
      assert.equal(server.server.calls.presenceOf(bob.id), 'in_call');
      await b.request('leave', {});
      assert.equal(server.server.calls.presenceOf(bob.id), 'online');
      const { participants } = await server.details(alice, call.id);
      assert.deepEqual(participants.map(({ username }) => username).sort(), ['alice', 'bob']);
    });

    it('is not answered by a page that leaves at the same moment', async () => {
      const [a, b] = [await connect(alice), await connect(bob)];
      const { call, room_id: roomId } = await server.startCall(alice, { callee: 'bob' });
      await a.join(roomId);
      await b.prepare(roomId);
      const answer = b.request('answerCall', { callId: call.id });
      await b.request('leave', {});
      await assert.rejects(answer, { code: 'NOT_JOINED' });
      assert.equal(server.server.calls.presenceOf(bob.id), 'online');
      await a.request('leave', {});
    });

    it('rings for somebody who comes online later', async () => {
      const { call } = await server.startCall(alice, { callee: 'bob' });
      const late = await connect(bob);
      assert.equal((await late.next('callRinging')).call.callId, call.id);
    });

    it('is missed when nobody answers in time', async () => {
      const [a, b] = [await connect(alice), await connect(bob)];
      const { call } = await server.startCall(alice, { callee: 'bob' });
      for (const client of [a, b]) {
        const ended = await client.next('callEnded');
        assert.deepEqual(ended, { callId: call.id, status: 'missed', reason: 'no_answer' });
      }
      const { call: record } = await server.details(alice, call.id);
      assert.deepEqual([record.status, record.duration, record.start_time], ['missed', 0, null]);
      assert.notEqual(record.end_time, null);
    });

    it('is declined by the callee only', async () => {
      const [a, b, c] = [await connect(alice), await connect(bob), await connect(carol)];
      const { call } = await server.startCall(alice, { callee: 'bob' });
      for (const stranger of [a, c]) {
        await assert.rejects(stranger.request('declineCall', { callId: call.id }), { code: 'NOT_FOUND' });
      }
      await b.request('declineCall', { callId: call.id });
      await a.next('callDeclined');
      assert.equal((await server.details(bob, call.id)).call.status, 'declined');
    });

    it('is missed when the caller takes it back, over either way', async () => {
      const b = await connect(bob);
      const first = await server.startCall(alice, { callee: 'bob' });
      await server.endCall(alice, first.call.id);
      assert.equal((await b.next('callEnded')).reason, 'cancelled');
      const a = await connect(alice);
      const second = await server.startCall(alice, { callee: 'bob' });
      await a.join(second.room_id);
      await a.request('leave', {});
      assert.equal((await b.next('callEnded')).reason, 'cancelled');
      assert.equal((await server.details(bob, second.call.id)).call.status, 'missed');
    });

    it('finds a callee busy who is in a call or being called', async () => {
      const { a } = await directCall();
      assert.equal((await server.tryStartCall(carol, { callee: 'bob' })).error?.code, 'BUSY');
      assert.equal((await server.tryStartCall(carol, { callee: 'alice' })).error?.code, 'BUSY');
      await a.request('leave', {});
    });
  });

  describe('a direct call', () => {
    it('begins with the answer and ends for both when one leaves', async () => {
      const { a, b, callId } = await directCall();
      await a.request('leave', {});
      assert.deepEqual(await b.next('callEnded'), { callId, status: 'ended', reason: 'hung_up' });
      const { call, participants } = await server.details(bob, callId);
      assert.equal(call.status, 'ended');
      assert.equal(call.participant_count, 2);
      assert.ok(call.start_time !== null && call.end_time !== null && call.end_time >= call.start_time);
      assert.ok(participants.every((p) => p.left_at !== null));
    });

    it('prepares consumers in both directions and lets nothing flow before the answer', async () => {
      const [a, b] = [await connect(alice), await connect(bob)];
      const { call, room_id: roomId } = await server.startCall(alice, { callee: 'bob' });
      await a.prepare(roomId);
      await a.join(roomId);
      await b.prepare(roomId);
      for (const client of [a, b]) {
        const sources = [await client.next('newConsumer'), await client.next('newConsumer')].map((c) => c.source);
        assert.deepEqual(sources.sort(), ['camera', 'mic']);
      }
      assert.deepEqual(server.flowingConsumers(call.id), 0);
      await b.request('answerCall', { callId: call.id });
      await server.eventually(() => server.flowingConsumers(call.id) === 4);
      await b.request('leave', {});
    });

    it('lets nobody else in, nor learn that it is there', async () => {
      const { a, roomId, callId } = await directCall();
      const c = await connect(carol);
      await assert.rejects(c.request('prepare', { roomId, consent }), { code: 'NOT_FOUND' });
      await assert.rejects(c.join(roomId), { code: 'NOT_FOUND' });
      await assert.rejects(c.join('A'.repeat(22)), { code: 'NOT_FOUND' });
      assert.deepEqual(
        await server.statusOf(carol, 'GET', `/calls/${callId}`),
        await server.statusOf(carol, 'GET', '/calls/00000000-0000-4000-8000-000000000000'),
      );
      assert.equal(await server.statusOf(carol, 'POST', '/calls/end', { call_id: callId }), 404);
      await a.request('leave', {});
    });

    it('ends once, however often and by however many it is ended', async () => {
      const { b, callId } = await directCall();
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => server.endCall(i % 2 ? alice : bob, callId)),
      );
      assert.equal(new Set(answers.map((a) => JSON.stringify(a))).size, 1);
      await b.next('callEnded');
      await server.noCalls();
      assert.equal(b.has('callEnded'), false);
      assert.deepEqual(await server.endCall(alice, callId), answers[0]);
    });

    it('outlives a lost socket, with the same peer and media', async () => {
      const { a, b, roomId } = await directCall();
      const self = (await server.answerOf(b)).self;
      b.drop();
      assert.equal((await a.next('peerUpdated')).peer.connection, 'reconnecting');
      const again = await connect(bob);
      const answer = await again.request('join', { roomId, resumeToken: self.resumeToken });
      assert.equal(answer.self.peerId, self.peerId);
      assert.equal(answer.mediaAlive, true);
      assert.equal(answer.consumerIds.length, 2);
      assert.equal((await a.next('peerUpdated')).peer.connection, 'connected');
      assert.equal(a.has('peerLeft'), false);
      await again.request('leave', {});
    });

    it('closes the media of somebody who is away for long, who makes them anew when he is back', async () => {
      const { a, b, callId, roomId } = await directCall();
      const { self } = await server.answerOf(b);
      const again = await connect(bob);
      await server.eventually(() => server.flowingConsumers(callId) === 4);
      b.drop();
      await server.eventually(() => server.flowingConsumers(callId) === 0);
      assert.equal(a.has('peerLeft'), false);
      const answer = await again.request('join', { roomId, resumeToken: self.resumeToken });
      assert.deepEqual([answer.self.peerId, answer.mediaAlive], [self.peerId, false]);
      await again.setUpMedia();
      await server.eventually(() => server.flowingConsumers(callId) === 4);
      await again.request('leave', {});
    });

    it('ends as of the last sign of life when somebody stays away', async () => {
      const { a, b, callId } = await directCall();
      const lostAtMs = Date.now();
      b.drop();
      assert.equal((await a.next('callEnded')).reason, 'connection_lost');
      const { call } = await server.details(alice, callId);
      assert.ok(Math.abs(Date.parse(call.end_time ?? '') - lostAtMs) < 500, `ended at ${String(call.end_time)}`);
    });

    it('gives nobody another one’s place', async () => {
      const { a, b, roomId } = await directCall();
      const { self } = await server.answerOf(b);
      const second = await connect(alice);
      // Alice may come back, but as herself: the token of Bob's peer is of no use to her.
      const answer = await second.request('join', { roomId, resumeToken: self.resumeToken, consent });
      assert.notEqual(answer.self.peerId, self.peerId);
      assert.equal((await a.next('callEnded')).reason, 'joined_elsewhere');
      await second.request('leave', {});
    });
  });

  describe('a meeting', () => {
    it('takes several people, who learn of each other', async () => {
      const { roomId, callId } = await meeting();
      const people = [await connect(alice), await connect(bob), await connect(carol)];
      for (const person of people) {
        await person.prepare(roomId);
        await person.join(roomId);
      }
      const [a, b, c] = people as [SignalingClient, SignalingClient, SignalingClient];
      await a.next('peerJoined', ({ peer }) => peer.user.username === 'bob');
      await a.next('peerJoined', ({ peer }) => peer.user.username === 'carol');
      await server.eventually(() => server.flowingConsumers(callId) === 12);
      await b.request('leave', {});
      await a.next('peerLeft');
      await c.next('peerLeft');
      await server.eventually(() => server.flowingConsumers(callId) === 4);
      assert.equal((await server.active(alice))[0]?.id, callId);
      for (const person of [a, c]) await person.request('leave', {});
      await server.noCalls();
      const { call } = await server.details(bob, callId);
      assert.deepEqual([call.status, call.end_reason, call.participant_count], ['ended', 'everyone_left', 3]);
    });

    it('does not tell its members who is about to join', async () => {
      const { roomId } = await meeting();
      const [a, b] = [await connect(alice), await connect(bob)];
      await a.prepare(roomId);
      await a.join(roomId);
      await b.prepare(roomId);
      await b.next('newConsumer');
      assert.equal(a.has('newConsumer') || a.has('peerJoined'), false);
      await a.request('leave', {});
    });

    it('is ended for everybody by its host only', async () => {
      const { roomId, callId } = await meeting();
      const [a, b] = [await connect(alice), await connect(bob)];
      await a.join(roomId);
      await b.join(roomId);
      await assert.rejects(b.request('endCall', {}), { code: 'FORBIDDEN' });
      assert.equal(await server.statusOf(bob, 'POST', '/calls/end', { call_id: callId }), 403);
      assert.equal(await server.statusOf(carol, 'POST', '/calls/end', { call_id: callId }), 404);
      await a.request('endCall', {});
      assert.equal((await b.next('callEnded')).status, 'ended');
      await assert.rejects(b.join(roomId), { code: 'CALL_OVER' });
    });
  });

  describe('media requests', () => {
    it('find only own objects', async () => {
      const { a, b } = await directCall();
      const camera = await a.next('newConsumer');
      const foreign = { producerId: camera.producerId };
      for (const name of ['pauseProducer', 'resumeProducer', 'closeProducer'] as const) {
        await assert.rejects(a.request(name, foreign), { code: 'NOT_FOUND' });
      }
      for (const name of ['pauseConsumer', 'resumeConsumer'] as const) {
        await assert.rejects(b.request(name, { consumerId: camera.consumerId }), { code: 'NOT_FOUND' });
      }
      const layers = { consumerId: camera.consumerId, spatialLayer: 0 };
      await assert.rejects(b.request('setConsumerLayers', layers), { code: 'NOT_FOUND' });
      await assert.rejects(a.request('declareBackground', { ...foreign, changed: true }), { code: 'NOT_FOUND' });
      await assert.rejects(a.request('restartIce', { transportId: camera.consumerId }), { code: 'NOT_FOUND' });
      const connectForeign = { transportId: camera.producerId, dtlsParameters: dtlsParameters() };
      await assert.rejects(a.request('connectTransport', connectForeign), { code: 'NOT_FOUND' });
      await a.request('leave', {});
    });

    it('tell the others of a muted microphone and a camera that is off', async () => {
      const { a, b } = await directCall();
      const mic = await b.next('newConsumer', (c) => c.source === 'mic');
      await a.request('pauseProducer', { producerId: mic.producerId });
      assert.equal((await b.next('producerPaused')).source, 'mic');
      await a.request('resumeProducer', { producerId: mic.producerId });
      assert.equal((await b.next('producerResumed')).producerId, mic.producerId);
      await a.request('closeProducer', { producerId: mic.producerId });
      assert.equal((await b.next('consumerClosed')).consumerId, mic.consumerId);
      await a.request('leave', {});
    });

    it('tell the others, now and later, of a background that is changed', async () => {
      const { a, b, roomId } = await directCall();
      const camera = await b.next('newConsumer', (c) => c.source === 'camera');
      assert.equal(camera.backgroundChanged, false);
      const { producerId } = camera;
      await a.request('declareBackground', { producerId, changed: true });
      const told = await b.next('backgroundDeclared');
      assert.equal(told.producerId, producerId);
      assert.equal(told.changed, true);
      // Saying it again is no news.
      await a.request('declareBackground', { producerId, changed: true });
      const { self } = await server.answerOf(b);
      b.drop();
      const again = await connect(bob);
      const joined = await again.request('join', { roomId, resumeToken: self.resumeToken });
      assert.equal(joined.producers.find((p) => p.producerId === producerId)?.backgroundChanged, true);
      assert.equal(b.has('backgroundDeclared'), false);
      await a.request('leave', {});
    });

    it('are limited where they make senders work', async () => {
      const { a } = await directCall();
      const { consumerId } = await a.next('newConsumer', (c) => c.source === 'camera');
      const spam = Array.from({ length: 20 }, () => a.request('setConsumerLayers', { consumerId, spatialLayer: 0 }));
      const refused = (await Promise.allSettled(spam)).filter((o) => o.status === 'rejected');
      assert.ok(refused.length >= 14, String(refused.length));
      await a.request('leave', {});
    });

    it('offer again what a page did not take before it was cut off', async () => {
      const { a, b, callId, roomId } = await directCall();
      const { self } = await server.answerOf(a);
      a.consumes = false;
      await b.produce('screen');
      const offered = await a.next('newConsumer', (c) => c.source === 'screen');
      a.drop();
      const again = await connect(alice);
      await again.request('join', { roomId, resumeToken: self.resumeToken });
      const second = await again.next('newConsumer', (c) => c.source === 'screen');
      assert.equal(second.consumerId, offered.consumerId);
      await server.eventually(() => server.flowingConsumers(callId) === 5);
      await b.request('leave', {});
    });
  });

  it('tell others an assessment with one decimal, and the judged person no number at all', async () => {
    const { a, b, callId } = await directCall();
    const { self } = await server.answerOf(a);
    const judged = { callId, peerId: self.peerId, userId: alice.id };
    const result = assessmentResult(callId, alice, { status: 'risk', risk: 0.7512, confidence: 0.5499 });
    server.server.monitor.emit('assessment', { ...result, ...judged });
    const seen = await b.next('assessmentChanged', (n) => n.assessment.status === 'risk');
    assert.deepEqual([seen.peerId, seen.assessment.risk, seen.assessment.confidence], [self.peerId, 0.8, 0.5]);
    const own = await a.next('assessmentChanged', (n) => n.assessment.status === 'risk');
    assert.deepEqual([own.assessment.risk, own.assessment.confidence, own.assessment.causes], [null, null, []]);
    // Nor does he get it by coming in once more, with another tab.
    const second = await connect(alice);
    const again = await second.join((await server.answerOf(a)).call.roomId);
    assert.ok(again.assessments.every((n) => n.peerId !== self.peerId && n.assessment.risk === null));
    await b.request('leave', {});
  });

  it('restart ICE on both transports with new credentials', async () => {
    const client = await connect(alice);
    const { roomId } = await meeting();
    const { sendTransport, recvTransport } = await client.prepare(roomId);
    for (const transport of [sendTransport, recvTransport]) {
      const { iceParameters } = await client.request('restartIce', { transportId: transport.id });
      assert.equal(typeof iceParameters.usernameFragment, 'string');
      assert.notEqual(iceParameters.usernameFragment, transport.iceParameters.usernameFragment);
    }
    await client.request('leave', {});
  });

  it('come back on a new worker when theirs is killed', async () => {
    const { a, b, callId } = await directCall();
    server.killWorker(0);
    for (const client of [a, b]) {
      const reset = await client.next('mediaReset', undefined, 2000);
      const transports = { send: reset.sendTransport.id, recv: reset.recvTransport.id };
      assert.ok(transports.send && transports.recv);
      await client.setUpMedia();
    }
    await server.eventually(() => server.flowingConsumers(callId) === 4);
    assert.equal((await server.details(alice, callId)).call.status, 'active');
    await a.request('leave', {});
  });

  it('tell who watches a person whether he is there', async () => {
    const watcher = await connect(carol);
    const { people } = await watcher.request('watchPresence', { userIds: [bob.id] });
    assert.deepEqual(people, [{ userId: bob.id, presence: 'offline' }]);
    const { b } = await directCall();
    await watcher.next('presenceChanged', (p) => p.presence === 'online');
    await watcher.next('presenceChanged', (p) => p.presence === 'in_call');
    await b.request('leave', {});
    await watcher.next('presenceChanged', (p) => p.presence === 'online');
    b.close();
    await watcher.next('presenceChanged', (p) => p.presence === 'offline');
  });
});
