import { EventEmitter } from 'node:events';
import { AppError, notFound } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { TransportOffer } from '../media/MediaWorker.ts';
import type { Room } from '../media/Room.ts';
import { causeCode, type Assessment } from '../protocol/assessment.ts';
import type { CheckPolicy } from '../protocol/checkPolicy.ts';
import type { CallInfo, Joined, NotificationData, Person, ProducerInfo } from '../protocol/signaling.ts';
import type { CallStatus, CallType, Consent, EndReason, PeerRole, Reaction } from '../protocol/values.ts';
import { CallMedia } from './CallMedia.ts';
import type { CallMemory } from './CallStore.ts';
import { ChatLog, toChatMessage, type WrittenMessage } from './ChatLog.ts';
import type { CameraChecks, ChallengeNews } from './CameraChecks.ts';
import type { Connection } from './Connection.ts';
import { Door, type DoorLimits } from './Door.ts';
import { chosenPolicy } from './chosenPolicy.ts';
import { Peer } from './Peer.ts';
import type { Visitor } from './Visitor.ts';
import type { PolicyEntry } from './policyChain.ts';
import { Restrictions } from './Restrictions.ts';

/** What never changes about a call. */
export interface CallIdentity {
  id: string;
  roomId: string;
  caller: Person;
  callee: Person | null;
  callType: CallType;
  title: string | null;
  lobby: boolean;
  locked: boolean;
  createdAt: Date;
}

/** Times in milliseconds and limits; see config/default.yaml. */
export interface CallSettings extends DoorLimits {
  keepPeerMs: number;
  keepTransportsMs: number;
  policy: Joined['policy'];
}

export interface CallOptions {
  identity: CallIdentity;
  status: 'ringing' | 'active';
  startTime: Date | null;
  /** What happened in it before it came back into memory; null for a new call. */
  memory: (CallMemory & { policy: readonly PolicyEntry[] }) | null;
  settings: CallSettings;
  createRoom: () => Promise<Room>;
  checks: CameraChecks;
  logger: Logger;
}

/** An assessment in the two forms in which pages may have it. */
export interface AssessmentViews {
  forOthers: Assessment;
  forSelf: Assessment;
}

/**
 * A running call: its peers and what they are told. It knows neither the database nor other calls; `Calls` listens
 * to its events and keeps the record.
 */
