import assert from 'node:assert/strict';
import { Room } from '../../../src/media/Room.ts';
import { consent, SignalingClient } from '../../support/SignalingClient.ts';
import { useSocketSuite, type SocketSuite } from '../../support/socketSuite.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';

describe('what of a camera is sent and received', function () {
  this.timeout(30_000);
  let server: TestServer;
  let accounts: Account[];
  let connect: SocketSuite['connect'];
  /** The media of the calls, to say on their behalf who speaks. */
  const rooms: Room[] = [];
  const create = Room.create.bind(Room);

  before(() => {
    Room.create = async (...options) => {
      const room = await create(...options);
      rooms.push(room);
      return room;
    };
  });
  after(() => {
    Room.create = create;
  });

  useSocketSuite({ calls: { emptyMeetingMs: 300 } }, ['alice', 'bob', 'carol'], (suite) => {
    ({ server, accounts, connect } = suite);
  });

  /** Alice sends three layers, the others watch. */
  async function meeting(): Promise<{
    callId: string;
    roomId: string;
    alice: SignalingClient;
    viewers: SignalingClient[];
  }> {
    const { call, room_id: roomId } = await server.startCall(accounts[0]!, {});
    const clients = await Promise.all(accounts.map(connect));
    for (const client of clients) {
      await client.join(roomId);
      await client.setUpMedia([]);
    }
    const [alice, ...viewers] = clients as [SignalingClient, ...SignalingClient[]];
    return { callId: call.id, roomId, alice, viewers };
  }

  it('is no layer that nobody watches: less after a while, more at once', async () => {
    const { alice, viewers } = await meeting();
    const producerId = await alice.produce('camera', 3);
    const offers = await Promise.all(viewers.map((viewer) => viewer.next('newConsumer')));
    await Promise.all(
      viewers.map((viewer, i) =>
        viewer.request('setConsumerLayers', { consumerId: offers[i]!.consumerId, spatialLayer: 0 }),
      ),
    );
    // The checks look at the second layer.
    assert.deepEqual(await alice.next('layersWanted', undefined, 10_000), { producerId, spatialLayer: 1 });
    const [first] = viewers;
    await first!.request('setConsumerLayers', { consumerId: offers[0]!.consumerId, spatialLayer: 2 });
    assert.deepEqual(await alice.next('layersWanted', undefined, 1000), { producerId, spatialLayer: 2 });
    await first!.request('pauseConsumer', { consumerId: offers[0]!.consumerId });
    assert.deepEqual(await alice.next('layersWanted', undefined, 10_000), { producerId, spatialLayer: 1 });
  });

  it('is told again to a sender whose connection was lost', async () => {
    const { alice, viewers, roomId } = await meeting();
    const producerId = await alice.produce('camera', 3);
    for (const viewer of viewers) {
      const { consumerId } = await viewer.next('newConsumer');
      await viewer.request('pauseConsumer', { consumerId });
    }
    await alice.next('layersWanted', undefined, 10_000);
    const { self } = await server.answerOf(alice);
    alice.drop();
    const again = await connect(accounts[0]!);
    await again.request('join', { roomId, resumeToken: self.resumeToken });
    assert.deepEqual(await again.next('layersWanted'), { producerId, spatialLayer: 1 });
  });

  it('gets room in the order screen, who speaks, others', async () => {
    const { alice, viewers, callId } = await meeting();
    const camera = await alice.produce('camera', 3);
    const screen = await alice.produce('screen');
    const mic = await alice.produce('mic');
    for (const viewer of viewers) for (let i = 0; i < 3; i++) await viewer.next('newConsumer');
    const call = server.server.calls.live(callId)!;
    const viewer = [...call.peers.values()].find(({ user }) => user.username === 'bob')!;
    const priority = (producerId: string): number | undefined =>
      viewer.endpoint?.subscribed(producerId)?.consumer.priority;
    await server.eventually(() => priority(screen) === 3);
    assert.equal(priority(camera), 1);
    rooms.forEach((room) => room.emit('activeSpeaker', mic));
    await server.eventually(() => priority(camera) === 2);
  });
});

describe('addresses of the server', function () {
  this.timeout(30_000);
  let server: TestServer;
  let alice: Account;
  let connect: SocketSuite['connect'];

  useSocketSuite(
    {
      calls: { emptyMeetingMs: 300 },
      rtc: { announcedAddress: 'media.example.org, 203.0.113.7', workers: 2 },
      turn: { urls: ['turn:turn.example.org'], secret: 'north', ttlS: 60 },
    },
    ['alice'],
    (suite) => {
      ({ server, connect } = suite);
      alice = suite.accounts[0]!;
    },
  );

  it('are only those that are announced, in everything that a page is told', async () => {
    const client = await connect(alice);
    const { room_id: roomId } = await server.startCall(alice, {});
    const prepared = await client.prepare(roomId);
    const joined = await client.join(roomId);
    const made = await client.request('createTransport', { direction: 'send' });
    const restarted = await client.request('restartIce', { transportId: made.id });
    const paths: unknown = await (await server.fetch(alice.token, 'GET', '/network-check')).json();
    const told = JSON.stringify([prepared, joined, made, restarted, paths, client.received]);
    for (const own of ['127.0.0.1', '0.0.0.0', '::1']) assert.ok(!told.includes(own), `${own} is told`);
    for (const announced of ['media.example.org', '203.0.113.7']) assert.ok(told.includes(announced));
  });

  it('are told while the workers have room, and not when they are full', async () => {
    const full = await TestServer.start({ rtc: { fullAtLoad: 0 } });
    try {
      const zoe = await full.register('zoe');
      const client = await SignalingClient.connect(full.url, zoe.token);
      const { room_id: roomId } = await full.startCall(zoe, {});
      await assert.rejects(client.request('prepare', { roomId, consent }), { code: 'CAPACITY' });
      await assert.rejects(client.request('join', { roomId, consent }), { code: 'CAPACITY' });
      client.close();
    } finally {
      await full.close();
    }
  });

  it('of a TURN server come with credentials for this transport, and are not told without signing in', async () => {
    const client = await connect(alice);
    const { room_id: roomId } = await server.startCall(alice, {});
    const { sendTransport, recvTransport } = await client.prepare(roomId);
    const names = [sendTransport, recvTransport].map(({ id, iceServers }) => {
      const [turn] = iceServers;
      assert.deepEqual(turn?.urls, ['turn:turn.example.org']);
      assert.equal(turn?.username.split(':')[1], id);
      return turn?.username;
    });
    assert.equal(new Set(names).size, 2);
    for (const path of ['/network-check', '/auth/me']) {
      assert.ok(!(await (await server.fetch(alice.token, 'GET', path)).text()).includes('turn'));
    }
  });
});
