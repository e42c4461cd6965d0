import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { types } from 'mediasoup';
import { MediaSender } from '../../../scripts/demo/MediaSender.ts';
import { routerCodecs, withoutRefused } from '../../../src/media/codecs.ts';
import type { Prepared } from '../../../src/protocol/signaling.ts';
import { randomOf } from '../../support/random.ts';
import { hostilePackets, type Victim } from '../../support/rtp/hostilePackets.ts';
import { UdpRelay } from '../../support/rtp/UdpRelay.ts';
import { consent, SignalingClient } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';
import { testPool, videoParameters } from '../../support/webrtc.ts';

const packetsOfEachKind = 2500;
const unchecked = { ...consent, check: false };
/** So many at once, then others have a turn: the kernel would drop the rest, the victim's among them. */
const burst = 20;

interface Candidate {
  protocol: string;
  address: string;
  port: number;
}

/** Packets that anybody can send to the media port, against a call that runs over real ICE, DTLS and SRTP. */
describe('hostile packets at the media port of a running call', function () {
  this.timeout(60_000);
  let server: TestServer;
  let account: Account;
  let outside: Socket;
  let port: number;

  before(async () => {
    server = await TestServer.start({ calls: { maxActivePerUser: 100 } });
    account = await server.register('ann');
    outside = createSocket('udp4');
    outside.bind(0, '127.0.0.1');
    await once(outside, 'listening');
  });
  after(async () => {
    outside.close();
    await server.close();
  });

  interface RunningCall {
    client: SignalingClient;
    sender: MediaSender;
    relay: UdpRelay;
    victim: Victim;
    close(): Promise<void>;
  }

  /** Somebody sends a camera through a relay, by which packets can be sent in his name. */
  async function begin(): Promise<RunningCall> {
    const { room_id: roomId } = await server.startCall(account, {});
    const client = await SignalingClient.connect(server.url, account.token);
    const { sendTransport } = await client.request('prepare', { roomId, consent: unchecked });
    const candidates = sendTransport.iceCandidates as unknown as Candidate[];
    const candidate = candidates.find(({ protocol }) => protocol === 'udp');
    assert.ok(candidate);
    ({ port } = candidate);
    const relay = await UdpRelay.open(candidate);
    const offer = { ...sendTransport, iceCandidates: [{ ...candidate, port: relay.port }] };
    const sender = await connect(client, offer);
    await client.request('join', { roomId, consent: unchecked });
    const { producer } = cameraOf(client);
    const victim = {
      ssrc: producer.rtpParameters.encodings?.[0]?.ssrc ?? 0,
      payloadType: producer.rtpParameters.codecs[0]?.payloadType ?? 0,
      usernameFragment: String(sendTransport.iceParameters.usernameFragment),
    };
    const frames = setInterval(() => sender.sendVideo(Buffer.alloc(800, 1), performance.now() / 1000), 20);
    const close = async (): Promise<void> => {
      clearInterval(frames);
      await sender.close();
      relay.close();
      await client.request('leave', {});
      client.close();
    };
    return { client, sender, relay, victim, close };
  }

  function connect(client: SignalingClient, offer: Prepared['sendTransport']): Promise<MediaSender> {
    return MediaSender.connect(offer, ['camera'], {
      connect: (dtlsParameters) => client.request('connectTransport', { transportId: offer.id, dtlsParameters }),
      produce: (source, rtpParameters) => client.request('produce', { requestId: source, source, rtpParameters }),
    });
  }

  function cameraOf(client: SignalingClient) {
    const peers = server.server.calls.running().flatMap((call) => [...call.peers.values()]);
    const own = peers.find(({ connection }) => connection?.id === client.socket.id);
    const camera = own?.endpoint?.sent.find(({ source }) => source === 'camera');
    assert.ok(camera);
    return camera;
  }

  async function received(client: SignalingClient): Promise<{ packets: number; lost: number }> {
    const [stats] = await cameraOf(client).producer.getStats();
    return { packets: stats?.packetCount ?? 0, lost: stats?.packetsLost ?? 0 };
  }

  /** Sends the whole corpus; the picture comes through meanwhile and afterwards, and the worker is the same. */
  async function survive(call: RunningCall, seed: number, send: (packet: Buffer) => void): Promise<void> {
    const pids = [...server.server.workerPids];
    await server.eventually(async () => (await received(call.client)).packets > 10);
    const before = await received(call.client);
    const random = randomOf(seed);
    const kinds = Object.values(hostilePackets);
    for (let i = 0; i < packetsOfEachKind; i++) {
      for (const make of kinds) send(make(random, call.victim));
      // A copy of a real packet with a few bits that are others.
      const copy = Buffer.from(call.relay.seen[random.below(call.relay.seen.length)] ?? Buffer.alloc(20));
      for (let n = 0; n <= random.below(8); n++) copy[random.below(copy.length)]! ^= 1 << random.below(8);
      send(copy);
      if (i % burst === 0) await nextTurn();
    }
    const after = await received(call.client);
    await server.eventually(async () => (await received(call.client)).packets > after.packets + 50, 20_000);
    const end = await received(call.client);
    // A stream that begins at number 0 is counted a whole round of numbers too much, sooner or later.
    const lost = Math.max(0, end.lost - before.lost) % 0x10000;
    const share = lost / (end.packets - before.packets);
    assert.ok(share < 0.01, `${(100 * share).toFixed(2)} % lost`);
    assert.deepEqual([...server.server.workerPids], pids);
  }

  it('from strangers: the worker lives, and the call loses nothing', async () => {
    const call = await begin();
    await survive(call, 1, (packet) => outside.send(packet, port, '127.0.0.1'));
    await call.close();
  });

  it('from the call’s own address, 2,500 of them SRTP with a wrong tag: nothing is hung up', async () => {
    const call = await begin();
    await survive(call, 2, (packet) => call.relay.inject(packet));
    await call.close();
  });

  it('first flights of DTLS from strangers while calls are set up: none of ten setups fails', async () => {
    const random = randomOf(3);
    let spraying = true;
    const spray = (async () => {
      while (spraying) {
        for (let i = 0; i < burst; i++)
          outside.send(hostilePackets.clientHello!(random, {} as Victim), port, '127.0.0.1');
        await nextTurn();
      }
    })();
    try {
      for (let i = 0; i < 10; i++) {
        const call = await begin();
        await call.close();
      }
    } finally {
      spraying = false;
      await spray;
    }
  });

  it('authentic RTP with every kind of header extension, AV1’s dependency descriptor too (GHSA-jhm4-v227-4375)', async () => {
    const pool = await testPool();
    const { worker } = await pool.worker(0);
    const router = await worker.createRouter({ mediaCodecs: routerCodecs });
    const plain = { listenInfo: { protocol: 'udp', ip: '127.0.0.1' }, rtcpMux: true, comedia: true } as const;
    const [from, to] = [await router.createPlainTransport(plain), await router.createPlainTransport(plain)];
    const offered = (router.rtpCapabilities.headerExtensions ?? []).filter(({ kind }) => kind === 'video');
    const headerExtensions = offered.map(({ uri, preferredId: id }) => ({ uri, id }));
    const rtpParameters = { ...(videoParameters() as types.RtpParameters), headerExtensions };
    // Our own producers never have it; here the worker itself is asked.
    const ofDescriptor = ({ uri }: { uri: string }): boolean => uri.includes('dependency-descriptor');
    assert.ok(
      headerExtensions.some(ofDescriptor) && !withoutRefused(rtpParameters).headerExtensions?.some(ofDescriptor),
    );
    const producer = await from.produce({ kind: 'video', rtpParameters });
    await to.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
    const random = randomOf(4);
    const victim = { ssrc: rtpParameters.encodings?.[0]?.ssrc ?? 0, payloadType: 96, usernameFragment: '' };
    for (let i = 0; i < 10_000; i++) {
      outside.send(hostilePackets.srtp!(random, victim), from.tuple.localPort, '127.0.0.1');
      if (i % burst === 0) await nextTurn();
    }
    const [stats] = await producer.getStats();
    assert.ok((stats?.packetCount ?? 0) > 0);
    assert.ok(!worker.closed && !worker.died);
    await pool.close();
  });
});
