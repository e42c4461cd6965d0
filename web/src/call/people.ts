import type { PeerInfo, Stop } from '../../../src/protocol/signaling.ts';
import type { PeerRole, Reaction } from '../../../src/protocol/values.ts';
import { displayName } from './displayName.ts';
import type { AssessmentView } from './assessments.ts';
import { backgroundChangedOf, isSending, trackOf, type CallSnapshot } from './callState.ts';

/** A person in the call as tiles, plates and lists show them. */
export interface CallPerson {
  peerId: string;
  self: boolean;
  name: string;
  /** The name itself, where `name` is "you". */
  ownName: string;
  username: string;
  role: PeerRole;
  joinedAt: string;
  camera: { track: MediaStreamTrack; consumerId: string | null } | null;
  /** What is behind the person is changed on their device, by its own word. */
  backgroundChanged: boolean;
  /** The own network has no room for their video. */
  cameraSuspended: boolean;
  /** The others do not get the camera's picture: a host, or the server, has paused it. */
  cameraStopped: Stop['by'] | null;
  stops: readonly Stop[];
  /** Place in the row of raised hands, from 1; null: down. */
  hand: number | null;
  reaction: Reaction | null;
  cameraOn: boolean;
  micOn: boolean;
  speaking: boolean;
  /** The page does not hear from them: their connection or the own one is lost. */
  away: boolean;
  view: AssessmentView;
}

const unknownView: AssessmentView = {
  status: 'unscored',
  assurance: 'none',
  reason: 'waiting',
  risk: null,
  confidence: null,
  causes: [],
  scannedAtMs: null,
  verifiedAtMs: null,
};

export { displayName };

/** The other people, in order of joining. */
export function othersOf(snapshot: CallSnapshot): CallPerson[] {
  return snapshot.peers.map((peer) => otherPerson(snapshot, peer));
}

function otherPerson(
  snapshot: CallSnapshot,
  { peerId, user, role, joinedAt, connection, stops }: PeerInfo,
): CallPerson {
  const camera = trackOf(snapshot, peerId, 'camera');
  const cameraOn = isSending(snapshot, peerId, 'camera');
  const micOn = isSending(snapshot, peerId, 'mic');
  const away = !snapshot.online || connection === 'reconnecting';
  return {
    peerId,
    self: false,
    name: displayName(user),
    ownName: displayName(user),
    username: user.username,
    role,
    joinedAt,
    camera: camera && cameraOn && !stopOf(stops) ? camera : null,
    backgroundChanged: cameraOn && backgroundChangedOf(snapshot, peerId),
    cameraSuspended: cameraOn && camera?.layer === null,
    // Of somebody whom the server holds nothing is received, so that his camera seems to be off.
    cameraStopped: cameraOn || stopOf(stops) === 'policy' ? stopOf(stops) : null,
    stops,
    ...signsOf(snapshot, peerId),
    cameraOn,
    micOn,
    speaking: micOn && !away && snapshot.activeSpeaker === peerId,
    away,
    view: snapshot.views[peerId] ?? unknownView,
  };
}

/** The own person. @param name - What it is called on the page. */
export function selfOf(snapshot: CallSnapshot, name: string, ownName: string): CallPerson {
  const { self, own } = snapshot;
  const peerId = self?.peerId ?? '';
  return {
    peerId,
    self: true,
    name,
    ownName,
    username: '',
    role: self?.role ?? 'participant',
    joinedAt: '',
    camera: own.camera.track ? { track: own.camera.track, consumerId: null } : null,
    backgroundChanged: own.camera.backgroundChanged,
    cameraSuspended: false,
    cameraStopped: own.camera.track ? stopOf(self?.stops ?? []) : null,
    stops: self?.stops ?? [],
    ...signsOf(snapshot, peerId),
    cameraOn: own.camera.state === 'on',
    micOn: own.mic.state === 'on',
    speaking: own.mic.state === 'on' && snapshot.activeSpeaker === peerId,
    away: false,
    view: snapshot.views[peerId] ?? unknownView,
  };
}

/** Who keeps a picture from the others; the server's own pause says more than a host's. */
function stopOf(stops: readonly Stop[]): Stop['by'] | null {
  const video = stops.filter(({ kind }) => kind === 'video');
  return video.find(({ by }) => by === 'policy')?.by ?? video[0]?.by ?? null;
}

function signsOf({ hands, reactions }: CallSnapshot, peerId: string): Pick<CallPerson, 'hand' | 'reaction'> {
  const place = hands.indexOf(peerId);
  return { hand: place === -1 ? null : place + 1, reaction: reactions[peerId] ?? null };
}

/** Raised hands first, in their order, then hosts, then by name. */
export function byHandRoleName(a: CallPerson, b: CallPerson): number {
  const never = Number.POSITIVE_INFINITY;
  if (a.hand !== b.hand) return (a.hand ?? never) - (b.hand ?? never);
  return Number(b.role === 'host') - Number(a.role === 'host') || a.name.localeCompare(b.name);
}
