import { randomBytes, randomUUID } from 'node:crypto';
import { AppError, notFound } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Room } from '../media/Room.ts';
import type { ChatMessage, Joined, Person, RequestData } from '../protocol/signaling.ts';
import type { CallType, Consent, EndReason, Presence as PresenceValue } from '../protocol/values.ts';
import { Call, type CallSettings } from './Call.ts';
import type { AdoptedCall, CallDetails, CallEnd, CallRecord, CallStore } from './CallStore.ts';
import type { CameraChecks } from './CameraChecks.ts';
import { toChatMessage } from './ChatLog.ts';
import type { Connection } from './Connection.ts';
import { Moderation } from './Moderation.ts';
import type { Peer } from './Peer.ts';
import { Invitations } from './Invitations.ts';
import { NoticeLimit } from './NoticeLimit.ts';
import type { PolicyLog } from './PolicyLog.ts';
import { Presence } from './Presence.ts';
import type { Visitor } from './Visitor.ts';
import { qualityScore } from './quality.ts';
import type { RecordOutbox } from './recordChanges.ts';
import { RecordWriter } from './RecordWriter.ts';

export interface CallsSettings extends CallSettings {
  ringTimeoutMs: number;
  emptyMeetingMs: number;
  unusedMeetingTtlMs: number;
  recoverMs: number;
  heartbeatMs: number;
  maxActivePerUser: number;
}

export interface CallsOptions {
  store: CallStore;
  policyLog: PolicyLog;
  settings: CallsSettings;
  createRoom: () => Promise<Room>;
  checks: CameraChecks;
  logger: Logger;
  nodeId: string;
  bootId: string;
  /** Where changes to the record are safe while the database is away. */
  outbox?: RecordOutbox;
}

/**
 * All running calls, and the only place where a call begins, is answered and ends. What the database must know is
 * durable before an asker is answered; media and notifications do not wait for it.
 */
export class Calls {
  /** The record as REST shows it: what has happened before is in it. */
  readonly store: Pick<CallStore, 'active' | 'history' | 'details'>;
  /** What is done to people in calls. */
  readonly moderation: Moderation;
  readonly #options: CallsOptions;
  readonly #presence = new Presence();
  readonly #invitations: Invitations;
  readonly #notices = new NoticeLimit();
  readonly #live = new Map<string, Call>();
  readonly #loading = new Map<string, Promise<Call>>();
  readonly #endings = new Map<string, Promise<void>>();
  readonly #writer: RecordWriter;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #heartbeat: NodeJS.Timeout | null = null;
  #draining = false;

