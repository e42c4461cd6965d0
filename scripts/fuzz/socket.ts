import { randomUUID } from 'node:crypto';
import { errorStatus } from '../../src/protocol/errors.ts';
import { requests, type RequestName } from '../../src/protocol/signaling.ts';
import { consent, SignalingClient } from '../../test/support/SignalingClient.ts';
import { TestServer, type Account } from '../../test/support/TestServer.ts';
import { randomOf, type Random } from '../../test/support/random.ts';
import { dtlsParameters, receiveCapabilities, videoParameters } from '../../test/support/webrtc.ts';
import { hostileValue, spoil } from './hostile.ts';

export interface SocketResult {
  messages: number;
  sockets: number;
  /** `ok` or a code -> how many answers. */
  answers: Record<string, number>;
  /** What no message may bring about, with the seed of its socket. */
  broken: string[];
}

const names = Object.keys(requests) as RequestName[];
/** Below what one socket may ask at once, so that requests are looked at and not only refused for haste. */
const perSocket = 180;
const atOnce = 4;

/**
 * Sends hostile messages over real sockets: spoiled requests of every kind and things that are no requests, from inside a
 * meeting and from outside. Each that asks for an answer must get one in its form; the server, its media workers and a
 * meeting of others go on.
 *
 * @param seed - The first socket's; the others follow it.
 */
export async function fuzzSocket(count: number, seed: number): Promise<SocketResult> {
  const server = await TestServer.start({ calls: { maxActivePerUser: 100 } });
  const result: SocketResult = { messages: 0, sockets: 0, answers: {}, broken: [] };
  const unhandled = (reason: unknown): void => void result.broken.push(`unhandled: ${String(reason)}`);
  process.on('unhandledRejection', unhandled);
  try {
    const [victim, guestOf, mallory] = [
      await server.register('victim'),
      await server.register('helper'),
      await server.register('mallory'),
    ];
    const quiet = await meetingOf(server, victim);
    const { room_id: roomId } = await server.startCall(guestOf, {});
    const pids = [...server.server.workerPids];
    let next = 0;
    const work = async (): Promise<void> => {
      while (result.messages < count && result.broken.length < 20) {
        const own = seed + next;
        next += 1;
        await attack(server, mallory, roomId, own, Math.min(perSocket, count - result.messages), result);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    await quiet.request('reportQuality', { bitrateBps: 1, loss: 0, rttMs: 1, freezeS: 0 });
    if (String(server.server.workerPids) !== String(pids)) result.broken.push('a media worker died');
    quiet.close();
    const left = (): boolean =>
      server.server.calls
        .running()
        .every(({ peers }) => [...peers.values()].every((peer) => peer.user.username !== 'mallory'));
    await server.eventually(left, 90_000).catch(() => result.broken.push('somebody is left in a call'));
  } finally {
    await server.close();
    process.off('unhandledRejection', unhandled);
  }
  return result;
}

async function meetingOf(server: TestServer, account: Account): Promise<SignalingClient> {
  const { room_id: roomId } = await server.startCall(account, {});
  const client = await SignalingClient.connect(server.url, account.token);
  await client.prepare(roomId);
  await client.join(roomId);
  return client;
}

async function attack(
  server: TestServer,
  account: Account,
  roomId: string,
  seed: number,
  messages: number,
  result: SocketResult,
): Promise<void> {
  const random = randomOf(seed);
  result.sockets += 1;
  result.messages += messages;
  const client = await SignalingClient.connect(server.url, account.token);
  try {
    const ids = { transport: randomUUID(), producer: randomUUID() };
    if (random.below(2) === 0) {
      const media = await client.prepare(roomId, ['camera']).catch(() => null);
      if (media) Object.assign(ids, { transport: media.sendId, producer: media.producers.camera });
      if (random.below(3) > 0) await client.join(roomId).catch(() => undefined);
    }
    const asked = Array.from({ length: messages - 10 }, () => ask(client, random, roomId, ids, seed, result));
    await Promise.all(asked);
  } finally {
    await client.request('leave', {}).catch(() => undefined);
    client.close();
  }
}

async function ask(
  client: SignalingClient,
  random: Random,
  roomId: string,
  ids: { transport: string; producer: string },
  seed: number,
  result: SocketResult,
): Promise<void> {
  const name = random.below(20) === 0 ? String(hostileValue(random, 9)).slice(0, 200) : random.pick(names);
  const good = Object.hasOwn(requests, name) ? goodData(name as RequestName, roomId, ids) : {};
  const extra = random.below(20) === 0 ? Array.from({ length: random.below(5) }, () => hostileValue(random)) : [];
  const silent = random.below(10) === 0;
  const payload = spoil(good, random);
  // The client's own names for a connection's life cannot be sent as events.
  if (['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'].includes(name))
    return;
  if (silent) {
    (client.socket.emit.bind(client.socket) as (event: string, ...args: unknown[]) => unknown)(name, payload, ...extra);
    return;
  }
  const outcome = await client.raw(name, payload, ...extra).then(
    () => 'ok',
    (error: unknown) =>
      error instanceof Error && 'code' in error ? String(error.code) : `no answer: ${String(error)}`,
  );
  const key = outcome.slice(0, 40);
  result.answers[key] = (result.answers[key] ?? 0) + 1;
  const fine = outcome === 'ok' || (Object.hasOwn(errorStatus, outcome) && outcome !== 'INTERNAL');
  // Who goes on after his place was taken away is cut off; what he asked then gets no answer.
  if (!fine && client.socket.connected)
    result.broken.push(`seed ${seed}: ${name}: ${outcome} ${JSON.stringify(payload)?.slice(0, 200)}`);
}

function goodData(name: RequestName, roomId: string, ids: { transport: string; producer: string }): unknown {
  const peerId = randomUUID();
  const data: Partial<Record<RequestName, unknown>> = {
    reauthenticate: { accessToken: 'x.y.z' },
    prepare: { roomId, consent },
    join: { roomId, consent, resumeToken: 'x' },
    answerCall: { callId: peerId, consent },
    declineCall: { callId: peerId },
    watchPresence: { userIds: [peerId] },
    createTransport: { direction: 'send' },
    connectTransport: {
      transportId: ids.transport,
      dtlsParameters: dtlsParameters(),
      rtpCapabilities: receiveCapabilities,
    },
    restartIce: { transportId: ids.transport },
    produce: { requestId: 'x', source: 'screen', rtpParameters: videoParameters() },
    pauseProducer: { producerId: ids.producer },
    resumeProducer: { producerId: ids.producer },
    declareBackground: { producerId: ids.producer, changed: true },
    setConsumerLayers: { consumerId: peerId, spatialLayer: 1 },
    sendChat: { requestId: 'x', text: 'hello' },
    ringPerson: { userId: peerId },
    startChallenge: { kind: 'movement' },
    challengeStep: { challengeId: 'x', step: 0, shownAfterMs: 10 },
    requestChallenge: { peerId, kind: 'light' },
    lockCall: { locked: true },
    muteProducer: { peerId, enforced: true },
    undoAction: { actionId: peerId },
    raiseHand: { raised: true },
    react: { reaction: 'clap' },
    reportQuality: { bitrateBps: 1, loss: 0, rttMs: 1, freezeS: 0 },
  };
  const aboutSomebody = ['admitPeer', 'denyPeer', 'pauseVideo', 'ejectPeer', 'transferHost', 'lowerHand'];
  return data[name] ?? (aboutSomebody.includes(name) ? { peerId } : {});
}
