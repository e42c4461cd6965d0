import type { types } from 'mediasoup';
import { toTransportParameters } from '../calls/CallMedia.ts';
import type { Call } from '../calls/Call.ts';
import type { Calls } from '../calls/Calls.ts';
import type { Peer } from '../calls/Peer.ts';
import { AppError, notFound } from '../errors.ts';
import type { Person, RequestData } from '../protocol/signaling.ts';
import type { Handlers } from './dispatcher.ts';
import type { SignedIn, SocketConnection } from './SocketConnection.ts';
import { TokenBucket } from './TokenBucket.ts';

export interface HandlerOptions {
  calls: Calls;
  /** A member by his id. */
  findUser: (userId: string) => Promise<Person | null>;
  /** @throws AppError for a token that is not good, or of another user. */
  reauthenticate: (connection: SocketConnection, accessToken: string) => Promise<SignedIn>;
}

/** What each request does once it is in its form and allowed. */
export function createHandlers({ calls, findUser, reauthenticate }: HandlerOptions): Handlers {
  return {
    async reauthenticate(connection, { accessToken }) {
      connection.signedIn = await reauthenticate(connection, accessToken);
      return {};
    },

    async leave(connection) {
      const { place } = connection;
      connection.place = null;
      if (place) await calls.leave(place.call, place.peer);
      return {};
    },

    async prepare(connection, { roomId, consent }) {
      const call = await calls.enter(roomId, connection.signedIn);
      const { peer, send, recv } = await call.prepare(connection, connection.signedIn, consent);
      settle(connection, call, peer);
      return {
        call: call.info,
        self: { peerId: peer.id, role: peer.role, state: peer.state },
        routerRtpCapabilities: { ...(await call.media.rtpCapabilities()) },
        sendTransport: toTransportParameters(send),
        recvTransport: toTransportParameters(recv),
      };
    },

    async join(connection, { roomId, consent, resumeToken }) {
      const { place } = connection;
      const call = place?.call.identity.roomId === roomId ? place.call : await calls.enter(roomId, connection.signedIn);
      const resumed = resumeToken === undefined ? null : call.resume(connection, resumeToken);
      if (resumed) {
        settle(connection, call, resumed);
        return call.joinedAnswer(resumed);
      }
      const prepared = preparedFor(connection, call);
      const { peer, answer } = await calls.join(call, connection, connection.signedIn, prepared, consent ?? null);
      settle(connection, call, peer);
      return answer;
    },

    async answerCall(connection, { callId, consent }) {
      const prepared = connection.place?.call.id === callId ? connection.place.peer : null;
      const visitor = connection.signedIn;
      const { call, peer, answer } = await calls.answer(callId, connection, visitor, prepared, consent ?? null);
      settle(connection, call, peer);
      return answer;
    },

    async declineCall(connection, { callId }) {
      await calls.decline(callId, connection.userId);
      return {};
    },

    watchPresence(connection, { userIds }) {
      return { people: calls.watchPresence(connection, userIds) };
    },

    intent(connection) {
      const { call, peer } = placeOf(connection);
      limitKeyFrames(connection);
      call.media.wantKeyFrames(peer);
      return {};
    },

    async createTransport(connection, { direction }) {
      const { call, peer } = placeOf(connection);
      const endpoint = await call.media.endpoint(peer);
      return toTransportParameters(await endpoint.createTransport(direction));
    },

    async connectTransport(connection, { transportId, dtlsParameters, rtpCapabilities }) {
      const { call, peer } = placeOf(connection);
      // The schemas have checked ranges; mediasoup's types only lack `undefined` in optional fields.
      await peer.media.connectTransport(
        transportId,
        dtlsParameters as types.DtlsParameters,
        rtpCapabilities as types.RtpCapabilities | undefined,
      );
      call.media.reconcile(peer);
      return {};
    },

    async restartIce(connection, { transportId }) {
      const { iceParameters, iceServers } = await placeOf(connection).peer.media.restartIce(transportId);
      return { iceParameters: { ...iceParameters }, iceServers };
    },

    async produce(connection, data) {
      return { producerId: await produce(placeOf(connection), data) };
    },

    async pauseProducer(connection, { producerId }) {
      const { call, peer } = placeOf(connection);
      await call.media.setProducerPaused(peer, producerId, true);
      return {};
    },

    async resumeProducer(connection, { producerId }) {
      const { call, peer } = placeOf(connection);
      await call.media.setProducerPaused(peer, producerId, false);
      return {};
    },

    closeProducer(connection, { producerId }) {
      placeOf(connection).peer.media.ownProducer(producerId).producer.close();
      return {};
    },

    declareCamera(connection, { producerId, virtual }) {
      const { call, peer } = placeOf(connection);
      call.media.declareCamera(peer, producerId, virtual);
      return {};
    },

    declareBackground(connection, { producerId, changed }) {
      const { call, peer } = placeOf(connection);
      call.media.declareBackground(peer, producerId, changed);
      return {};
    },

    async setConsumerLayers(connection, { consumerId, spatialLayer }) {
      const { call, peer } = placeOf(connection);
      limitViewer(peer.media.subscription(consumerId));
      await call.media.watch(peer, consumerId, { spatialLayer });
      return {};
    },

    async pauseConsumer(connection, { consumerId }) {
      const { call, peer } = placeOf(connection);
      await call.media.watch(peer, consumerId, { wanted: false });
      return {};
    },

    async resumeConsumer(connection, { consumerId }) {
      const { call, peer } = placeOf(connection);
      limitViewer(peer.media.subscription(consumerId));
      await call.media.watch(peer, consumerId, { wanted: true });
      return {};
    },

    sendChat(connection, data) {
      const { call, peer } = placeOf(connection);
      limitChat(peer);
      return { message: calls.sendChat(call, peer, data) };
    },

    async ringPerson(connection, { userId }) {
      const { call, peer } = placeOf(connection);
      const user = await findUser(userId);
      if (!user) throw notFound();
      calls.ring(call, peer, user);
      return {};
    },

    async admitPeer(connection, { peerId }) {
      await calls.letIn(placeOf(connection).call, peerId);
      return {};
    },

    denyPeer(connection, { peerId }) {
      placeOf(connection).call.deny(peerId);
      return {};
    },

    startChallenge(connection, { kind, challengeId }) {
      return { challenge: checkedOf(placeOf(connection).peer).challenges.start(kind, challengeId ?? null) };
    },

    challengeStep(connection, { challengeId, step, shownAfterMs }) {
      checkedOf(placeOf(connection).peer).challenges.stepShown(challengeId, step, shownAfterMs);
      return {};
    },

    refuseChallenge(connection, { challengeId }) {
      checkedOf(placeOf(connection).peer).challenges.refuse(challengeId);
      return {};
    },

    requestChallenge(connection, { peerId, kind }) {
      const { call, peer } = placeOf(connection);
      const asked = call.presentPeer(peerId);
      if (asked === peer) throw new AppError('VALIDATION', 'Ask somebody else.');
      return { challenge: checkedOf(asked).challenges.invite(kind, 'host', peer.id) };
    },

    async requestReview(connection) {
      const { call, peer } = placeOf(connection);
      limitReviews(peer);
      await calls.moderation.noteReview(call, peer);
      call.askForReview(peer);
      return {};
    },

    async lockCall(connection, { locked }) {
      await calls.lock(placeOf(connection).call, locked);
      return {};
    },

    async setCheckPolicy(connection, policy) {
      const { call, peer } = hostOf(connection);
      return { actionId: await calls.moderation.setCheckPolicy(call, peer, policy) };
    },

    async muteProducer(connection, { peerId, enforced }) {
      const { call, peer } = hostOf(connection);
      return { actionId: await calls.moderation.mute(call, peer, peerId, enforced) };
    },

    async muteEveryone(connection) {
      const { call, peer } = hostOf(connection);
      return { actionId: await calls.moderation.muteEveryone(call, peer) };
    },

    async pauseVideo(connection, { peerId }) {
      const { call, peer } = hostOf(connection);
      return { actionId: await calls.moderation.pauseVideo(call, peer, peerId) };
    },

    async ejectPeer(connection, { peerId }) {
      const { call, peer } = hostOf(connection);
      return { actionId: await calls.moderation.eject(call, peer, peerId) };
    },

    async transferHost(connection, { peerId }) {
      const { call, peer } = hostOf(connection);
      return { actionId: await calls.moderation.transferHost(call, peer, peerId) };
    },

    async undoAction(connection, { actionId }) {
      const { call, peer } = hostOf(connection);
      return { actionId: await calls.moderation.undo(call, peer, actionId) };
    },

    raiseHand(connection, { raised }) {
      const { call, peer } = placeOf(connection);
      limit(signRates, peer, signRate, 'Too many signs.');
      call.setHand(peer, raised);
      return {};
    },

    lowerHand(connection, { peerId }) {
      placeOf(connection).call.lowerHand(peerId);
      return {};
    },

    react(connection, { reaction }) {
      const { call, peer } = placeOf(connection);
      limit(signRates, peer, signRate, 'Too many signs.');
      call.react(peer, reaction);
      return {};
    },

    async endCall(connection) {
      await calls.end(placeOf(connection).call.id, connection.userId);
      return {};
    },

    async reportQuality(connection, sample) {
      const { call, peer } = placeOf(connection);
      await calls.recordQuality(call, peer, sample);
      return {};
    },
  };
}

