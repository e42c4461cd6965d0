import type { RequestName } from '../protocol/signaling.ts';
import type { PeerState } from '../protocol/values.ts';

const all: readonly PeerState[] = ['idle', 'prepared', 'waiting', 'joined', 'held', 'left', 'ejected'];
const beforeJoin: readonly PeerState[] = ['prepared', 'waiting'];
const media: readonly PeerState[] = ['prepared', 'waiting', 'joined'];

/**
 * Which requests a connection may make in which state (DESIGN 4.2). What is not listed is refused; a request without
 * a row does not compile. `held` may only go on sending its camera, which the tap alone looks at.
 */
export const allowedStates: Readonly<Record<RequestName, readonly PeerState[]>> = {
  reauthenticate: all,
  leave: all,
  prepare: ['idle'],
  join: ['idle', ...beforeJoin],
  answerCall: ['idle', ...beforeJoin],
  declineCall: ['idle', ...beforeJoin, 'joined'],
  watchPresence: ['idle', ...media],
  intent: beforeJoin,
  createTransport: media,
  connectTransport: media,
  restartIce: [...media, 'held'],
  produce: [...media, 'held'],
  pauseProducer: media,
  resumeProducer: media,
  closeProducer: [...media, 'held'],
  declareBackground: [...media, 'held'],
  declareCamera: [...media, 'held'],
  setConsumerLayers: ['joined', 'held'],
  pauseConsumer: ['joined', 'held'],
  resumeConsumer: ['joined', 'held'],
  sendChat: ['joined'],
  ringPerson: ['joined'],
  admitPeer: ['joined'],
  denyPeer: ['joined'],
  startChallenge: [...media, 'held'],
  challengeStep: [...media, 'held'],
  refuseChallenge: [...media, 'held'],
  requestChallenge: ['joined'],
  requestReview: ['joined', 'held'],
  lockCall: ['joined'],
  setCheckPolicy: ['joined'],
  muteProducer: ['joined'],
  muteEveryone: ['joined'],
  pauseVideo: ['joined'],
  ejectPeer: ['joined'],
  transferHost: ['joined'],
  undoAction: ['joined'],
  raiseHand: ['joined'],
  lowerHand: ['joined'],
  react: ['joined'],
  endCall: ['joined'],
  reportQuality: ['joined', 'held'],
};

/** Requests that only a host may make. */
export const hostOnly: ReadonlySet<RequestName> = new Set<RequestName>([
  'admitPeer',
  'denyPeer',
  'lockCall',
  'setCheckPolicy',
  'muteProducer',
  'muteEveryone',
  'pauseVideo',
  'ejectPeer',
  'transferHost',
  'undoAction',
  'lowerHand',
  'endCall',
  'requestChallenge',
]);

/** Requests that a guest may make, who has no account; all others are refused. */
export const guestsMay: ReadonlySet<RequestName> = new Set<RequestName>([
  'reauthenticate',
  'leave',
  'prepare',
  'join',
  'intent',
  'createTransport',
  'connectTransport',
  'restartIce',
  'produce',
  'pauseProducer',
  'resumeProducer',
  'closeProducer',
  'declareBackground',
  'declareCamera',
  'setConsumerLayers',
  'pauseConsumer',
  'resumeConsumer',
  'sendChat',
  'raiseHand',
  'react',
  'startChallenge',
  'challengeStep',
  'refuseChallenge',
  'requestReview',
  'reportQuality',
]);

export type Flow = 'none' | 'prepared' | 'flowing';

/**
 * Whether a viewer may have a consumer of an owner's producer: `prepared` ones exist but stay paused.
 * Into a meeting only the newcomer's own consumers are prepared, so that members do not learn that somebody is in
 * the pre-join; in a direct call both directions are. Nobody sees anybody from the waiting room.
 */
export function flowBetween(viewer: PeerState, owner: PeerState, direct: boolean): Flow {
  const receives = viewer === 'joined' || viewer === 'held';
  if (receives && owner === 'joined') return 'flowing';
  if (viewer === 'prepared' && owner === 'joined') return 'prepared';
  const ready: readonly PeerState[] = ['prepared', 'joined'];
  return direct && ready.includes(viewer) && ready.includes(owner) ? 'prepared' : 'none';
}
