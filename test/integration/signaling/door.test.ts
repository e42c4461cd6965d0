import assert from 'node:assert/strict';
import { allowedStates, flowBetween } from '../../../src/calls/states.ts';
import type { Call } from '../../../src/calls/Call.ts';
import type { RequestName } from '../../../src/protocol/signaling.ts';
import type { PeerState } from '../../../src/protocol/values.ts';
import { randomOf, seedOf } from '../../support/random.ts';
import { consent, type SignalingClient } from '../../support/SignalingClient.ts';
import { useSocketSuite, type SocketSuite } from '../../support/socketSuite.ts';
import type { Account, TestServer } from '../../support/TestServer.ts';
import { audioParameters } from '../../support/webrtc.ts';

describe('a meeting that is full (SECURITY T36)', () => {
  let server: TestServer;
  let host: Account;
  let bob: Account;
  let carol: Account;
  let dan: Account;
  let connect: SocketSuite['connect'];

  useSocketSuite(
    { calls: { maxPeers: 2, keepPeerMs: 300, keepTransportsMs: 200, emptyMeetingMs: 300 } },
    ['host', 'bob', 'carol', 'dan'],
    (suite) => {
      ({ server, connect } = suite);
      [host, bob, carol, dan] = suite.accounts as [Account, Account, Account, Account];
    },
  );

  async function fill(
    options: { lobby?: boolean } = {},
  ): Promise<{ h: SignalingClient; roomId: string; callId: string }> {
    const h = await connect(host);
    const { room_id: roomId, call } = await server.startCall(host, options);
    await h.join(roomId);
    return { h, roomId, callId: call.id };
  }

  const full = { code: 'CAPACITY' };

  it('lets nobody in more, with preparation or without, and somebody again once one has left', async () => {
    const { roomId } = await fill();
    const b = await connect(bob);
    await b.join(roomId);
    const c = await connect(carol);
    await assert.rejects(c.prepare(roomId, []), full);
    await assert.rejects(c.join(roomId), full);
    await b.request('leave', {});
    await c.join(roomId);
    await assert.rejects((await connect(bob)).join(roomId), full);
  });

  it('has one place for two who prepare for it at once', async () => {
    const { roomId } = await fill();
    const two = await Promise.all([connect(bob), connect(carol)]);
    const entries = await Promise.allSettled(two.map((client) => client.prepare(roomId, [])));
    assert.deepEqual(entries.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  it('has no second place for somebody who comes with a second window', async () => {
    const { roomId, callId } = await fill();
    await (await connect(bob)).join(roomId);
    await (await connect(bob)).join(roomId);
    assert.equal(server.server.calls.live(callId)?.presentPeers.length, 2);
  });

  it('gives no place to who waits, by no host’s hand', async () => {
    const { h, roomId } = await fill({ lobby: true });
    const b = await connect(bob);
    const c = await connect(carol);
    for (const client of [b, c]) assert.equal((await client.join(roomId)).self.state, 'waiting');
    const ids = [await h.next('peerWaiting'), await h.next('peerWaiting')].map(({ peer }) => peer.peerId);
    await h.request('admitPeer', { peerId: ids[0]! });
    await assert.rejects(h.request('admitPeer', { peerId: ids[1]! }), full);
  });

  it('keeps the place of a lost socket for a while, and has it taken after', async () => {
    const { roomId, callId } = await fill();
    const b = await connect(bob);
    const { self } = await b.join(roomId);
    b.drop();
    await assert.rejects((await connect(dan)).join(roomId), full);
    await server.eventually(() => server.server.calls.live(callId)?.presentPeers.length === 1);
    await (await connect(dan)).join(roomId);
    const back = await connect(bob);
    const again = { roomId, consent, resumeToken: self.resumeToken };
    await assert.rejects(back.request('join', again), full);
  });
});

describe('requests in any order (SECURITY T32)', () => {
  let server: TestServer;
  let accounts: Account[];
  let connect: SocketSuite['connect'];

  useSocketSuite(
    { calls: { keepPeerMs: 500, keepTransportsMs: 400, emptyMeetingMs: 300 } },
    ['host', 'bob', 'carol'],
    (suite) => ({ server, accounts, connect } = suite),
  );

  const steps = 900;

  it(`are answered as the table says, and media flow between joined people only (${steps} of them)`, async function () {
    this.timeout(120_000);
    const seed = seedOf(process.env.SEED ?? '1');
    const random = randomOf(seed);
    const clients = await Promise.all(accounts.map(connect));
    const { room_id: roomId, call } = await server.startCall(accounts[0]!, { lobby: true });
    const producers = new Map<SignalingClient, string[]>(clients.map((client) => [client, []]));
    const left = new Set<number>();
    // Two are in a call that flows, whatever the seed makes of it.
    for (const client of clients.slice(0, 2)) {
      await client.prepare(roomId, ['mic']);
      await client.join(roomId);
    }
    const { peer: second } = await clients[0]!.next('peerWaiting');
    await clients[0]!.request('admitPeer', { peerId: second.peerId });
    await server.eventually(() => server.flowingConsumers(call.id) > 0);
    for (let step = 0; step < steps; step++) {
      const who = random.below(clients.length);
      // Whoever has left goes on with a new socket, as a page does.
      if (left.delete(who)) {
        clients[who]?.close();
        clients[who] = await connect(accounts[who]!);
        producers.set(clients[who], []);
      }
      const client = clients[who]!;
      const live = server.server.calls.live(call.id);
      if (!live) return;
      const peer = [...live.peers.values()].find(({ user }) => user.id === accounts[who]!.id);
      const state: PeerState = peer?.state ?? 'idle';
      const others = [...live.peers.keys()];
      const name = random.pick(wanted);
      const data = payload(name, {
        roomId,
        peerId: random.pick(others.concat('none')),
        producers: producers.get(client)!,
      });
      const what = `seed ${seed}, step ${step}: ${accounts[who]!.username} (${state}) ${name}`;
      const outcome = await act(client, name, data).then(
        (answer) => ({ ok: true as const, answer }),
        (error: unknown) => ({ ok: false as const, code: (error as { code?: string }).code ?? String(error) }),
      );
      if (outcome.ok) assert.ok(allowedStates[name].includes(state), `${what} was allowed`);
      else assert.notEqual(outcome.code, 'INTERNAL', what);
      if (outcome.ok && name === 'produce')
        producers.get(client)!.push((outcome.answer as { producerId: string }).producerId);
      for (const [index, { id }] of accounts.entries()) {
        const now = [...live.peers.values()].find(({ user }) => user.id === id);
        if ((index === who && name === 'leave') || now?.state === 'ejected') left.add(index);
      }
      assert.deepEqual(flowingWrongly(live), [], what);
    }
  });
});

/** Preparing is done as a page does it, so that there are media to flow. */
async function act(client: SignalingClient, name: (typeof wanted)[number], data: unknown): Promise<unknown> {
  return name === 'prepare' ? client.prepare((data as Known).roomId, ['mic']) : client.raw(name, data);
}

/** What people in a call do, and hosts but what ends it for somebody. */
const wanted = [
  ...(['prepare', 'prepare', 'join', 'join', 'join', 'leave', 'createTransport', 'produce', 'produce'] as const),
  ...(['pauseProducer', 'resumeProducer', 'closeProducer', 'sendChat', 'raiseHand', 'admitPeer', 'admitPeer'] as const),
  ...(['denyPeer', 'pauseVideo', 'muteProducer', 'transferHost', 'lockCall', 'intent', 'restartIce'] as const),
] satisfies RequestName[];

interface Known {
  roomId: string;
  peerId: string;
  producers: readonly string[];
}

let requestCount = 0;

function payload(name: (typeof wanted)[number], { roomId, peerId, producers }: Known): unknown {
  const requestId = String((requestCount += 1));
  switch (name) {
    case 'prepare':
    case 'join':
      return { roomId, consent };
    case 'createTransport':
      return { direction: requestCount % 2 === 0 ? 'send' : 'recv' };
    case 'produce':
      return { requestId, source: 'mic', rtpParameters: audioParameters() };
    case 'pauseProducer':
    case 'resumeProducer':
    case 'closeProducer':
      return { producerId: producers.at(-1) ?? 'none' };
    case 'sendChat':
      return { requestId, text: 'x' };
    case 'raiseHand':
      return { raised: requestCount % 2 === 0 };
    case 'lockCall':
      return { locked: requestCount % 4 === 0 };
    case 'muteProducer':
      return { peerId, enforced: requestCount % 2 === 0 };
    case 'restartIce':
      return { transportId: 'none' };
    case 'leave':
    case 'intent':
      return {};
    default:
      return { peerId };
  }
}

/** Consumers that run although the states of viewer and owner do not let media flow. */
function flowingWrongly(call: Call): string[] {
  const peers = [...call.peers.values()];
  return peers.flatMap((viewer) =>
    (viewer.endpoint?.subscriptions ?? [])
      .filter(({ consumer }) => !consumer.paused && !consumer.closed)
      .flatMap(({ consumer }) => {
        const owner = peers.find(({ endpoint }) =>
          endpoint?.sent.some(({ producer }) => producer.id === consumer.producerId),
        );
        // A producer that is gone sends nothing; its consumers close a moment later.
        if (!owner || flowBetween(viewer.state, owner.state, call.direct) === 'flowing') return [];
        return [`${viewer.state} receives from ${owner.state}`];
      }),
  );
}