/** Where the connection is; the state table lets only requests of somebody in a call come this far. */
function placeOf(connection: SocketConnection): { call: Call; peer: Peer } {
  const { place } = connection;
  if (!place) throw new AppError('NOT_JOINED', 'You are not in a call.');
  return place;
}

/** The checks of a peer; they live as long as it does. */
function checkedOf({ checked }: Peer): NonNullable<Peer['checked']> {
  if (!checked) throw notFound();
  return checked;
}

/** Per person: hands and reactions, which everybody is shown. */
const signRates = new WeakMap<Peer, TokenBucket>();
const signRate = { perSecond: 1, burst: 6 };

/** Per host: every action is a row in the policy log, for good. */
const hostRates = new WeakMap<Peer, TokenBucket>();

/** Where a connection is that the dispatcher knows to be a host's. */
function hostOf(connection: SocketConnection): { call: Call; peer: Peer } {
  const place = placeOf(connection);
  limit(hostRates, place.peer, { perSecond: 2, burst: 20 }, 'Too many actions.');
  return place;
}

/** Gives the connection its place, unless it was closed while the place was made. */
function settle(connection: SocketConnection, call: Call, peer: Peer): void {
  const { place } = connection;
  if (place && place.peer !== peer) place.call.leave(place.peer, new Date(), 'hung_up');
  connection.place = { call, peer };
  if (connection.revoked) call.leave(peer, new Date(), 'hung_up');
  else if (!connection.socket.connected && peer.connection === connection)
    call.connectionLost(peer, connection.lastSeenAt);
}

