import { randomBytes, randomUUID } from 'node:crypto';
import { AppError, notFound } from '../errors.ts';
import type { ChatMessage, Joined, Person, RequestData } from '../protocol/signaling.ts';
import type { CallType, Consent, EndReason, Presence as PresenceValue } from '../protocol/values.ts';
import type { Call } from './Call.ts';
import type { CallDetails, CallEnd, CallRecord, CallStore } from './CallStore.ts';
import { toChatMessage } from './ChatLog.ts';
import type { Connection } from './Connection.ts';
import { Moderation } from './Moderation.ts';
import type { Peer } from './Peer.ts';
import { Invitations } from './Invitations.ts';
import { NoticeLimit } from './NoticeLimit.ts';
import { Presence } from './Presence.ts';
import type { Visitor } from './Visitor.ts';
import { qualityScore } from './quality.ts';
import { RecordWriter } from './RecordWriter.ts';
import { RunningCalls, type CallsOptions } from './RunningCalls.ts';

/**
 * What people do with calls: begin, ring, enter, answer, talk, end. What the database must know is durable before an
 * asker is answered; media and notifications do not wait for it.
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
  readonly #writer: RecordWriter;
  readonly #running: RunningCalls;
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
    this.#running = new RunningCalls(options, {
      presence: this.#presence,
      invitations: this.#invitations,
      writer: this.#writer,
    });
    this.store = {
      active: async (...asked) => this.#writer.read(() => store.active(...asked)),
      history: async (...asked) => this.#writer.read(() => store.history(...asked)),
      details: async (...asked) => this.#writer.read(() => store.details(...asked)),
    };
  }

  /** Applies what an earlier process could not write, and takes over the calls that it left running. */
  async open(): Promise<void> {
    await this.#writer.replay();
    await this.#running.open();
  }

  /** Ends all calls (the server stops) and waits until that is written. */
  async close(): Promise<void> {
    await this.#running.close();
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
    for (const call of this.#running.all) {
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
    return this.#running.all;
  }

  live(callId: string): Call | undefined {
    return this.#running.get(callId);
  }

  /** What was lost may be the answer to COMMIT alone: a row that is there after all must not ring for ever. */
  #takeBack({ id, createdAt }: { id: string; createdAt: Date }): void {
    const end = { status: 'failed', reason: 'server_lost', endTime: createdAt } as const;
    void this.#writer.record(id, { kind: 'end', callId: id, end });
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
    if (callee && this.#running.busy(callee.id)) throw new AppError('BUSY', `${callee.username} is in another call.`);
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
    const call = this.#running.begin(identity, status);
    try {
      await this.#makeRoomFor(caller.id);
      const { id, roomId, callType, title, createdAt } = identity;
      const people = { callerId: caller.id, calleeId: callee?.id ?? null };
      await store.create({ id, roomId, callType, title, lobby, createdAt, status, nodeId, bootId, ...people });
    } catch (error) {
      this.#running.forget(call);
      if (error instanceof AppError && error.code === 'UNAVAILABLE') this.#takeBack(identity);
      throw error;
    }
    if (callee) {
      const ringing = { call: call.info, from: caller };
      for (const tab of this.#presence.connectionsOf(callee.id)) tab.notify('callRinging', ringing);
      this.#running.after(settings.ringTimeoutMs, call, () => this.#running.finish(call, 'missed', 'no_answer'));
    }
    return this.#running.record(call.id);
  }

  /**
   * The running call of a room, for somebody who may enter it.
   *
   * @throws AppError NOT_FOUND for a room that is not there or not his, CALL_OVER for one that has ended.
   */
  async enter(roomId: string, visitor: Visitor): Promise<Call> {
    const live = this.#running.all.find((call) => call.identity.roomId === roomId);
    const call = live ?? (await this.#running.load(roomId));
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
    // Who comes by the link while it rings for him has answered, too.
    if (peer.present) this.#invitations.answer(call.id, connection);
    if (peer.present) this.#running.recordJoin(call, peer);
    try {
      return { peer, answer: await call.joinedAnswer(peer) };
    } catch (error) {
      // There is no room for its media: it must not stay as somebody whom nobody sees.
      call.leave(peer, new Date(), 'hung_up');
      throw error;
    }
  }

  /** A host lets somebody in from the waiting room. */
  async letIn(call: Call, peerId: string): Promise<void> {
    const peer = call.letIn(peerId);
    this.#running.recordJoin(call, peer);
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
    call.requireHere(prepared);
    call.status = 'active';
    for (const peer of [...call.peers.values()]) {
      // Whoever is inside already is turned out as he joins again, which is told and counted.
      if (peer.user.id === id && peer !== prepared && !peer.present) call.remove(peer);
    }
    const joining = this.join(call, connection, visitor, prepared, consent);
    for (const tab of this.#running.tabsOf(call)) {
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
    if (!this.#running.busy(user.id)) throw new AppError('CONFLICT', `${user.username} is free. Call now.`);
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
    if (this.#running.busy(user.id)) throw new AppError('BUSY', `${user.username} is in another call.`);
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
    for (const tab of this.#running.tabsOf(call)) tab.notify('callDeclined', { callId });
    await this.#running.finish(call, 'declined', 'declined');
  }

  /**
   * Ends a call for everybody. Idempotent.
   *
   * @throws AppError NOT_FOUND for strangers, FORBIDDEN for somebody who took part but is not a host.
   */
  async end(callId: string, userId: string): Promise<CallRecord> {
    const running = this.#running.get(callId);
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
    await this.#running.ended(callId);
    const call = this.#running.get(callId) ?? (await this.#running.loadUnlessOver(callId));
    if (call) await this.#running.finish(call, ...endingOf(call, userId));
    return this.#running.record(callId);
  }

  /** @throws AppError NOT_FOUND for strangers and calls that are not meetings or over, FORBIDDEN for who is no host. */
  async checkHost(callId: string, userId: string): Promise<void> {
    const details = await this.store.details(callId, userId);
    if (details?.call.endTime !== null || details.call.callee !== null) throw notFound();
    if (!isHost(userId, details, this.#running.get(callId)))
      throw new AppError('FORBIDDEN', 'Only a host may do this.');
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
    await this.#running.finish(call, status, reason, endTime);
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
    if (cancels) await this.#running.finish(call, 'missed', 'cancelled');
    await this.#running.ended(call.id);
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
    const call = this.#running.get(callId) ?? (await this.#running.loadUnlessOver(callId));
    if (call) await this.#running.finish(call, call.status === 'ringing' ? 'missed' : 'ended', 'administrator');
  }

  /** From now on no call begins; those that run go on. */
  drain(): void {
    this.#draining = true;
  }

  /** Whether somebody is in a call, or one rings. */
  get inUse(): boolean {
    return this.running().some((call) => call.status === 'ringing' || call.presentPeers.length > 0);
  }

  /** Keeps a caller below his share of running calls by ending his oldest meeting that nobody ever used. */
  async #makeRoomFor(callerId: string): Promise<void> {
    const own = (await this.#options.store.active(callerId)).filter((record) => record.caller.id === callerId);
    if (own.length < this.#options.settings.maxActivePerUser) return;
    const unused = own.filter((r) => r.callee === null && r.startTime === null && !this.#running.get(r.id)?.peers.size);
    const oldest = unused.reduce<CallRecord | null>((a, b) => (a && a.createdAt < b.createdAt ? a : b), null);
    if (!oldest) throw new AppError('RATE_LIMITED', 'You have too many calls running.', { retryAfterS: 60 });
    const call = this.#running.get(oldest.id) ?? (await this.#running.revive(oldest, 'active'));
    await this.#running.finish(call, 'ended', 'everyone_left');
  }

  #ringing(callId: string, calleeId: string): Call {
    const call = this.#running.get(callId);
    if (call?.identity.callee?.id !== calleeId) throw notFound();
    if (call.status !== 'ringing') throw new AppError('CALL_OVER', 'This call does not ring any more.');
    return call;
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
