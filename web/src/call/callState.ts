import type { CheckPolicy } from '../../../src/protocol/checkPolicy.ts';
import type {
  CallInfo,
  Joined,
  PeerInfo,
  ProducerInfo,
  NotificationData,
  Stop,
} from '../../../src/protocol/signaling.ts';
import type { MediaSource, PeerRole, PeerState, Reaction } from '../../../src/protocol/values.ts';
import { displayName } from './displayName.ts';
import { policyNote } from './notes.ts';
import { emptyChat, withMessages, type CallNote, type ChatState } from './chat.ts';
import type { AssessmentView, ViewPolicy } from './assessments.ts';
import type { DeviceReplaced, OwnMediaState } from './media/OwnMedia.ts';

/** What the screens of a call show: one immutable value, replaced at every change. */

/**
 * `opening`: media is being made ready. `prepared`: ready, not in the call yet (pre-join, ringing in). `calling`: in
 * the call, the other person's devices ring. `waiting`: a host has yet to let this page in. `connected`: in the call.
 * `ended`: over for this page.
 */
export type CallPhase = 'opening' | 'prepared' | 'calling' | 'waiting' | 'connected' | 'ended';

export interface RemoteTrack {
  consumerId: string;
  producerId: string;
  peerId: string;
  source: MediaSource;
  track: MediaStreamTrack;
  /** The server has stopped it (policy). */
  stopped: boolean;
  /** The layer that the server sends; null when the own network has no room for any, undefined before the first word. */
  layer: number | null | undefined;
}

/** One look at a person, for the plot of the last minutes. */
export interface Look {
  atMs: number;
  status: AssessmentView['status'];
  risk: number | null;
  confidence: number | null;
}

export interface Ring {
  name: string;
  state: 'ringing' | 'answered' | 'declined' | 'no_answer' | 'busy';
}

export interface CallSnapshot {
  phase: CallPhase;
  call: CallInfo | null;
  self: { peerId: string; role: PeerRole; state: PeerState; stops: readonly Stop[] } | null;
  /** The other people, in order of joining. */
  peers: readonly PeerInfo[];
  /** Who waits to be let in, first come first; hosts know. */
  waiting: readonly PeerInfo[];
  /** Everything that anybody sends, by producer id. */
  producers: Readonly<Record<string, ProducerInfo>>;
  /** Tracks of others, by `trackKey`. */
  tracks: Readonly<Record<string, RemoteTrack>>;
  /** How it stands with the people whom this page rings into the call, by user id. */
  rings: Readonly<Record<string, Ring>>;
  own: OwnMediaState;
  activeSpeaker: string | null;
  /** What may be said of each person's picture now, the own one included. */
  views: Readonly<Record<string, AssessmentView>>;
  /** Looks at the others in the last ten minutes. */
  looks: Readonly<Record<string, readonly Look[]>>;
  policy: ViewPolicy & { leastChecks: CheckPolicy };
  /** Whose hands are up, in that order. */
  hands: readonly string[];
  /** What people have just shown, by peer; gone after some seconds. */
  reactions: Readonly<Record<string, Reaction>>;
  /** Names of those who were here, by peer: what is told of them may come after they have gone. */
  names: Readonly<Record<string, string>>;
  /** Who was removed while this page was there, so that it can be undone. */
  removed: readonly { actionId: string; name: string }[];
  chat: ChatState;
  /** What happened in the call while this page was in it, oldest first. */
  notes: readonly CallNote[];
  /** False once the connection has been away for more than a second. */
  online: boolean;
  /** The last report on the own connection; null before the first. */
  quality: { loss: number; rttMs: number } | null;
  /** A device that went away and was replaced, with the page-clock ms of that. */
  replaced: (DeviceReplaced & { atMs: number }) | null;
  /** Code of why the call is over; null while it is not. */
  endCode: string | null;
}

const offDevice = { state: 'off', track: null, deviceId: null, problem: null, backgroundChanged: false } as const;

export const initialSnapshot: CallSnapshot = {
  phase: 'opening',
  call: null,
  self: null,
  peers: [],
  waiting: [],
  rings: {},
  producers: {},
  tracks: {},
  own: { mic: offDevice, camera: offDevice, screen: null, talkingMuted: false },
  activeSpeaker: null,
  views: {},
  looks: {},
  policy: {
    scanIntervalMs: 10_000,
    staleAfterMs: 20_000,
    verifiedTtlMs: 600_000,
    leastChecks: { mode: 'off', challenge: 'never', everyMinutes: 30 },
  },
  hands: [],
  reactions: {},
  names: {},
  removed: [],
  chat: emptyChat,
  notes: [],
  online: true,
  quality: null,
  replaced: null,
  endCode: null,
};

export function trackKey(peerId: string, source: MediaSource): string {
  return `${peerId}/${source}`;
}

export function trackOf(snapshot: CallSnapshot, peerId: string, source: MediaSource): RemoteTrack | null {
  return snapshot.tracks[trackKey(peerId, source)] ?? null;
}

/** Whether a person sends a source right now, as far as the server said. */
export function isSending(snapshot: CallSnapshot, peerId: string, source: MediaSource): boolean {
  return Object.values(snapshot.producers).some((p) => p.peerId === peerId && p.source === source && !p.paused);
}

/**
 * The answer to a join replaces what is known of the call. What is received already stays: its offer may have overtaken
 * the answer, which does not know of it then.
 */
