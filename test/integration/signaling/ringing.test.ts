import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { consent, type SignalingClient } from '../../support/SignalingClient.ts';
import { useSocketSuite, type SocketSuite } from '../../support/socketSuite.ts';
import type { Account, TestServer } from '../../support/TestServer.ts';

/** Ringing, and being told of while busy, over real sockets. */
describe('ringing somebody into a running call', () => {
  let server: TestServer;
  let alice: Account;
  let bob: Account;
  let carol: Account;
  let connect: SocketSuite['connect'];

  useSocketSuite({ calls: { ringTimeoutMs: 1500, emptyMeetingMs: 300 } }, ['alice', 'bob', 'carol'], (suite) => {
    ({ server, connect } = suite);
    [alice, bob, carol] = suite.accounts as [Account, Account, Account];
  });

  async function directCall(): Promise<{ a: SignalingClient; b: SignalingClient; callId: string; roomId: string }> {
    const [a, b] = [await connect(alice), await connect(bob)];
    const { call, room_id: roomId } = await server.startCall(alice, { callee: 'bob' });
    await a.prepare(roomId);
    await a.join(roomId);
    await b.next('callRinging');
    await b.prepare(roomId);
    await b.request('answerCall', { callId: call.id });
    return { a, b, callId: call.id, roomId };
  }

  it('rings on all tabs, and makes a meeting of a call between two, with the right record for all three', async () => {
    const { a, b, callId, roomId } = await directCall();
    const [one, two] = [await connect(carol), await connect(carol)];
    await b.request('ringPerson', { userId: carol.id });
    const { call, from } = await one.next('callRinging');
    assert.deepEqual([call.callId, call.status, from.username], [callId, 'active', 'bob']);
    await two.next('callRinging');
    await one.prepare(roomId);
    const joined = await one.request('answerCall', { callId, consent });
    assert.deepEqual([joined.self.role, joined.call.callee, joined.peers.length], ['participant', null, 2]);
    await two.next('callAnswered');
    assert.deepEqual(await b.next('ringEnded'), {
      user: { id: carol.id, username: 'carol', fullName: 'carol' },
      outcome: 'answered',
    });
    for (const client of [a, b]) assert.equal((await client.next('callChanged')).call.callee, null);
    await server.eventually(() => server.flowingConsumers(callId) === 12);
    // It goes on when one of the first two leaves; the other is a host still.
    await a.request('leave', {});
    await one.next('peerLeft');
    await assert.rejects(one.request('endCall', {}), { code: 'FORBIDDEN' });
    await b.request('endCall', {});
    for (const account of [alice, bob, carol]) {
      const { call: record, participants } = await server.details(account, callId);
      assert.deepEqual([record.callee, record.participant_count, record.status], [null, 3, 'ended']);
      assert.deepEqual(participants.map((p) => p.role).sort(), ['host', 'host', 'participant']);
    }
  });

  it('tells whoever rang of a no, of silence, and rings later tabs', async () => {
    const { a, callId } = await directCall();
    await a.request('ringPerson', { userId: carol.id });
    const c = await connect(carol);
    await c.next('callRinging');
    await c.request('declineCall', { callId });
    assert.equal((await a.next('ringEnded')).outcome, 'declined');
    await a.request('ringPerson', { userId: carol.id });
    await c.next('callRinging');
    assert.deepEqual(await c.next('callEnded'), { callId, status: 'missed', reason: 'no_answer' });
    assert.equal((await a.next('ringEnded')).outcome, 'no_answer');
    await assert.rejects(c.request('answerCall', { callId, consent }), { code: 'NOT_FOUND' });
    // It stayed a call between two.
    assert.equal((await server.details(alice, callId)).call.callee?.username, 'bob');
    assert.equal(await server.statusOf(carol, 'GET', `/calls/${callId}`), 404);
  });

  it('stops when the call is over', async () => {
    const { a, callId } = await directCall();
    const c = await connect(carol);
    await a.request('ringPerson', { userId: carol.id });
    await c.next('callRinging');
    await a.request('leave', {});
    assert.equal((await c.next('callEnded')).callId, callId);
    await assert.rejects(c.request('answerCall', { callId, consent }), { code: 'NOT_FOUND' });
  });

  it('lets somebody in a call know who called, once a minute, and nobody who is free', async () => {
    const { b } = await directCall();
    const notice = async (callee: string): Promise<number> =>
      server.statusOf(carol, 'POST', '/calls/notice', { callee, call_type: 'audio' });
    assert.equal((await server.tryStartCall(carol, { callee: 'bob' })).error?.code, 'BUSY');
    assert.equal(await notice('bob'), 204);
    const { from, callType } = await b.next('calledWhileBusy');
    assert.deepEqual([from.id, callType], [carol.id, 'audio']);
    assert.equal(await notice('bob'), 429);
    assert.equal(await notice('nobody-here'), 404);
    assert.equal(await notice('carol'), 400);
    await server.register('free');
    assert.equal(await notice('free'), 409);
  });

  it('refuses who is busy or in the call, strangers, and rooms that were not meant', async () => {
    const { a, b, roomId } = await directCall();
    const c = await connect(carol);
    await assert.rejects(c.request('ringPerson', { userId: bob.id }), { code: 'NOT_JOINED' });
    await assert.rejects(a.request('ringPerson', { userId: bob.id }), { code: 'CONFLICT' });
    await assert.rejects(a.request('ringPerson', { userId: randomUUID() }), { code: 'NOT_FOUND' });
    await assert.rejects(c.join(roomId), { code: 'NOT_FOUND' });
    await a.request('ringPerson', { userId: carol.id });
    await assert.rejects(b.request('ringPerson', { userId: carol.id }), { code: 'BUSY' });
    assert.equal((await server.tryStartCall(await server.register('dora'), { callee: 'carol' })).error?.code, 'BUSY');
  });
});
