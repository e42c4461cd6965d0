import assert from 'node:assert/strict';
import { SignalingClient } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';

/** A meeting with its host and one who is no host, both with cameras; what they show is not looked at here. */
describe('active checks over sockets', function () {
  this.timeout(60_000);
  let server: TestServer;
  let ada: Account;
  let bob: Account;
  let host: SignalingClient;
  let guest: SignalingClient;
  let hostId: string;
  let guestId: string;
  let callId: string;

  before(async () => {
    server = await TestServer.start({ policy: { mode: 'off', challenge: 'on_request', challengeEveryMs: 1000 } });
    [ada, bob] = await Promise.all([server.register('check-ada'), server.register('check-bob')]);
  });
  after(() => server.close());

  beforeEach(async () => {
    const { room_id: roomId, call } = await server.startCall(ada, {});
    callId = call.id;
    host = await SignalingClient.connect(server.url, ada.token);
    guest = await SignalingClient.connect(server.url, bob.token);
    await host.prepare(roomId);
    hostId = (await host.join(roomId)).self.peerId;
    await guest.prepare(roomId);
    guestId = (await guest.join(roomId)).self.peerId;
  });
  afterEach(async () => {
    await Promise.all([host, guest].map((client) => client.request('leave', {})));
    host.close();
    guest.close();
    await server.endCall(ada, callId);
  });

  it('are asked for by hosts alone, of others who are in the call', async () => {
    const forbidden = { code: 'FORBIDDEN' };
    await assert.rejects(guest.request('requestChallenge', { peerId: hostId, kind: 'light' }), forbidden);
    await assert.rejects(host.request('requestChallenge', { peerId: hostId, kind: 'light' }), { code: 'VALIDATION' });
    await assert.rejects(host.request('requestChallenge', { peerId: 'nobody', kind: 'light' }), { code: 'NOT_FOUND' });
    const { challenge } = await host.request('requestChallenge', { peerId: guestId, kind: 'light' });
    assert.deepEqual([challenge.phase, challenge.origin, challenge.requestedBy], ['invited', 'host', hostId]);
    for (const client of [host, guest]) {
      const told = await client.next('challengeStarted');
      assert.deepEqual([told.challenge.challengeId, told.challenge.peerId], [challenge.challengeId, guestId]);
    }
    const again = host.request('requestChallenge', { peerId: guestId, kind: 'light' });
    await assert.rejects(again, { code: 'CONFLICT' });
  });

  it('are answered by whom they are for, once, and refused without a consequence', async () => {
    const { challenge } = await host.request('requestChallenge', { peerId: guestId, kind: 'light' });
    const { challengeId } = challenge;
    const forbidden = { code: 'FORBIDDEN' };
    await assert.rejects(host.request('startChallenge', { kind: 'light', challengeId }), forbidden);
    await assert.rejects(host.request('refuseChallenge', { challengeId }), forbidden);
    await assert.rejects(guest.request('challengeStep', { challengeId, step: 0, shownAfterMs: 0 }), forbidden);
    await guest.request('refuseChallenge', { challengeId });
    for (const client of [host, guest]) {
      const end = await client.next('challengeEnded');
      assert.deepEqual([end.result, end.reason, end.peerId], ['not_done', 'refused', guestId]);
    }
    await assert.rejects(guest.request('refuseChallenge', { challengeId }), forbidden);
    await assert.rejects(guest.request('startChallenge', { kind: 'light', challengeId }), forbidden);
  });

  it('show their steps to the person alone, and only the next one after the last was shown', async () => {
    const { challenge } = await guest.request('startChallenge', { kind: 'light' });
    const first = await guest.next('challengeStepDue');
    assert.deepEqual([first.challengeId, first.step, first.show.kind], [challenge.challengeId, 0, 'light']);
    assert.ok(!guest.has('challengeStepDue'));
    await guest.request('challengeStep', { challengeId: first.challengeId, step: 0, shownAfterMs: 20 });
    const second = await guest.next('challengeStepDue');
    assert.equal(second.step, 1);
    assert.notDeepEqual(second.show, first.show);
    assert.equal((await host.next('challengeStarted')).challenge.phase, 'running');
    await guest.request('refuseChallenge', { challengeId: first.challengeId });
    await host.next('challengeEnded');
    assert.ok(!host.has('challengeStepDue'));
  });

  it('end with the stay in the call', async () => {
    const { challenge } = await host.request('requestChallenge', { peerId: guestId, kind: 'movement' });
    await guest.request('leave', {});
    const rejected = guest.request('startChallenge', { kind: 'movement', challengeId: challenge.challengeId });
    await assert.rejects(rejected, { code: 'NOT_JOINED' });
  });

  it('let the judged ask the hosts for a review, once a minute', async () => {
    await guest.request('requestReview', {});
    assert.deepEqual(await host.next('reviewRequested'), { peerId: guestId });
    await assert.rejects(guest.request('requestReview', {}), { code: 'RATE_LIMITED' });
  });

  it('follow the policy that a host chose for the call, no less than the server’s, and everybody is told', async () => {
    const hold = (): boolean => {
      const result = {
        status: 'risk',
        assurance: 'none',
        reason: null,
        risk: 0.95,
        confidence: 0.9,
        causes: [],
      } as const;
      const assessment = { ...result, causes: [], scannedAt: null, verifiedAt: null, modelVersions: {} };
      const identity = { callId, peerId: guestId, userId: bob.id };
      server.server.monitor.emit('step', identity, { measure: 'hold', reason: 'proven' }, assessment);
      return server.server.calls.live(callId)?.peers.get(guestId)?.state === 'held';
    };
    const strict = { mode: 'enforce', challenge: 'every', everyMinutes: 15 } as const;
    assert.equal(hold(), false);
    await assert.rejects(guest.request('setCheckPolicy', strict), { code: 'FORBIDDEN' });
    const less = host.request('setCheckPolicy', { ...strict, challenge: 'never' });
    await assert.rejects(less, { code: 'VALIDATION' });
    await host.request('setCheckPolicy', strict);
    for (const client of [host, guest]) assert.deepEqual((await client.next('callChanged')).call.checks, strict);
    assert.equal(hold(), true);
  });
});