  constructor(options: CallsOptions) {
    this.#options = options;
    const { store } = options;
    this.#invitations = new Invitations({
      tabsOf: (userId) => this.#presence.connectionsOf(userId),
      ringMs: options.settings.ringTimeoutMs,
    });
    this.moderation = new Moderation(options.policyLog);
    this.#writer = new RecordWriter({ store, outbox: options.outbox ?? null, logger: options.logger });
    this.store = {
      active: async (...asked) => this.#writer.read(() => store.active(...asked)),
      history: async (...asked) => this.#writer.read(() => store.history(...asked)),
      details: async (...asked) => this.#writer.read(() => store.details(...asked)),
    };
  }

  /** Takes over what an older boot of this node left running, and begins to write signs of life. */
  async open(): Promise<void> {
    const { store, nodeId, bootId, settings, logger } = this.#options;
    await this.#writer.replay();
    for (const record of await store.adopt(nodeId, bootId)) await this.#recover(record);
    this.#heartbeat = setInterval(() => {
      const running = [...this.#live.values()].filter((call) => !call.over).map((call) => call.id);
      if (running.length === 0) return;
      store.touch(running, new Date()).catch((error: unknown) => {
        logger.warn({ err: error }, 'sign of life could not be written');
      });
    }, settings.heartbeatMs);
  }

  presenceOf(userId: string): PresenceValue {
    return this.#presence.of(userId);
  }

  watchPresence(connection: Connection, userIds: readonly string[]): { userId: string; presence: PresenceValue }[] {
    this.#presence.watch(connection, userIds);
    return userIds.map((userId) => ({ userId, presence: this.#presence.of(userId) }));
  }

  /** A tab is there: it is told of a call that rings for its user already. */
  connected(connection: Connection): void {
    this.#presence.connected(connection);
    for (const call of this.#live.values()) {
      if (call.status === 'ringing' && call.identity.callee?.id === connection.userId) {
        connection.notify('callRinging', { call: call.info, from: call.identity.caller });
      }
    }
    this.#invitations.remind(connection);
  }

  /** Nothing has come from a connection for some seconds, or something has come again. */
  setSilent(connection: Connection, silent: boolean): void {
    this.#presence.setSilent(connection, silent);
  }

  disconnected(connection: Connection): void {
    this.#presence.disconnected(connection);
  }

  /** Calls that ring, that people are in, or that wait for somebody to come back. */
  running(): readonly Call[] {
    return [...this.#live.values()];
  }

  live(callId: string): Call | undefined {
    return this.#live.get(callId);
  }

  /**
   * Starts a call to a person, which rings on all his tabs, or a meeting by link.
   *
   * @throws AppError BUSY when the callee is in a call, RATE_LIMITED when the caller has too many running.
   */
  async start(options: {
    caller: Person;
    callee: Person | null;
    callType: CallType;
    title: string | null;
    lobby?: boolean;
  }): Promise<CallRecord> {
    const { store, settings, nodeId, bootId } = this.#options;
    const { caller, callee, lobby = false } = options;
    if (this.#draining) throw new AppError('UNAVAILABLE', 'This server is about to stop.', { retryAfterS: 5 });
    if (callee?.id === caller.id) throw new AppError('VALIDATION', 'You cannot call yourself.');
    if (callee && this.#busy(callee.id)) throw new AppError('BUSY', `${callee.username} is in another call.`);
    if (callee && lobby) throw new AppError('VALIDATION', 'Only meetings have a waiting room.');
    const status = callee ? 'ringing' : 'active';
    const identity = {
      id: randomUUID(),
      roomId: randomBytes(16).toString('base64url'),
      createdAt: new Date(),
      ...options,
      lobby,
      locked: false,
    };
    // Registered at once, so that a second caller finds the callee busy while the first row is being written.
    const parts = { ...this.#callParts(), identity, status, settings } as const;
    const call = this.#add(new Call({ ...parts, startTime: null, memory: null }));
    try {
      await this.#makeRoomFor(caller.id);
      const { id, roomId, callType, title, createdAt } = identity;
      const people = { callerId: caller.id, calleeId: callee?.id ?? null };
      await store.create({ id, roomId, callType, title, lobby, createdAt, status, nodeId, bootId, ...people });
    } catch (error) {
      this.#forget(call);
      throw error;
    }
    if (callee) {
      const ringing = { call: call.info, from: caller };
      for (const tab of this.#presence.connectionsOf(callee.id)) tab.notify('callRinging', ringing);
      this.#after(settings.ringTimeoutMs, call, () => this.#finish(call, 'missed', 'no_answer'));
    }
    return this.#record(call.id);
  }

  /**
   * The running call of a room, for somebody who may enter it.
   *
   * @throws AppError NOT_FOUND for a room that is not there or not his, CALL_OVER for one that has ended.
   */
  async enter(roomId: string, visitor: Visitor): Promise<Call> {
    const live = [...this.#live.values()].find((call) => call.identity.roomId === roomId);
    const call = live ?? (await this.#load(roomId));
    const invited = this.#invitations.of(visitor.user.id)?.call === call;
    if (!call.mayEnter(visitor) && !invited) throw notFound();
    if (call.over) throw new AppError('CALL_OVER', 'This call is over.');
    return call;
  }

  async join(
    call: Call,
    connection: Connection,
    visitor: Visitor,
    prepared: Peer | null,
    consent: Consent | null,
  ): Promise<{ peer: Peer; answer: Joined }> {
    const peer = call.join(connection, visitor, prepared, consent);
    if (peer.present) this.#recordJoin(call, peer);
    return { peer, answer: await call.joinedAnswer(peer) };
  }

  /** A host lets somebody in from the waiting room. */
  async letIn(call: Call, peerId: string): Promise<void> {
    const peer = call.letIn(peerId);
    this.#recordJoin(call, peer);
    peer.connection?.notify('admitted', await call.joinedAnswer(peer));
  }

  /** Nobody new enters once the database knows it, so that a restart does not open the door. */
  async lock(call: Call, locked: boolean): Promise<void> {
    await this.#options.store.setLocked(call.id, locked);
    call.setLocked(locked);
  }

  /** The callee takes the call: it begins, and his other tabs stop ringing. */
  async answer(
    callId: string,
    connection: Connection,
    visitor: Visitor,
    prepared: Peer | null,
    consent: Consent | null,
  ): Promise<{ call: Call; peer: Peer; answer: Joined }> {
    const invited = await this.#answerInvitation(callId, connection, visitor, prepared, consent);
    if (invited) return invited;
    const { id } = visitor.user;
    const call = this.#ringing(callId, id);
    call.status = 'active';
    for (const peer of [...call.peers.values()]) {
      if (peer.user.id === id && peer !== prepared) call.remove(peer);
    }
    const joining = this.join(call, connection, visitor, prepared, consent);
    for (const tab of this.#tabsOf(call)) {
      if (tab !== connection) tab.notify('callAnswered', { call: call.info });
    }
    return { call, ...(await joining) };
  }

  /**
   * Tells somebody in a call who else wanted to talk to him.
   *
   * @throws AppError CONFLICT when he is free, RATE_LIMITED when he was told of the same person a moment ago.
   */
  letKnow(from: Person, user: Person, callType: CallType): void {
    if (from.id === user.id) throw new AppError('VALIDATION', 'That is you.');
    if (!this.#busy(user.id)) throw new AppError('CONFLICT', `${user.username} is free. Call now.`);
    const tabs = this.#presence.connectionsOf(user.id);
    if (!this.#notices.take(`${from.id} ${user.id}`, Date.now())) {
      throw new AppError('RATE_LIMITED', 'They have just been told.', { retryAfterS: 60 });
    }
    for (const tab of tabs) tab.notify('calledWhileBusy', { from, callType });
  }

  /**
   * Rings somebody into a running call.
   *
   * @throws AppError CONFLICT when he is in it, BUSY when he is in another or rung already, LOCKED, CALL_OVER.
   */
  ring(call: Call, from: Peer, user: Person): void {
    if (call.status !== 'active') throw new AppError('CALL_OVER', 'This call is not running.');
    if (call.door.locked) throw new AppError('LOCKED', 'The meeting is locked. Unlock it first.');
    if (call.presentPeers.some((p) => p.user.id === user.id)) {
      throw new AppError('CONFLICT', `${user.username} is in this call already.`);
    }
    if (this.#busy(user.id)) throw new AppError('BUSY', `${user.username} is in another call.`);
    this.#invitations.ring({ call, user, from });
  }

  /** Somebody who is rung into a running call comes. */
  async #answerInvitation(
    callId: string,
    connection: Connection,
    visitor: Visitor,
    prepared: Peer | null,
    consent: Consent | null,
  ): Promise<{ call: Call; peer: Peer; answer: Joined } | null> {
    const invitation = this.#invitations.answer(callId, connection);
    if (!invitation) return null;
    const { call, from } = invitation;
    // Whom a host calls in need not wait for a host.
    if (from.role === 'host') call.door.remember(visitor.user.id);
    if (call.direct) {
      call.becomeMeeting();
      void this.#writer.write(call.id, () => this.#options.store.becomeMeeting(call.id));
    }
    return { call, ...(await this.join(call, connection, visitor, prepared, consent)) };
  }

  async decline(callId: string, userId: string): Promise<void> {
    if (this.#invitations.decline(callId, userId)) return;
    const call = this.#ringing(callId, userId);
    for (const tab of this.#tabsOf(call)) tab.notify('callDeclined', { callId });
    await this.#finish(call, 'declined', 'declined');
  }

  /**
   * Ends a call for everybody. Idempotent.
   *
   * @throws AppError NOT_FOUND for strangers, FORBIDDEN for somebody who took part but is not a host.
   */
  async end(callId: string, userId: string): Promise<CallRecord> {
    const running = this.#live.get(callId);
    let details: CallDetails | null;
    try {
      details = await this.#options.store.details(callId, userId);
    } catch (error) {
      const away = error instanceof AppError && error.code === 'UNAVAILABLE';
      if (away && running && !running.over) return this.#endFromMemory(running, userId);
      throw error;
    }
    if (!details && !running?.presentPeers.some((p) => p.user.id === userId)) throw notFound();
    if (!isHost(userId, details, running)) {
      throw new AppError('FORBIDDEN', 'Only the host can end this meeting.');
    }
    await this.#endings.get(callId);
    const call = this.#live.get(callId) ?? (await this.#loadUnlessOver(callId));
    if (call) await this.#finish(call, ...endingOf(call, userId));
    return this.#record(callId);
  }

  /** @throws AppError NOT_FOUND for strangers and calls that are not meetings or over, FORBIDDEN for who is no host. */
  async checkHost(callId: string, userId: string): Promise<void> {
    const details = await this.store.details(callId, userId);
    if (details?.call.endTime !== null || details.call.callee !== null) throw notFound();
    if (!isHost(userId, details, this.#live.get(callId))) throw new AppError('FORBIDDEN', 'Only a host may do this.');
  }

  /** While the database is away: what is known of the call here is enough to decide, and the end goes to the outbox. */
  async #endFromMemory(call: Call, userId: string): Promise<CallRecord> {
    const { identity, startTime } = call;
    const people = new Set([...call.presentPeers.map((peer) => peer.user.id), identity.caller.id]);
    if (identity.callee) people.add(identity.callee.id);
    if (!people.has(userId)) throw notFound();
    if (!call.direct && identity.caller.id !== userId) {
      throw new AppError('FORBIDDEN', 'Only the host can end this meeting.');
    }
    const [status, reason] = endingOf(call, userId);
    const endTime = new Date();
    await this.#finish(call, status, reason, endTime);
    const durationS = startTime ? Math.max(0, Math.floor((endTime.getTime() - startTime.getTime()) / 1000)) : 0;
    const counted = { participantCount: startTime ? people.size : 0, securityStatus: null };
    return { ...identity, status, startTime, endTime, durationS, endReason: reason, ...counted };
  }

  /** Keeps what a page measured. Losing one is no harm, so it is never tried again. */
  async recordQuality(call: Call, peer: Peer, sample: RequestData<'reportQuality'>): Promise<void> {
    if (call.startTime === null) return;
    const { bitrateBps, loss, rttMs, freezeS } = sample;
    const measured = { bitrateBps, loss, rttMs, freezeS };
    const score = qualityScore(measured);
    await this.#options.store.saveQuality({
      callId: call.id,
      userId: peer.user.id,
      at: new Date(),
      score,
      ...measured,
    });
  }

  /** Others read at once; the record follows, as it does for everything that is only seen. */
  sendChat(call: Call, peer: Peer, { requestId, text }: RequestData<'sendChat'>): ChatMessage {
    const { message, isNew } = call.say(peer, requestId, text);
    if (isNew) void this.#writer.write(call.id, () => this.#options.store.saveMessage(call.id, message));
    return toChatMessage(message);
  }

  /** A peer goes by its own wish, or its page closed. */
  async leave(call: Call, peer: Peer): Promise<void> {
    const cancels = call.status === 'ringing' && call.identity.caller.id === peer.user.id && peer.present;
    call.leave(peer, new Date(), 'hung_up');
    if (cancels) await this.#finish(call, 'missed', 'cancelled');
    await this.#endings.get(call.id);
  }

  /** Takes everybody out who came by this sign-in, also those who are only being waited for. */
  endSession(sessionId: string): void {
    for (const call of this.running()) {
      for (const peer of [...call.peers.values()]) {
        if (peer.sessionId === sessionId) void this.leave(call, peer);
      }
    }
  }

  /** Ends a running call for an administrator. @throws AppError NOT_FOUND. */
  async endAsAdministrator(callId: string): Promise<void> {
    const call = this.#live.get(callId) ?? (await this.#loadUnlessOver(callId));
    if (call) await this.#finish(call, call.status === 'ringing' ? 'missed' : 'ended', 'administrator');
  }

  /** From now on no call begins; those that run go on. */
  drain(): void {
    this.#draining = true;
  }

  /** Whether somebody is in a call, or one rings. */
  get inUse(): boolean {
    return this.running().some((call) => call.status === 'ringing' || call.presentPeers.length > 0);
  }

  /** Ends all calls (the server stops) and waits until that is written. */
  async close(): Promise<void> {
    if (this.#heartbeat) clearInterval(this.#heartbeat);
    const running = [...this.#live.values()].filter((call) => call.startTime !== null || call.direct);
    for (const call of running) {
      void this.#finish(call, call.status === 'ringing' ? 'failed' : 'ended', 'server_lost');
    }
    await this.#writer.close();
    for (const call of [...this.#live.values()]) {
      this.#invitations.end(call.id);
      this.#forget(call);
    }
  }

  #callParts(): Pick<CallsOptions, 'createRoom' | 'checks' | 'logger'> {
    const { createRoom, checks, logger } = this.#options;
    return { createRoom, checks, logger };
  }

  #add(call: Call): Call {
    this.#live.set(call.id, call);
    call.on('joined', (peer) => this.#presence.enteredCall(peer.user.id));
    call.on('left', (peer, at, reason) => this.#afterLeaving(call, peer, at, reason));
    call.on('failed', () => void this.#finish(call, 'ended', 'worker_failed'));
    return call;
  }

  #forget(call: Call): void {
    this.#clearTimer(call);
    for (const peer of call.presentPeers) this.#presence.leftCall(peer.user.id);
    this.#live.delete(call.id);
    call.close();
    call.removeAllListeners();
  }

  #afterLeaving(call: Call, peer: Peer, at: Date, reason: EndReason): void {
    const { settings } = this.#options;
    this.#presence.leftCall(peer.user.id);
    void this.#writer.record(call.id, { kind: 'left', peerId: peer.id, at });
    if (call.over || reason === 'joined_elsewhere') return;
    if (call.direct && call.status === 'active') void this.#finish(call, 'ended', reason, at);
    else if (!call.direct && call.presentPeers.length === 0) {
      this.#after(settings.emptyMeetingMs, call, () => this.#endEmpty(call, at));
    }
  }

  #endEmpty(call: Call, since: Date): void {
    if (call.presentPeers.length > 0) return;
    void this.#finish(call, 'ended', 'everyone_left', since);
  }

  /** Ends a call once; later askers get the first one's promise. Pages and media do not wait for the database. */
  #finish(call: Call, status: CallEnd['status'], reason: EndReason, endTime = new Date()): Promise<void> {
    const earlier = this.#endings.get(call.id);
    if (earlier) return earlier;
    call.status = status;
    const tabs = this.#tabsOf(call);
    this.#invitations.end(call.id);
    this.#forget(call);
    for (const tab of tabs) tab.notify('callEnded', { callId: call.id, status, reason });
    this.#options.logger.info({ callId: call.id, status, reason }, 'call ended');
    const ending = this.#writer
      .record(call.id, { kind: 'end', callId: call.id, end: { status, reason, endTime } })
      .finally(() => this.#endings.delete(call.id));
    this.#endings.set(call.id, ending);
    return ending;
  }

  #recordJoin(call: Call, peer: Peer): void {
    this.#options.logger.info({ callId: call.id, peerId: peer.id }, 'peer joined');
    // Who waits inside while it rings takes part from the answer on.
    if (call.status === 'ringing') return;
    this.#clearTimer(call);
    const begins = call.startTime === null;
    const startTime = call.startTime ?? new Date();
    call.startTime = startTime;
    const newcomers = (begins ? call.presentPeers : [peer]).map(({ id: peerId, user, role, joinedAt, consent }) => {
      const since = joinedAt && joinedAt > startTime ? joinedAt : startTime;
      return { callId: call.id, userId: user.id, peerId, role, joinedAt: since, consent };
    });
    if (begins) void this.#writer.record(call.id, { kind: 'begin', callId: call.id, startTime });
    for (const participant of newcomers) void this.#writer.record(call.id, { kind: 'joined', participant });
  }

  async #loadUnlessOver(callId: string): Promise<Call | null> {
    const { endTime, roomId } = await this.#record(callId);
    return endTime === null ? this.#load(roomId) : null;
  }

  /** A running call that is not in memory: a meeting in which nobody is just now. */
  async #load(roomId: string): Promise<Call> {
    const loading = this.#loading.get(roomId) ?? this.#loadOnce(roomId).finally(() => this.#loading.delete(roomId));
    this.#loading.set(roomId, loading);
    return loading;
  }

  async #loadOnce(roomId: string): Promise<Call> {
    const record = await this.#options.store.find({ roomId });
    if (!record) throw notFound();
    const live = this.#live.get(record.id);
    if (live) return live;
    if (record.status !== 'active' && record.status !== 'ringing') {
      // A stranger to a direct call must not learn that it was.
      throw record.callee ? notFound() : new AppError('CALL_OVER', 'This call is over.');
    }
    const call = await this.#revive(record, record.status);
    const unusedMs = Date.now() - record.createdAt.getTime();
    if (record.startTime !== null || unusedMs < this.#options.settings.unusedMeetingTtlMs) return call;
    await this.#finish(call, 'ended', 'everyone_left', record.createdAt);
    throw new AppError('CALL_OVER', 'This call is over.');
  }

  /** Takes a call from the database into memory, once. */
  async #revive(record: CallRecord, status: 'ringing' | 'active'): Promise<Call> {
    const { store, policyLog } = this.#options;
    const [known, policy] = await Promise.all([store.memory(record.id), policyLog.entries(record.id)]);
    const memory = { ...known, policy };
    const live = this.#live.get(record.id);
    if (live) return live;
    const { startTime } = record;
    const { settings } = this.#options;
    return this.#add(new Call({ ...this.#callParts(), identity: record, status, startTime, memory, settings }));
  }

  async #recover(record: AdoptedCall): Promise<void> {
    const { settings } = this.#options;
    if (record.status === 'ringing') {
      await this.#options.store.end(record.id, { status: 'failed', reason: 'server_lost', endTime: record.lastSeenAt });
    } else if (record.startTime !== null) {
      const call = await this.#revive(record, 'active');
      this.#after(settings.recoverMs, call, () => this.#endUnlessBack(call, record.lastSeenAt));
    }
  }

  /** After a restart: nobody back in time ends the call; one of two is given as long as a lost peer is. */
  #endUnlessBack(call: Call, lastSeenAt: Date, patient = true): void {
    const wanted = call.direct ? 2 : 1;
    const present = call.presentPeers.length;
    if (present >= wanted) return;
    if (present > 0 && patient) {
      const { keepPeerMs } = this.#options.settings;
      this.#after(keepPeerMs, call, () => this.#endUnlessBack(call, lastSeenAt, false));
    } else void this.#finish(call, 'ended', 'server_lost', lastSeenAt);
  }

  #busy(userId: string): boolean {
    if (this.#invitations.of(userId)) return true;
    return [...this.#live.values()].some(({ status, direct, identity, presentPeers }) => {
      const rings = status === 'ringing' && direct && [identity.caller.id, identity.callee?.id].includes(userId);
      return rings || presentPeers.some((p) => p.user.id === userId);
    });
  }

  /** Keeps a caller below his share of running calls by ending his oldest meeting that nobody ever used. */
  async #makeRoomFor(callerId: string): Promise<void> {
    const own = (await this.#options.store.active(callerId)).filter((record) => record.caller.id === callerId);
    if (own.length < this.#options.settings.maxActivePerUser) return;
    const unused = own.filter((r) => r.callee === null && r.startTime === null && !this.#live.get(r.id)?.peers.size);
    const oldest = unused.reduce<CallRecord | null>((a, b) => (a && a.createdAt < b.createdAt ? a : b), null);
    if (!oldest) throw new AppError('RATE_LIMITED', 'You have too many calls running.', { retryAfterS: 60 });
    const call = this.#live.get(oldest.id) ?? (await this.#revive(oldest, 'active'));
    await this.#finish(call, 'ended', 'everyone_left');
  }

  #ringing(callId: string, calleeId: string): Call {
    const call = this.#live.get(callId);
    if (call?.identity.callee?.id !== calleeId) throw notFound();
    if (call.status !== 'ringing') throw new AppError('CALL_OVER', 'This call does not ring any more.');
    return call;
  }

  /** Everybody whom a change of the call concerns: both sides' tabs in a direct call, the pages inside a meeting. */
  #tabsOf(call: Call): ReadonlySet<Connection> {
    const { caller, callee } = call.identity;
    const inside = [...call.peers.values()].flatMap((p) => (p.connection ? [p.connection] : []));
    const sides = callee ? [caller, callee].flatMap((p) => this.#presence.connectionsOf(p.id)) : [];
    return new Set([...inside, ...sides]);
  }

  async #record(callId: string): Promise<CallRecord> {
    const record = await this.#options.store.find({ callId });
    if (!record) throw notFound();
    return record;
  }

  /** One timer a call: ringing, empty or recovering, which exclude each other. */
  #after(ms: number, call: Call, task: () => unknown): void {
    this.#clearTimer(call);
    this.#timers.set(call.id, setTimeout(task, ms));
  }

  #clearTimer(call: Call): void {
    clearTimeout(this.#timers.get(call.id));
    this.#timers.delete(call.id);
  }
}

/** A call that is not running just now knows its hosts by their stays. */
function isHost(userId: string, details: CallDetails | null, running: Call | undefined): boolean {
  if (running) return running.roleOf(userId) === 'host';
  if (!details) return false;
  const { call, participants } = details;
  const led = participants.some(({ user, role }) => user.id === userId && role === 'host');
  return led || call.callee !== null || call.caller.id === userId;
}

/** How a call ends that is ended on purpose: by whom, and whether it was ever answered. */
function endingOf(call: Call, userId: string): [CallEnd['status'], EndReason] {
  if (call.status !== 'ringing') return ['ended', 'hung_up'];
  return call.identity.caller.id === userId ? ['missed', 'cancelled'] : ['declined', 'declined'];
}