export class Call extends EventEmitter<{
  joined: [Peer];
  /** A peer that had joined is gone, as of `at`. */
  left: [Peer, at: Date, reason: EndReason];
  /** The media could not be kept alive. */
  failed: [];
}> {
  #identity: CallIdentity;
  readonly peers = new Map<string, Peer>();
  readonly media: CallMedia;
  /** What people may not do in it. */
  readonly restrictions: Restrictions;
  readonly #chat: ChatLog;
  readonly door: Door;
  readonly #settings: CallSettings;
  readonly #checks: CameraChecks;
  #checkPolicy: CheckPolicy;
  readonly #hands = new Set<string>();
  readonly #assessments = new Map<string, AssessmentViews>();
  #lastMomentMs = 0;
  status: CallStatus;
  startTime: Date | null;

  constructor(options: CallOptions) {
    super();
    this.#identity = options.identity;
    const { caller, callee } = options.identity;
    this.status = options.status;
    this.startTime = options.startTime;
    this.#settings = options.settings;
    this.#checks = options.checks;
    this.restrictions = new Restrictions([caller.id, ...(callee ? [callee.id] : [])], options.memory?.policy);
    this.#checkPolicy = chosenPolicy(options.memory?.policy ?? [], options.settings.policy.leastChecks);
    this.#chat = new ChatLog(options.memory?.messages);
    const { lobby, locked } = this.identity;
    const known = options.memory?.people ?? [];
    this.door = new Door({ lobby, locked, known, limits: options.settings });
    this.media = new CallMedia({
      callId: this.id,
      direct: () => this.direct,
      peers: this.peers,
      createRoom: options.createRoom,
      checks: options.checks,
      restrictions: this.restrictions,
      logger: options.logger,
      onFailed: () => this.emit('failed'),
    });
  }

  get identity(): CallIdentity {
    return this.#identity;
  }

  get id(): string {
    return this.identity.id;
  }

  /** A call between two people, as opposed to a meeting by link. */
  get direct(): boolean {
    return this.identity.callee !== null;
  }

  get over(): boolean {
    return this.status !== 'ringing' && this.status !== 'active';
  }

  get info(): CallInfo {
    const { id, roomId, callType, title, caller, callee, lobby } = this.identity;
    const startTime = this.startTime?.toISOString() ?? null;
    return {
      callId: id,
      roomId,
      callType,
      title,
      caller,
      callee,
      status: this.status,
      startTime,
      lobby,
      locked: this.door.locked,
      checks: this.#checkPolicy,
    };
  }

  get presentPeers(): Peer[] {
    return [...this.peers.values()].filter((p) => p.present);
  }

  get waitingPeers(): Peer[] {
    return [...this.peers.values()].filter((p) => p.state === 'waiting');
  }

  /** Caller and callee of a direct call; anybody who has the link of a meeting; a guest only where he was invited to. */
  mayEnter({ user, guest }: Visitor): boolean {
    const { caller, callee } = this.identity;
    if (guest) return callee === null && guest.callId === this.id;
    return callee === null || caller.id === user.id || callee.id === user.id;
  }

  roleOf(userId: string): PeerRole {
    return this.restrictions.isHost(userId) ? 'host' : 'participant';
  }

  /** Makes a person's media ready before joining. */
  async prepare(
    connection: Connection,
    visitor: Visitor,
    consent: Consent,
  ): Promise<{ peer: Peer; send: TransportOffer; recv: TransportOffer }> {
    const peer = this.#open(connection, visitor, 'prepared', consent);
    try {
      const endpoint = await this.media.endpoint(peer);
      const [send, recv] = await Promise.all([endpoint.createTransport('send'), endpoint.createTransport('recv')]);
      if (!this.peers.has(peer.id)) throw new AppError('CONFLICT', 'Something else was asked for meanwhile.');
      return { peer, send, recv };
    } catch (error) {
      this.remove(peer);
      throw error;
    }
  }

  /** Of two requests that a page sends at once, the other may have taken it out. @throws AppError NOT_JOINED. */
  requireHere(prepared: Peer | null): void {
    if (prepared && !this.peers.has(prepared.id)) throw new AppError('NOT_JOINED', 'You have left this call.');
  }

  /**
   * Lets a person in, or into the waiting room, with media prepared or not. The newest place of a user wins; his older
   * one is told and closed.
   */
  join(connection: Connection, visitor: Visitor, prepared: Peer | null, consent: Consent | null): Peer {
    this.requireHere(prepared);
    if (prepared?.present) return prepared;
    const peer = prepared ?? this.#open(connection, visitor, 'joined', consent);
    const verdict = this.#admit(peer.user.id, peer.role, peer);
    for (const older of [...this.presentPeers, ...this.waitingPeers]) {
      if (older === peer || older.user.id !== peer.user.id) continue;
      this.#turnOut(older, 'joined_elsewhere');
    }
    if (consent) this.#setConsent(peer, consent);
    if (verdict === 'wait') this.#wait(peer);
    else this.#enter(peer);
    return peer;
  }

  /** A host lets somebody in who waits. @throws AppError NOT_FOUND, CAPACITY. */
  letIn(peerId: string): Peer {
    const peer = this.#waiting(peerId);
    this.door.remember(peer.user.id);
    this.#admit(peer.user.id, peer.role, peer);
    this.#enter(peer);
    return peer;
  }

  /** A third person comes into a call between two: from now on it is a meeting, of which both stay hosts. */
  becomeMeeting(): void {
    this.#identity = { ...this.#identity, callee: null };
    for (const peer of this.presentPeers) peer.connection?.notify('callChanged', { call: this.info });
  }

  get checkPolicy(): CheckPolicy {
    return this.#checkPolicy;
  }

  /** What the server asks of every call. */
  get leastChecks(): CheckPolicy {
    return this.#settings.policy.leastChecks;
  }

  /** Everybody inside is told. */
  setCheckPolicy(policy: CheckPolicy): void {
    this.#checkPolicy = policy;
    this.#checks.setPolicy(this.id, policy);
    for (const peer of this.presentPeers) peer.connection?.notify('callChanged', { call: this.info });
  }

  /** See `Door.locked`. Everybody inside is told. */
  setLocked(locked: boolean): void {
    if (this.door.locked === locked) return;
    this.door.locked = locked;
    for (const peer of this.presentPeers) peer.connection?.notify('callChanged', { call: this.info });
  }

  /** A host sends somebody away who waits. @throws AppError NOT_FOUND. */
  deny(peerId: string): void {
    const peer = this.#waiting(peerId);
    this.door.deny(peer.user.id, Date.now());
    this.#turnOut(peer, 'denied');
  }

  /** Goes on as the same peer over a new connection; null when the token fits nobody of this user. */
  resume(connection: Connection, resumeToken: string): Peer | null {
    const peer = [...this.presentPeers, ...this.waitingPeers].find(
      (p) => p.user.id === connection.userId && p.acceptsResumeToken(resumeToken),
    );
    if (!peer) return null;
    this.#admit(peer.user.id, peer.role, peer);
    peer.clearTimers();
    // Where both pages live (a copied tab), the older one must not take itself for inside.
    if (peer.connection !== connection) {
      peer.connection?.notify('callEnded', { callId: this.id, status: this.status, reason: 'joined_elsewhere' });
    }
    peer.connection = connection;
    peer.sessionId = connection.sessionId;
    peer.lastSeenAt = new Date();
    this.#tellOfConnection(peer);
    this.media.reconcile(peer);
    this.media.deliverAgain(peer);
    return peer;
  }

  /** The peer's connection is gone without a word: it is kept for a while, its media for a shorter one. */
  connectionLost(peer: Peer, lastSeenAt: Date): void {
    if (!this.peers.has(peer.id)) return;
    peer.connection = null;
    peer.lastSeenAt = lastSeenAt;
    if (!peer.present && peer.state !== 'waiting') {
      this.remove(peer);
      return;
    }
    this.#tellOfConnection(peer);
    // A dead socket is noticed some seconds late: both times count from the last sign of life.
    const goneMs = Date.now() - lastSeenAt.getTime();
    peer.after(this.#settings.keepTransportsMs - goneMs, () => this.media.detach(peer));
    peer.after(this.#settings.keepPeerMs - goneMs, () => this.leave(peer, peer.lastSeenAt, 'connection_lost'));
  }

  leave(peer: Peer, at: Date, reason: EndReason): void {
    if (!this.peers.has(peer.id)) return;
    const present = peer.present;
    this.remove(peer);
    if (present) this.emit('left', peer, at, reason);
  }

  /** Takes a peer out without a consequence for the call. */
  remove(peer: Peer, as: 'left' | 'ejected' = 'left'): void {
    if (!this.peers.delete(peer.id)) return;
    const { present, state } = peer;
    peer.state = as;
    peer.clearTimers();
    peer.checked?.close();
    this.media.detach(peer);
    this.#assessments.delete(peer.id);
    this.setHand(peer, false);
    if (present) this.#notifyOthers(peer, (c) => c.notify('peerLeft', { peerId: peer.id }));
    else if (state === 'waiting') this.#notifyHosts((c) => c.notify('peerLeft', { peerId: peer.id }));
    if (this.peers.size === 0) this.media.releaseRoom();
  }

  /** Makes what the restrictions say of a user come true, and tells everybody. Settles when the worker has followed. */
  async enforce(userId: string | null): Promise<void> {
    const own = [...this.peers.values()].filter(({ user }) => user.id === userId);
    if (userId !== null && this.restrictions.ejected(userId)) {
      for (const peer of own) this.#eject(peer);
      return;
    }
    for (const peer of own) {
      peer.stops = this.restrictions.stopsOf(peer.user.id);
      this.#settleHold(peer);
    }
    await Promise.all(own.map((peer) => this.media.enforce(peer)));
    const changed = new Set([...own, ...this.#updateRoles()]);
    for (const peer of changed) {
      if (peer.present) this.#notifyAll((c) => c.notify('peerUpdated', { peer: peer.info }));
    }
  }

  tellPolicy(notice: NotificationData<'policyApplied'>): void {
    this.#notifyAll((c) => c.notify('policyApplied', notice));
  }

  setAssessment(peerId: string, views: AssessmentViews): void {
    const judged = this.peers.get(peerId);
    if (!judged) return;
    this.#assessments.set(peerId, views);
    this.#tellAssessment(judged, views);
  }

  #tellAssessment(judged: Peer, views: AssessmentViews): void {
    for (const peer of this.peers.values()) {
      if (!this.#mayKnow(peer, judged)) continue;
      peer.connection?.notify('assessmentChanged', { peerId: judged.id, assessment: viewFor(views, peer, judged) });
    }
  }

  /** Now, later than each one given before: what was said before and what after a removal decides who may read it. */
  moment(): Date {
    this.#lastMomentMs = Math.max(Date.now(), this.#lastMomentMs + 1);
    return new Date(this.#lastMomentMs);
  }

  /** Shows a peer's message to everybody else. */
  say(peer: Peer, requestId: string, text: string): { message: WrittenMessage; isNew: boolean } {
    const said = this.#chat.add({ requestId, peerId: peer.id, user: peer.user, text, nowMs: this.moment().getTime() });
    const message = toChatMessage(said.message);
    if (said.isNew) this.#notifyOthers(peer, (c) => c.notify('chatMessage', { message }));
    return said;
  }

  tellChallenge(peerId: string, news: ChallengeNews): void {
    const challenged = this.peers.get(peerId);
    if (!challenged) return;
    if (news.type === 'step') {
      challenged.connection?.notify('challengeStepDue', news.step);
      return;
    }
    // Before joining, only the person himself hears of it.
    const hearers = challenged.present ? this.presentPeers : [challenged];
    for (const { connection } of hearers) {
      if (news.type === 'started') connection?.notify('challengeStarted', { challenge: news.info });
      else connection?.notify('challengeEnded', news.end);
    }
  }

  /** Brings a peer's state in line with whether he is held. */
  #settleHold(peer: Peer): void {
    if (!peer.present) return;
    const hold = this.restrictions.holdOf(peer.user.id);
    const state = hold === null ? 'joined' : 'held';
    if (peer.state === state) return;
    peer.state = state;
    this.media.reconcile(peer);
    const reason = causeCode.safeParse(hold?.details.reason);
    peer.connection?.notify('heldChanged', { reason: hold === null ? null : (reason.data ?? 'failed') });
  }

  /** @throws AppError NOT_FOUND when nobody of that id is in the call. */
  presentPeer(peerId: string): Peer {
    const peer = this.peers.get(peerId);
    if (!peer?.present) throw notFound();
    return peer;
  }

  /** Tells the other hosts that somebody wants his result reviewed. */
  askForReview(asker: Peer): void {
    for (const peer of this.presentPeers) {
      if (peer !== asker && peer.role === 'host') peer.connection?.notify('reviewRequested', { peerId: asker.id });
    }
  }

  /** Hands keep the order in which they went up. */
  setHand(peer: Peer, raised: boolean): void {
    if (this.#hands.has(peer.id) === raised) return;
    if (raised) this.#hands.add(peer.id);
    else this.#hands.delete(peer.id);
    this.#notifyAll((c) => c.notify('handRaised', { peerIds: [...this.#hands] }));
  }

  /** @throws AppError NOT_FOUND for whoever is not in the call. */
  lowerHand(peerId: string): void {
    this.setHand(this.presentPeer(peerId), false);
  }

  react(peer: Peer, reaction: Reaction): void {
    this.#notifyAll((c) => c.notify('reacted', { peerId: peer.id, reaction }));
  }

  /**
   * The answer to whoever has just joined or come back.
   *
   * @throws AppError CALL_OVER, NOT_JOINED when that is past already: its page was told and must not take itself for inside.
   */
  async joinedAnswer(peer: Peer): Promise<Joined> {
    // Waited for first: whoever comes or goes meanwhile is told of before the answer, which must know it too.
    const routerRtpCapabilities = await this.media.rtpCapabilities();
    if (this.over) throw new AppError('CALL_OVER', 'This call is over.');
    if (!this.peers.has(peer.id)) throw new AppError('NOT_JOINED', 'You are not in this call any more.');
    const others = peer.present ? this.presentPeers.filter((p) => p !== peer) : [];
    const assessments = [...this.#assessments].flatMap(([peerId, views]) => {
      const judged = this.peers.get(peerId);
      return judged && this.#mayKnow(peer, judged) ? [{ peerId, assessment: viewFor(views, peer, judged) }] : [];
    });
    return {
      call: this.info,
      self: {
        peerId: peer.id,
        role: peer.role,
        state: peer.state,
        resumeToken: peer.resumeToken,
        stops: [...peer.stops],
      },
      peers: others.map((p) => p.info),
      producers: [peer, ...others].flatMap(producersOf),
      consumerIds: (peer.endpoint?.subscriptions ?? []).map((s) => s.id),
      assessments,
      activeSpeaker: peer.present ? this.media.activeSpeaker : null,
      hands: peer.present ? [...this.#hands] : [],
      messages: peer.present ? this.#chat.recent : [],
      waiting: peer.present && peer.role === 'host' ? this.waitingPeers.map((p) => p.info) : [],
      mediaAlive: peer.endpoint !== null && !peer.endpoint.closed,
      routerRtpCapabilities: { ...routerRtpCapabilities },
      policy: this.#settings.policy,
    };
  }

  /** Closes everything; the peers' connections are told by the owner. */
  close(): void {
    for (const peer of this.peers.values()) {
      peer.state = 'left';
      peer.clearTimers();
      peer.checked?.close();
    }
    this.media.close();
    this.peers.clear();
    this.#assessments.clear();
  }

  /** @returns whose role has changed. */
  #updateRoles(): Peer[] {
    return [...this.peers.values()].filter((peer) => {
      const role = peer.role === 'guest' ? 'guest' : this.roleOf(peer.user.id);
      if (role === peer.role) return false;
      peer.role = role;
      // Who becomes a host decides about those who wait.
      const waiting = role === 'host' ? this.waitingPeers : [];
      for (const one of waiting) peer.connection?.notify('peerWaiting', { peer: one.info });
      return true;
    });
  }

  #eject(peer: Peer): void {
    peer.connection?.notify('callEnded', { callId: this.id, status: this.status, reason: 'removed' });
    const present = peer.present;
    this.remove(peer, 'ejected');
    if (present) this.emit('left', peer, new Date(), 'removed');
  }

  #notifyAll(tell: (connection: Connection) => void): void {
    for (const peer of this.presentPeers) if (peer.connection) tell(peer.connection);
  }

  /** See [Note: One door]. */
  #admit(id: string, role: PeerRole, peer: Peer | null): 'enter' | 'wait' {
    if (this.over) throw new AppError('CALL_OVER', 'This call is over.');
    if (this.restrictions.ejected(id)) throw new AppError('REMOVED', 'The host has removed you from this call.');
    const inside = this.presentPeers.some((p) => p.user.id === id);
    // Another window of the same person gives its place to this one.
    const others = [...this.peers.values()].filter((p) => p !== peer && p.user.id !== id);
    const waiting = others.filter((p) => !p.admitted).length;
    return this.door.admit({ id, role, inside }, { members: others.length - waiting, waiting }, Date.now());
  }

  #open(connection: Connection, visitor: Visitor, state: 'prepared' | 'joined', consent: Consent | null): Peer {
    const { user, guest } = visitor;
    this.media.refuseIfFull();
    const role = guest ? 'guest' : this.roleOf(user.id);
    const admitted = this.#admit(user.id, role, null) === 'enter';
    const peer = new Peer({ visitor, role, state: admitted ? state : 'prepared', admitted, connection, consent });
    peer.stops = this.restrictions.stopsOf(user.id);
    this.peers.set(peer.id, peer);
    peer.checked = this.#checks.watch({ callId: this.id, peerId: peer.id, userId: user.id });
    this.#checks.setPolicy(this.id, this.#checkPolicy);
    if (consent) this.#setConsent(peer, consent);
    return peer;
  }

  #wait(peer: Peer): void {
    if (peer.state === 'waiting') return;
    peer.state = 'waiting';
    peer.admitted = false;
    peer.joinedAt = new Date();
    this.media.reconcile(peer);
    this.#notifyHosts((c) => c.notify('peerWaiting', { peer: peer.info }));
  }

  #enter(peer: Peer): void {
    this.door.remember(peer.user.id);
    peer.admitted = true;
    peer.state = 'joined';
    peer.joinedAt = new Date();
    if (this.restrictions.holdOf(peer.user.id)) this.#settleHold(peer);
    else this.media.reconcile(peer);
    this.#notifyOthers(peer, (c) => c.notify('peerJoined', { peer: peer.info }));
    // Nobody was told of looks at somebody who was not in yet; they may be the last for a while.
    const views = this.#assessments.get(peer.id);
    if (views) this.#tellAssessment(peer, views);
    this.media.entered(peer);
    this.emit('joined', peer);
  }

  #waiting(peerId: string): Peer {
    const peer = this.peers.get(peerId);
    if (peer?.state !== 'waiting') throw notFound();
    return peer;
  }

  /** Takes a place away while the call goes on, and tells its page why. */
  #turnOut(peer: Peer, reason: 'joined_elsewhere' | 'denied'): void {
    peer.connection?.notify('callEnded', { callId: this.id, status: this.status, reason });
    this.leave(peer, new Date(), reason);
  }

  /** Of whose picture somebody may be told: in the call of everybody's there, hosts also of those who wait, all of their own. */
  #mayKnow(viewer: Peer, judged: Peer): boolean {
    if (viewer === judged) return viewer.present || viewer.state === 'waiting';
    return viewer.present && (judged.present || (judged.state === 'waiting' && viewer.role === 'host'));
  }

  #tellOfConnection(peer: Peer): void {
    if (peer.present) this.#notifyOthers(peer, (c) => c.notify('peerUpdated', { peer: peer.info }));
    else this.#notifyHosts((c) => c.notify('peerWaiting', { peer: peer.info }));
  }

  #notifyHosts(tell: (connection: Connection) => void): void {
    for (const peer of this.presentPeers) if (peer.role === 'host' && peer.connection) tell(peer.connection);
  }

  #setConsent(peer: Peer, consent: Consent): void {
    peer.consent = consent;
    peer.checked?.setConsent(consent.check);
  }

  #notifyOthers(peer: Peer, tell: (connection: Connection) => void): void {
    for (const other of this.presentPeers) if (other !== peer && other.connection) tell(other.connection);
  }
}

/** A person's own numbers reach none of his pages: they would tell an attacker how near he is. */
function viewFor(views: AssessmentViews, viewer: Peer, judged: Peer): Assessment {
  return viewer.user.id === judged.user.id ? views.forSelf : views.forOthers;
}

function producersOf(peer: Peer): ProducerInfo[] {
  return (peer.endpoint?.sent ?? []).map(({ producer, source, backgroundChanged }) => ({
    producerId: producer.id,
    peerId: peer.id,
    source,
    paused: producer.paused,
    backgroundChanged,
  }));
}
