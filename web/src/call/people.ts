import type { PeerInfo } from '../../../src/protocol/signaling.ts';
import type { PeerRole } from '../../../src/protocol/values.ts';
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
  /** The server has stopped the camera's picture (policy). */
  cameraStopped: boolean;
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

export function displayName(person: { fullName: string; username: string }): string {
  return person.fullName.trim() || person.username;
}

/** The other people, in order of joining. */
export function othersOf(snapshot: CallSnapshot): CallPerson[] {
  return snapshot.peers.map((peer) => otherPerson(snapshot, peer));
}

function otherPerson(snapshot: CallSnapshot, { peerId, user, role, joinedAt, connection }: PeerInfo): CallPerson {
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
    camera: camera && cameraOn && !camera.stopped ? camera : null,
    backgroundChanged: cameraOn && backgroundChangedOf(snapshot, peerId),
    cameraSuspended: cameraOn && camera?.layer === null,
    cameraStopped: cameraOn && (camera?.stopped ?? false),
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
    cameraStopped: false,
    cameraOn: own.camera.state === 'on',
    micOn: own.mic.state === 'on',
    speaking: own.mic.state === 'on' && snapshot.activeSpeaker === peerId,
    away: false,
    view: snapshot.views[peerId] ?? unknownView,
  };
}