function preparedFor(connection: SocketConnection, call: Call): Peer | null {
  const { place } = connection;
  return place?.call === call && !place.peer.present ? place.peer : null;
}

async function produce({ call, peer }: { call: Call; peer: Peer }, data: RequestData<'produce'>): Promise<string> {
  const { requestId, source, rtpParameters, paused, backgroundChanged, virtualCamera } = data;
  // Before joining, and while held, only what the tap looks at may be sent (and a microphone made ready).
  if (!peer.present && source !== 'mic' && source !== 'camera') throw new AppError('FORBIDDEN', 'Join first.');
  if (peer.state === 'held' && source !== 'camera')
    throw new AppError('FORBIDDEN', 'While held, only the camera may be sent.');
  if (call.over) throw notFound();
  const sent = await peer.media.produce({
    requestId,
    source,
    rtpParameters: rtpParameters as types.RtpParameters,
    paused: paused ?? false,
    backgroundChanged: backgroundChanged ?? false,
    virtualCamera: virtualCamera ?? false,
  });
  return sent.producer.id;
}

function limitKeyFrames(connection: SocketConnection): void {
  if (!connection.keyFrameRate.take(Date.now())) {
    throw new AppError('RATE_LIMITED', 'Too many requests.', { retryAfterS: 1 });
  }
}

/** Per person in a call: a message a second, ten at once. */
const chatRates = new WeakMap<Peer, TokenBucket>();

function limitChat(peer: Peer): void {
  limit(chatRates, peer, { perSecond: 1, burst: 10 }, 'Too many messages.');
}

/** Per person in a call: one a minute. */
const reviewRates = new WeakMap<Peer, TokenBucket>();

function limitReviews(peer: Peer): void {
  const nowMs = Date.now();
  const rate = reviewRates.get(peer) ?? new TokenBucket({ perSecond: 1 / 60, burst: 1, nowMs });
  reviewRates.set(peer, rate);
  if (!rate.take(nowMs)) throw new AppError('RATE_LIMITED', 'The hosts have been asked already.', { retryAfterS: 60 });
}

/** Per consumer: what makes its sender produce a key frame (resuming, another layer) twice a second, four at once. */
const viewerRates = new WeakMap<object, TokenBucket>();

function limitViewer(subscription: object): void {
  limit(viewerRates, subscription, { perSecond: 2, burst: 4 }, 'Too many requests for this stream.');
}

function limit<K extends object>(
  rates: WeakMap<K, TokenBucket>,
  key: K,
  options: { perSecond: number; burst: number },
  message: string,
): void {
  const nowMs = Date.now();
  const rate = rates.get(key) ?? new TokenBucket({ ...options, nowMs });
  rates.set(key, rate);
  if (!rate.take(nowMs)) throw new AppError('RATE_LIMITED', message, { retryAfterS: 1 });
}