export function withJoined(
  snapshot: CallSnapshot,
  joined: Pick<
    Joined,
    'call' | 'self' | 'peers' | 'producers' | 'activeSpeaker' | 'waiting' | 'policy' | 'messages' | 'hands'
  >,
): Partial<CallSnapshot> {
  const { call, self, peers, activeSpeaker, waiting, policy } = joined;
  const received = new Set(Object.values(snapshot.tracks).map(({ producerId }) => producerId));
  const overtook = pick(snapshot.producers, ({ producerId }) => received.has(producerId));
  const told = Object.fromEntries(joined.producers.map((producer) => [producer.producerId, producer]));
  return {
    call,
    self,
    peers: peers.filter(({ peerId }) => peerId !== self.peerId),
    producers: { ...overtook, ...told },
    activeSpeaker,
    waiting,
    policy,
    hands: joined.hands,
    chat: withMessages(snapshot.chat, joined.messages),
  };
}

/** Whether a person's camera shows a changed background, as far as their page said. */
export function backgroundChangedOf(snapshot: CallSnapshot, peerId: string): boolean {
  return Object.values(snapshot.producers).some((p) => p.peerId === peerId && p.backgroundChanged);
}

export function withPeer(snapshot: CallSnapshot, peer: PeerInfo): Partial<CallSnapshot> {
  const { self } = snapshot;
  if (peer.peerId === self?.peerId) return { self: { ...self, role: peer.role, stops: peer.stops } };
  return {
    peers: placed(snapshot.peers, peer),
    waiting: snapshot.waiting.filter(({ peerId }) => peerId !== peer.peerId),
  };
}

export function withWaiting(snapshot: CallSnapshot, peer: PeerInfo): Partial<CallSnapshot> {
  return { waiting: placed(snapshot.waiting, peer) };
}

/** In the place of what was known of this peer, else at the end. */
function placed(peers: readonly PeerInfo[], peer: PeerInfo): PeerInfo[] {
  const known = peers.some(({ peerId }) => peerId === peer.peerId);
  return known ? peers.map((p) => (p.peerId === peer.peerId ? peer : p)) : [...peers, peer];
}

export function withoutPeer(snapshot: CallSnapshot, peerId: string): Partial<CallSnapshot> {
  return {
    peers: snapshot.peers.filter((peer) => peer.peerId !== peerId),
    names: { ...snapshot.names, ...nameOfPeer(snapshot, peerId) },
    waiting: snapshot.waiting.filter((peer) => peer.peerId !== peerId),
    producers: pick(snapshot.producers, (producer) => producer.peerId !== peerId),
    tracks: pick(snapshot.tracks, (track) => track.peerId !== peerId),
    activeSpeaker: snapshot.activeSpeaker === peerId ? null : snapshot.activeSpeaker,
  };
}

export function withProducer(snapshot: CallSnapshot, producer: ProducerInfo): Partial<CallSnapshot> {
  return { producers: { ...snapshot.producers, [producer.producerId]: producer } };
}

/** What a notification says about a producer; the rest stays as it was known. */
export function withProducerChange(
  snapshot: CallSnapshot,
  change: Pick<ProducerInfo, 'producerId' | 'peerId' | 'source'> & Partial<ProducerInfo>,
): Partial<CallSnapshot> {
  const known = snapshot.producers[change.producerId] ?? { paused: false, backgroundChanged: false };
  return withProducer(snapshot, { ...known, ...change });
}

/** A consumer is over, and so is what it showed; the server closes it when its producer is. */
export function withoutConsumer(snapshot: CallSnapshot, consumerId: string): Partial<CallSnapshot> {
  const gone = Object.values(snapshot.tracks).find((track) => track.consumerId === consumerId);
  if (!gone) return {};
  return {
    tracks: pick(snapshot.tracks, (track) => track !== gone),
    producers: pick(snapshot.producers, (producer) => producer.producerId !== gone.producerId),
  };
}

export function withTrack(snapshot: CallSnapshot, track: RemoteTrack): Partial<CallSnapshot> {
  return { tracks: { ...snapshot.tracks, [trackKey(track.peerId, track.source)]: track } };
}

/** Nothing for a consumer that is not there. */
export function withTrackChange(
  snapshot: CallSnapshot,
  consumerId: string,
  change: Partial<Pick<RemoteTrack, 'stopped' | 'layer'>>,
): Partial<CallSnapshot> {
  const entry = Object.entries(snapshot.tracks).find(([, track]) => track.consumerId === consumerId);
  return entry ? { tracks: { ...snapshot.tracks, [entry[0]]: { ...entry[1], ...change } } } : {};
}

function pick<T>(record: Readonly<Record<string, T>>, keep: (value: T) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => keep(value)));
}

/** What was done to somebody, as a line between the messages; removed people stay known, so that it can be undone. */
export function withPolicy(
  snapshot: CallSnapshot,
  notice: NotificationData<'policyApplied'>,
  nowMs: number,
): Partial<CallSnapshot> {
  const removed = snapshot.removed.find(({ actionId }) => actionId === notice.undoes);
  const nameOf = (peerId: string | null): string => {
    const peer = snapshot.peers.find((p) => p.peerId === peerId);
    return peer ? displayName(peer.user) : (snapshot.names[peerId ?? ''] ?? '');
  };
  const note = policyNote(notice, nameOf, nowMs);
  const gone = notice.action === 'ejectPeer' ? [{ actionId: notice.actionId, name: note.name }] : [];
  return {
    notes: [...snapshot.notes, removed ? { ...note, name: removed.name } : note],
    removed: [...snapshot.removed.filter((one) => one !== removed), ...gone],
  };
}

function nameOfPeer(snapshot: CallSnapshot, peerId: string): Record<string, string> {
  const peer = snapshot.peers.find((p) => p.peerId === peerId);
  return peer ? { [peerId]: displayName(peer.user) } : {};
}
