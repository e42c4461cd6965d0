import { z } from 'zod';
import { assessment, causeCode } from './assessment.ts';
import { challengeEnd, challengeInfo, challengeKind, challengeStep } from './challenge.ts';
import { checkPolicy } from './checkPolicy.ts';
import {
  dtlsParameters,
  iceServers,
  rtpCapabilities,
  rtpParameters,
  serverObject,
  transportParameters,
} from './rtp.ts';
import {
  callStatus,
  callType,
  chatText,
  consent,
  endReason,
  isoTime,
  mediaKind,
  mediaSource,
  objectId,
  peerRole,
  peerState,
  policyAction,
  presence,
  reaction,
  roomId,
} from './values.ts';

/**
 * The socket protocol: one connection per tab on `socketPath`, access token in `auth.token`.
 * Every request is answered by an ack, `{ok: true, data}` or `{ok: false, error}`.
 */
export const socketPath = '/ws/call';

const nothing = z.strictObject({});

export const person = z.strictObject({ id: z.uuid(), username: z.string(), fullName: z.string() });
export type Person = z.infer<typeof person>;

/** A call as sockets know it. `callee` is null for a meeting by link. */
export const callInfo = z.strictObject({
  callId: z.uuid(),
  roomId,
  callType,
  title: z.string().nullable(),
  caller: person,
  callee: person.nullable(),
  status: callStatus,
  startTime: isoTime.nullable(),
  /** Whoever comes waits until a host lets him in. */
  lobby: z.boolean(),
  /** Nobody new may enter. */
  locked: z.boolean(),
  /** What follows from results of checks in it. */
  checks: checkPolicy,
});
export type CallInfo = z.infer<typeof callInfo>;

/**
 * Something of a person that the call does not get: `audio` is paused and its owner cannot resume it, `video` is paused
 * for everybody else. `policy`: the server stopped it by itself.
 */
export const stop = z.strictObject({
  actionId: z.uuid(),
  kind: mediaKind,
  by: z.enum(['host', 'policy']),
  /** Code of why, from the policy; null for a host's own wish. */
  reason: z.string().nullable(),
});
export type Stop = z.infer<typeof stop>;

export const peerInfo = z.strictObject({
  peerId: objectId,
  user: person,
  role: peerRole,
  /** `reconnecting`: the socket is gone, the peer is kept for 60 s. */
  connection: z.enum(['connected', 'reconnecting']),
  joinedAt: isoTime,
  stops: z.array(stop),
});
export type PeerInfo = z.infer<typeof peerInfo>;

export const producerInfo = z.strictObject({
  producerId: objectId,
  peerId: objectId,
  source: mediaSource,
  paused: z.boolean(),
  /** A camera whose page changes what is behind the person, by the page's own word. */
  backgroundChanged: z.boolean(),
});
export type ProducerInfo = z.infer<typeof producerInfo>;

