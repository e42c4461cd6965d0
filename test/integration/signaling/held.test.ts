import assert from 'node:assert/strict';
import type { Assessment } from '../../../src/protocol/assessment.ts';
import { SignalingClient } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';

const looped: Assessment = {
  status: 'risk',
  assurance: 'none',
  reason: null,
  risk: 0.95,
  confidence: 0.85,
  causes: [{ analyzer: 'stream_integrity', outcome: 'found', code: 'looped' }],
  scannedAt: null,
  verifiedAt: null,
  modelVersions: {},
};

/** What the server does by itself when the ladder says so; the ladder itself is tested apart. */
describe('held by the policy', function () {
  this.timeout(60_000);
  let server: TestServer;
  let ada: Account;
  let bob: Account;
  let host: SignalingClient;
  let judged: SignalingClient;
  let roomId: string;
  let callId: string;
  let judgedId: string;

  before(async () => {
    server = await TestServer.start({ policy: { mode: 'enforce', challenge: 'on_request', challengeEveryMs: 1000 } });
    [ada, bob] = await Promise.all([server.register('hold-ada'), server.register('hold-bob')]);
  });
  after(() => server.close());

  beforeEach(async () => {
    const started = await server.startCall(ada, {});
    roomId = started.room_id;
    callId = started.call.id;
    host = await SignalingClient.connect(server.url, ada.token);
    judged = await SignalingClient.connect(server.url, bob.token);
    await host.prepare(roomId);
    await host.join(roomId);
    await judged.prepare(roomId);
    judgedId = (await judged.join(roomId)).self.peerId;
    await server.eventually(() => server.flowingConsumers(callId) === 4);
  });
  afterEach(async () => {
    await Promise.all([host, judged].map((client) => client.request('leave', {}).catch(() => undefined)));
    host.close();
    judged.close();
  });

  const identity = () => ({ callId, peerId: judgedId, userId: bob.id });

  function hold(): void {
    server.server.monitor.emit('step', identity(), { measure: 'hold', reason: 'proven' }, looped);
  }

  function pass(): void {
    const end = { challengeId: 'test', peerId: judgedId, kind: 'light', result: 'passed', reason: 'followed' } as const;
    server.server.monitor.emit('challenge', identity(), { type: 'ended', end: { ...end, retry: false } });
  }

  const isHeld = (): boolean => server.server.calls.live(callId)?.peers.get(judgedId)?.state === 'held';

  it('is neither seen nor heard within 500 ms of the verdict, goes on receiving, and is told why', async () => {
    const tookMs: number[] = [];
    for (let i = 0; i < 20; i++) {
      const startedMs = performance.now();
      hold();
      await server.eventually(() => server.flowingConsumers(callId) === 2);
      tookMs.push(performance.now() - startedMs);
      assert.ok(isHeld());
      assert.deepEqual(await judged.next('heldChanged'), { reason: 'looped' });
      pass();
      assert.deepEqual(await judged.next('heldChanged'), { reason: null });
      await server.eventually(() => server.flowingConsumers(callId) === 4);
    }
    const p95 = tookMs.toSorted((a, b) => a - b)[18]!;
    assert.ok(p95 <= 500, `p95 ${p95.toFixed(0)} ms of ${tookMs.length}`);
  });

  it('may only send a camera, and comes back held', async () => {
    hold();
    assert.ok(isHeld());
    const forbidden = { code: 'FORBIDDEN' };
    await assert.rejects(judged.produce('screen'), forbidden);
    await assert.rejects(judged.request('createTransport', { direction: 'send' }), forbidden);
    await judged.request('leave', {});
    const again = await SignalingClient.connect(server.url, bob.token);
    await again.prepare(roomId);
    const { self } = await again.join(roomId);
    assert.equal(self.state, 'held');
    assert.ok(server.flowingConsumers(callId) <= 2);
    again.close();
  });

  it('is told to everybody, shown as stopped by the server, and may be taken back by a host', async () => {
    hold();
    const { actionId, action, by, reason } = await host.next('policyApplied');
    assert.deepEqual([action, by, reason], ['holdPeer', null, 'looped']);
    const stops = server.server.calls.live(callId)?.peers.get(judgedId)?.info.stops;
    assert.deepEqual(stops, [{ actionId, kind: 'video', by: 'policy', reason: 'looped' }]);
    await assert.rejects(judged.request('undoAction', { actionId }), { code: 'FORBIDDEN' });
    await host.request('undoAction', { actionId });
    assert.ok(!isHeld());
    assert.equal((await host.next('policyApplied')).undone, 'holdPeer');
    await server.eventually(() => server.flowingConsumers(callId) === 4);
  });
});
