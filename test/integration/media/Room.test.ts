import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { types } from 'mediasoup';
import type { Endpoint, Sent } from '../../../src/media/Endpoint.ts';
import { Room } from '../../../src/media/Room.ts';
import type { WorkerPool } from '../../../src/media/WorkerPool.ts';
import type { MediaSource } from '../../../src/protocol/values.ts';
import {
  audioParameters,
  dtlsParameters,
  receiveCapabilities,
  silent,
  testPool,
  videoParameters,
} from '../../support/webrtc.ts';

async function sender(room: Room): Promise<Endpoint> {
  const endpoint = room.createEndpoint();
  await endpoint.createTransport('send');
  return endpoint;
}

async function receiver(room: Room): Promise<Endpoint> {
  const endpoint = room.createEndpoint();
  const transport = await endpoint.createTransport('recv');
  await endpoint.connectTransport(
    transport.id,
    dtlsParameters() as types.DtlsParameters,
    receiveCapabilities as types.RtpCapabilities,
  );
  return endpoint;
}

function produce(endpoint: Endpoint, source: MediaSource, requestId: string = source): Promise<Sent> {
  const rtpParameters = (source === 'mic' ? audioParameters() : videoParameters()) as types.RtpParameters;
  return endpoint.produce({ requestId, source, rtpParameters, paused: false });
}

/** Waits until a condition of the worker holds; the worker tells nobody of it. */
async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + 5000;
  while (!(await condition())) {
    assert.ok(Date.now() < untilMs, 'did not happen within 5 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('Endpoint', () => {
  let pool: WorkerPool;
  let room: Room;

  before(async () => {
    pool = await testPool();
  });
  beforeEach(async () => {
    room = await Room.create(pool, silent);
  });
  afterEach(() => {
    room.close();
  });
  after(() => pool.close());

  it('offers VP8 and Opus only, and not the extension that keeps layers down', () => {
    const { codecs, headerExtensions } = room.rtpCapabilities;
    const names = (codecs ?? []).map((c) => c.mimeType).filter((name) => !name.endsWith('/rtx'));
    assert.deepEqual(names.sort(), ['audio/opus', 'video/VP8']);
    assert.ok(!headerExtensions?.some((e) => /abs-capture-time|dependency-descriptor/.test(e.uri)));
  });

  it('keeps one transport a direction', async () => {
    const endpoint = room.createEndpoint();
    const first = await endpoint.createTransport('send');
    await endpoint.createTransport('recv');
    await endpoint.createTransport('send');
    assert.ok(first.closed);
    await assert.rejects(endpoint.restartIce(first.id), { code: 'NOT_FOUND' });
  });

  it('connects a transport once, even when asked many times at once', async () => {
    const endpoint = room.createEndpoint();
    const { id } = await endpoint.createTransport('send');
    const tries = Array.from({ length: 20 }, () =>
      endpoint.connectTransport(id, dtlsParameters() as types.DtlsParameters, undefined),
    );
    const outcomes = await Promise.allSettled(tries);
    assert.equal(outcomes.filter((o) => o.status === 'fulfilled').length, 1);
    for (const o of outcomes)
      if (o.status === 'rejected') assert.equal((o.reason as { code: string }).code, 'CONFLICT');
  });

  it('makes one producer of a request that is repeated, and one a source', async () => {
    const endpoint = await sender(room);
    const same = await Promise.all(Array.from({ length: 10 }, () => produce(endpoint, 'camera', 'r1')));
    assert.equal(new Set(same.map((s) => s.producer.id)).size, 1);
    await assert.rejects(produce(endpoint, 'camera', 'r2'), { code: 'CONFLICT' });
    same[0]?.producer.close();
    const again = await produce(endpoint, 'camera', 'r3');
    assert.deepEqual(
      endpoint.sent.map((s) => s.producer.id),
      [again.producer.id],
    );
  });

  it('refuses streams that collide and kinds that do not match', async () => {
    const endpoint = await sender(room);
    const rtpParameters = videoParameters() as types.RtpParameters;
    const camera = await endpoint.produce({ requestId: 'a', source: 'camera', rtpParameters, paused: false });
    const collision = endpoint.produce({ requestId: 'b', source: 'screen', rtpParameters, paused: false });
    await assert.rejects(collision, { code: 'CONFLICT' });
    assert.ok(!camera.producer.closed);
    const wrongKind = audioParameters() as types.RtpParameters;
    const mismatch = endpoint.produce({ requestId: 'c', source: 'screen', rtpParameters: wrongKind, paused: false });
    await assert.rejects(mismatch, { code: 'VALIDATION' });
  });

  it("never finds another endpoint's objects", async () => {
    const [alice, bob] = [await sender(room), await receiver(room)];
    const sent = await produce(alice, 'camera');
    const subscription = await bob.subscribe(sent, { joined: true, permitted: true });
    assert.ok(subscription);
    assert.throws(() => bob.ownProducer(sent.producer.id), { code: 'NOT_FOUND' });
    assert.throws(() => alice.subscription(subscription.id), { code: 'NOT_FOUND' });
  });

  it('lets media through only while every gate is open', async () => {
    const [alice, bob] = [await sender(room), await receiver(room)];
    const subscription = await bob.subscribe(await produce(alice, 'mic'), { joined: false, permitted: true });
    assert.ok(subscription);
    assert.ok(subscription.consumer.paused);
    await subscription.set({ joined: true });
    assert.ok(subscription.consumer.paused, 'not acknowledged yet');
    await subscription.set({ acknowledged: true });
    assert.ok(!subscription.consumer.paused);
    await subscription.set({ wanted: false });
    assert.ok(subscription.consumer.paused);
    await subscription.set({ wanted: true, permitted: false });
    assert.ok(subscription.consumer.paused);
    await subscription.set({ permitted: true });
    assert.ok(!subscription.consumer.paused);
  });

  it('ends in the state that was asked for last', async () => {
    const [alice, bob] = [await sender(room), await receiver(room)];
    const subscription = await bob.subscribe(await produce(alice, 'mic'), { joined: true, permitted: true });
    assert.ok(subscription);
    void subscription.set({ acknowledged: true });
    for (let i = 0; i < 20; i++) void subscription.set({ wanted: i % 2 === 1 });
    await subscription.set({ wanted: false });
    assert.ok(subscription.consumer.paused);
  });

  it('leaves nothing in the worker when it closes', async () => {
    const [alice, bob] = [await sender(room), await receiver(room)];
    await bob.subscribe(await produce(alice, 'camera'), { joined: true, permitted: true });
    room.removeEndpoint(alice);
    room.removeEndpoint(bob);
    const { webRtcServer } = await pool.worker(0);
    await eventually(async () => (await webRtcServer.dump()).webRtcTransportIds.length === 0);
    assert.deepEqual([alice.sent.length, bob.subscriptions.length], [0, 0]);
    await assert.rejects(alice.createTransport('send'));
  });
});