export const chatMessage = z.strictObject({
  messageId: z.uuid(),
  /** The stay in the call in which it was written. */
  peerId: objectId,
  user: person,
  sentAt: isoTime,
  text: z.string(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

const policy = z.strictObject({
  scanIntervalMs: z.int(),
  staleAfterMs: z.int(),
  verifiedTtlMs: z.int(),
  /** What the server asks of every call; hosts may ask for more. */
  leastChecks: checkPolicy,
});

const prepared = z.strictObject({
  call: callInfo,
  self: z.strictObject({ peerId: objectId, role: peerRole, state: peerState }),
  routerRtpCapabilities: serverObject,
  sendTransport: transportParameters,
  recvTransport: transportParameters,
});
export type Prepared = z.infer<typeof prepared>;

/** Of somebody in the waiting room the answer holds the call and himself; all that concerns the others is empty. */
const joined = z.strictObject({
  call: callInfo,
  self: z.strictObject({
    peerId: objectId,
    role: peerRole,
    state: peerState,
    resumeToken: z.string(),
    stops: z.array(stop),
  }),
  /** The other people in the call. */
  peers: z.array(peerInfo),
  /** Everything that anybody in the call sends, own producers included. */
  producers: z.array(producerInfo),
  /** The asker's consumers that live on the server; others that a page still holds after a resume are over. */
  consumerIds: z.array(objectId),
  assessments: z.array(z.strictObject({ peerId: objectId, assessment })),
  activeSpeaker: objectId.nullable(),
  /** Whose hands are up, in the order in which they went up. */
  hands: z.array(objectId),
  /** The latest of what was written so far, oldest first; all of it is in the call's record. */
  messages: z.array(chatMessage),
  /** Who waits to be let in; for hosts. */
  waiting: z.array(peerInfo),
  /** Whether the peer's media of before live on. If not, the page creates transports anew. */
  mediaAlive: z.boolean(),
  routerRtpCapabilities: serverObject,
  policy,
});
export type Joined = z.infer<typeof joined>;

const peerRef = z.strictObject({ peerId: objectId });
/** Names an action, so that it can be undone. */
const actionRef = z.strictObject({ actionId: z.uuid() });

const producerRef = z.strictObject({ producerId: objectId });
const consumerRef = z.strictObject({ consumerId: objectId });

/** Requests: name -> what is sent and what the ack's `data` holds. */
export const requests = {
  reauthenticate: { data: z.strictObject({ accessToken: z.string().max(4096) }), response: nothing },
  /** Leaves the call. In a direct call that ends it. */
  leave: { data: nothing, response: nothing },
  /** Makes media ready while ringing or before joining (DESIGN 5.1). */
  prepare: { data: z.strictObject({ roomId, consent }), response: prepared },
  /** Enters a call; with a `resumeToken` goes on as the same peer after a lost socket. */
  join: {
    data: z.strictObject({ roomId, consent: consent.optional(), resumeToken: z.string().max(128).optional() }),
    response: joined,
  },
  answerCall: { data: z.strictObject({ callId: z.uuid(), consent: consent.optional() }), response: joined },
  declineCall: { data: z.strictObject({ callId: z.uuid() }), response: nothing },
  /** Replaces the set of people whose presence this connection is told of. */
  watchPresence: {
    data: z.strictObject({ userIds: z.array(z.uuid()).max(100) }),
    response: z.strictObject({ people: z.array(z.strictObject({ userId: z.uuid(), presence })) }),
  },
  /** The user is about to press join or answer: senders make a key frame. At most one a second. */
  intent: { data: nothing, response: nothing },
  createTransport: {
    data: z.strictObject({ direction: z.enum(['send', 'recv']) }),
    response: transportParameters,
  },
  /** The receiving transport's connect carries what the device can receive; the server then creates consumers. */
  connectTransport: {
    data: z.strictObject({
      transportId: objectId,
      dtlsParameters,
      rtpCapabilities: rtpCapabilities.optional(),
    }),
    response: nothing,
  },
  restartIce: {
    data: z.strictObject({ transportId: objectId }),
    response: z.strictObject({ iceParameters: serverObject, iceServers }),
  },
  /** `requestId` makes a repeated request harmless: the same id answers the same producer. */
  produce: {
    data: z.strictObject({
      requestId: objectId,
      source: mediaSource,
      rtpParameters,
      paused: z.boolean().optional(),
      backgroundChanged: z.boolean().optional(),
      /** A camera that is a program's, by its name on the sender's machine. */
      virtualCamera: z.boolean().optional(),
    }),
    response: z.strictObject({ producerId: objectId }),
  },
  pauseProducer: { data: producerRef, response: nothing },
  resumeProducer: { data: producerRef, response: nothing },
  closeProducer: { data: producerRef, response: nothing },
  /** The own camera's background is changed from now on, or no longer; the others see it on the card. */
  declareBackground: {
    data: z.strictObject({ producerId: objectId, changed: z.boolean() }),
    response: nothing,
  },
  /** The own camera is another device from now on: one that is a program's, or no longer. */
  declareCamera: {
    data: z.strictObject({ producerId: objectId, virtual: z.boolean() }),
    response: nothing,
  },
  /** The highest spatial layer wanted, 0 being the smallest. */
  setConsumerLayers: {
    data: z.strictObject({ consumerId: objectId, spatialLayer: z.int().min(0).max(2) }),
    response: nothing,
  },
  pauseConsumer: { data: consumerRef, response: nothing },
  resumeConsumer: { data: consumerRef, response: nothing },
  /**
   * Writes to everybody in the call. `requestId` makes a repeated request harmless: the same id of the same user
   * answers the same message.
   */
  sendChat: {
    data: z.strictObject({ requestId: objectId, text: chatText }),
    response: z.strictObject({ message: chatMessage }),
  },
  /** Rings a member's devices, so that he comes into this running call. */
  ringPerson: { data: z.strictObject({ userId: z.uuid() }), response: nothing },
  /** Lets somebody in from the waiting room (hosts). */
  admitPeer: { data: peerRef, response: nothing },
  /** Sends somebody away from the waiting room (hosts). */
  denyPeer: { data: peerRef, response: nothing },
  /** Begins an active check: what this person was asked for, or, without an id, of his own wish. */
  startChallenge: {
    data: z.strictObject({ kind: challengeKind, challengeId: objectId.optional() }),
    response: z.strictObject({ challenge: challengeInfo }),
  },
  /** A step is on the screen since `shownAfterMs` after its arrival; each is answered once, in order. */
  challengeStep: {
    data: z.strictObject({
      challengeId: objectId,
      step: z.int().min(0).max(1000),
      shownAfterMs: z.number().min(0).max(10_000),
    }),
    response: nothing,
  },
  /** Declines an invitation, or stops a running check; without a consequence but that it is not done. */
  refuseChallenge: { data: z.strictObject({ challengeId: objectId }), response: nothing },
  /** Asks somebody to do an active check (hosts). */
  requestChallenge: {
    data: z.strictObject({ peerId: objectId, kind: challengeKind }),
    response: z.strictObject({ challenge: challengeInfo }),
  },
  /** Asks the hosts to look at one's own result. At most one a minute. */
  requestReview: { data: nothing, response: nothing },
  /** Closes the call to everybody who has not taken part yet, or opens it again (hosts). */
  lockCall: { data: z.strictObject({ locked: z.boolean() }), response: nothing },
  /** Chooses what follows from results of checks in this call, no less than the server asks of every call (hosts). */
  setCheckPolicy: { data: checkPolicy, response: actionRef },
  /**
   * Turns somebody's microphone off (hosts). He may turn it on again, unless the mute is `enforced`. Nobody can turn on
   * anybody else's microphone.
   */
  muteProducer: { data: z.strictObject({ peerId: objectId, enforced: z.boolean() }), response: actionRef },
  /** Turns the microphones of all but hosts off, not enforced (hosts). */
  muteEveryone: { data: nothing, response: actionRef },
  /** Keeps somebody's picture from the others (hosts); the checks go on. */
  pauseVideo: { data: peerRef, response: actionRef },
  /** Takes somebody out, and refuses him until that is undone (hosts). */
  ejectPeer: { data: peerRef, response: actionRef },
  /** Makes somebody else the host of a meeting (hosts). */
  transferHost: { data: peerRef, response: actionRef },
  /** Takes back what is in force: an enforced mute, a paused picture, a removal (hosts). */
  undoAction: { data: actionRef, response: actionRef },
  /** Puts the own hand up, behind those that are up already, or down. */
  raiseHand: { data: z.strictObject({ raised: z.boolean() }), response: nothing },
  /** Takes somebody's hand down (hosts). */
  lowerHand: { data: peerRef, response: nothing },
  /** Shows a sign on the own tile for a moment. */
  react: { data: z.strictObject({ reaction }), response: nothing },
  /** Ends the call for everybody (hosts). */
  endCall: { data: nothing, response: nothing },
  /** What the page measured since its last report; kept with the call record. */
  reportQuality: {
    data: z.strictObject({
      bitrateBps: z.int().min(0).max(1_000_000_000),
      /** Share of packets lost, 0-1. */
      loss: z.number().min(0).max(1),
      rttMs: z.int().min(0).max(60_000),
      /** Seconds of frozen remote video. */
      freezeS: z.number().min(0).max(3600),
    }),
    response: nothing,
  },
} as const;

/** Notifications: name -> what is sent. */
export const notifications = {
  /** `from`: the caller, or whoever rings somebody into a running call. */
  callRinging: z.strictObject({ call: callInfo, from: person }),
  /** To whoever rang somebody into a running call. */
  ringEnded: z.strictObject({ user: person, outcome: z.enum(['answered', 'declined', 'no_answer']) }),
  /** To the caller, and to the callee's other tabs, which close their dialog. */
  callAnswered: z.strictObject({ call: callInfo }),
  /** Somebody called while this user was in a call, and wants him to know. */
  calledWhileBusy: z.strictObject({ from: person, callType }),
  callDeclined: z.strictObject({ callId: z.uuid() }),
  callEnded: z.strictObject({ callId: z.uuid(), status: callStatus, reason: endReason.nullable() }),
  /** Something about the call as a whole is different now. */
  callChanged: z.strictObject({ call: callInfo }),
  presenceChanged: z.strictObject({ userId: z.uuid(), presence }),
  peerJoined: z.strictObject({ peer: peerInfo }),
  peerUpdated: z.strictObject({ peer: peerInfo }),
  peerLeft: peerRef,
  /** To hosts: somebody waits to be let in, or is back or lost while waiting. `peerLeft` tells that he has gone. */
  peerWaiting: z.strictObject({ peer: peerInfo }),
  /** To whoever waited: a host has let him in, and this is what joining would have answered. */
  admitted: joined,
  /** Acknowledged by the page once it consumes; the server resumes the consumer after that. */
  newConsumer: z.strictObject({
    consumerId: objectId,
    producerId: objectId,
    peerId: objectId,
    source: mediaSource,
    kind: mediaKind,
    type: z.string(),
    rtpParameters: serverObject,
    producerPaused: z.boolean(),
    backgroundChanged: z.boolean(),
  }),
  /** What the server sends of a video now: null when the viewer's network has no room for even its smallest layer. */
  consumerLayersChanged: z.strictObject({ consumerId: objectId, spatialLayer: z.int().min(0).max(2).nullable() }),
  /** To the sender of a camera: the highest layer that anybody watches. Those above it need not be sent. */
  layersWanted: z.strictObject({ producerId: objectId, spatialLayer: z.int().min(0).max(2) }),
  consumerClosed: consumerRef,
  /** The server stopped this consumer (policy); not sent for what the viewer himself paused. */
  consumerPaused: consumerRef,
  consumerResumed: consumerRef,
  producerPaused: z.strictObject({ producerId: objectId, peerId: objectId, source: mediaSource }),
  producerResumed: z.strictObject({ producerId: objectId, peerId: objectId, source: mediaSource }),
  backgroundDeclared: z.strictObject({
    producerId: objectId,
    peerId: objectId,
    source: mediaSource,
    changed: z.boolean(),
  }),
  activeSpeaker: z.strictObject({ peerId: objectId.nullable() }),
  /** Of others, and of the receiver himself (then without risk, confidence and causes). */
  assessmentChanged: z.strictObject({ peerId: objectId, assessment }),
  /** Somebody else wrote; the writer has it in his answer. */
  chatMessage: z.strictObject({ message: chatMessage }),
  /** Somebody was asked to do an active check, or began one. Of others, and of the receiver himself. */
  challengeStarted: z.strictObject({ challenge: challengeInfo }),
  /** What the receiver, and nobody else, has to show or do now. */
  challengeStepDue: challengeStep,
  challengeEnded: challengeEnd,
  /**
   * The receiver is held by the policy, neither seen nor heard until an active check passes; null: not any more.
   * `reason` is what was found.
   */
  heldChanged: z.strictObject({ reason: causeCode.nullable() }),
  /** Somebody asks for his result to be reviewed (to hosts). */
  reviewRequested: peerRef,
  /** Something was done to a person in the call; everybody is told. What is in force is in `peerInfo.stops`. */
  policyApplied: z.strictObject({
    actionId: z.uuid(),
    action: policyAction,
    /** Whom it is about; null: everybody but the hosts. */
    peerId: objectId.nullable(),
    /** Who decided it; null: the server itself. */
    by: objectId.nullable(),
    /** Of a mute: whether its subject cannot end it. */
    enforced: z.boolean(),
    reason: z.string().nullable(),
    /** What was taken back, of `undoAction`. */
    undone: policyAction.nullable(),
    undoes: z.uuid().nullable(),
  }),
  /** Whose hands are up, in the order in which they went up. */
  handRaised: z.strictObject({ peerIds: z.array(objectId) }),
  reacted: z.strictObject({ peerId: objectId, reaction }),
  /** Make a key frame on the camera now: somebody is about to join. */
  keyFrameWanted: nothing,
  /** The media worker is gone: rebuild on these transports. */
  mediaReset: z.strictObject({
    routerRtpCapabilities: serverObject,
    sendTransport: transportParameters,
    recvTransport: transportParameters,
  }),
  sessionRevoked: nothing,
  serverDraining: nothing,
} as const;

export type RequestName = keyof typeof requests;
export type RequestData<N extends RequestName> = z.output<(typeof requests)[N]['data']>;
export type RequestInput<N extends RequestName> = z.input<(typeof requests)[N]['data']>;
export type ResponseData<N extends RequestName> = z.output<(typeof requests)[N]['response']>;
export type NotificationName = keyof typeof notifications;
export type NotificationData<N extends NotificationName> = z.output<(typeof notifications)[N]>;

export interface AckError {
  code: string;
  message: string;
  details?: unknown;
}
export type Ack<T> = { ok: true; data: T } | { ok: false; error: AckError };

/** socket.io's event maps, derived from the tables. */
export type ClientToServerEvents = {
  [N in RequestName]: (data: RequestInput<N>, ack: (answer: Ack<ResponseData<N>>) => void) => void;
};
export type ServerToClientEvents = {
  [N in NotificationName]: N extends 'newConsumer'
    ? (data: NotificationData<N>, ack: (answer: { ok: boolean }) => void) => void
    : (data: NotificationData<N>) => void;
};