describe('Room', () => {
  let pool: WorkerPool;

  beforeEach(async () => {
    pool = await testPool(2);
  });
  afterEach(() => pool.close());

  it('spreads over the workers', async () => {
    const rooms = await Promise.all([Room.create(pool, silent), Room.create(pool, silent)]);
    const ports = await Promise.all(
      rooms.map(async (room) => (await room.createEndpoint().createTransport('send')).iceCandidates[0]?.port),
    );
    assert.equal(new Set(ports).size, 2);
    for (const room of rooms) room.close();
  });

  it('moves to a new worker when its own is killed, and others notice nothing', async () => {
    const [hit, spared] = [await Room.create(pool, silent), await Room.create(pool, silent)];
    const [victim, other] = [await sender(hit), await sender(spared)];
    const kept = await produce(other, 'camera');
    await produce(victim, 'camera');
    const { worker } = await pool.worker(0);
    const reset = once(hit, 'reset');
    const killedAtMs = performance.now();
    process.kill(worker.pid, 'SIGKILL');
    await reset;
    assert.ok(performance.now() - killedAtMs < 2000);
    assert.ok(victim.closed);
    assert.ok(!kept.producer.closed);
    await produce(await sender(hit), 'camera');
    for (const room of [hit, spared]) room.close();
  });

  it('gives up after it has lost two workers', async () => {
    const room = await Room.create(pool, silent);
    const reset = once(room, 'reset');
    process.kill((await pool.worker(0)).worker.pid, 'SIGKILL');
    await reset;
    const failed = once(room, 'failed');
    process.kill((await pool.worker(0)).worker.pid, 'SIGKILL');
    await failed;
    assert.throws(() => room.createEndpoint());
    // The worker itself is there again for others.
    (await Room.create(pool, silent)).close();
  });

  it('taps through one transport per destination, paused until somebody looks', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const room = await Room.create(pool, silent);
    const [camera, screen] = await Promise.all(
      (['camera', 'screen'] as const).map(async (source) => produce(await sender(room), source)),
    );
    assert.ok(camera && screen);
    const destination = { ip: '127.0.0.1', port: socket.address().port };
    const taps = await Promise.all([room.openTap(camera, destination), room.openTap(screen, destination)]);
    assert.deepEqual(taps[0].source, taps[1].source);
    assert.notEqual(taps[0].ssrc, taps[1].ssrc);
    await taps[0].resume();
    await taps[0].pause();
    for (const tap of taps) tap.close();
    await assert.rejects(taps[0].resume());
    const again = await room.openTap(camera, destination);
    camera.producer.close();
    await assert.rejects(again.resume());
    await assert.rejects(room.openTap(camera, destination));
    room.close();
    socket.close();
  });
});
