import { AppError, notFound } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Room } from '../media/Room.ts';
import type { EndReason } from '../protocol/values.ts';
import { Call, type CallIdentity, type CallOptions, type CallSettings } from './Call.ts';
import type { AdoptedCall, CallEnd, CallRecord, CallStore } from './CallStore.ts';
import type { CameraChecks } from './CameraChecks.ts';
import type { Connection } from './Connection.ts';
import type { Invitations } from './Invitations.ts';
import type { Peer } from './Peer.ts';
import type { PolicyLog } from './PolicyLog.ts';
import type { Presence } from './Presence.ts';
import type { RecordOutbox } from './recordChanges.ts';
import type { RecordWriter } from './RecordWriter.ts';

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

/** What running calls change when they begin and end. */
export interface RunningCallsParts {
  presence: Presence;
  invitations: Invitations;
  writer: RecordWriter;
}

/**
 * The calls that are in memory: how they get there (begun here, taken over from an older boot, or asked for again), what
 * is written when somebody comes or goes, and how they end, each once.
 */
export class RunningCalls {
  readonly #options: CallsOptions;
  readonly #presence: Presence;
  readonly #invitations: Invitations;
  readonly #writer: RecordWriter;
  readonly #live = new Map<string, Call>();
  readonly #loading = new Map<string, Promise<Call>>();
  readonly #endings = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Calls that were ended so far. */
  #ends = 0;
  #heartbeat: NodeJS.Timeout | null = null;

  constructor(options: CallsOptions, parts: RunningCallsParts) {
    this.#options = options;
    this.#presence = parts.presence;
    this.#invitations = parts.invitations;
    this.#writer = parts.writer;
  }

  /** Takes over what an older boot of this node left running, and begins to write signs of life. */
  async open(): Promise<void> {
    const { store, nodeId, bootId, settings, logger } = this.#options;
    for (const record of await store.adopt(nodeId, bootId)) await this.#recover(record);
    this.#heartbeat = setInterval(() => {
      const running = [...this.#live.values()].filter((call) => !call.over).map((call) => call.id);
      if (running.length === 0) return;
      store.touch(running, new Date()).catch((error: unknown) => {
        logger.warn({ err: error }, 'sign of life could not be written');
      });
    }, settings.heartbeatMs);
  }

  /** Calls that ring, that people are in, or that wait for somebody to come back. */
  get all(): readonly Call[] {
    return [...this.#live.values()];
  }

  get(callId: string): Call | undefined {
    return this.#live.get(callId);
  }

  /** Settles when the end of a call that is just ending is durable. */
  async ended(callId: string): Promise<void> {
    await this.#endings.get(callId);
  }

  /** Whether somebody is in a call, or rung by one, or rings somebody. */
  busy(userId: string): boolean {
    if (this.#invitations.of(userId)) return true;
    return [...this.#live.values()].some(({ status, direct, identity, presentPeers }) => {
      const rings = status === 'ringing' && direct && [identity.caller.id, identity.callee?.id].includes(userId);
      return rings || presentPeers.some((p) => p.user.id === userId);
    });
  }

  /** Ends all calls (the server stops) and waits until that is written. */
  async close(): Promise<void> {
    if (this.#heartbeat) clearInterval(this.#heartbeat);
    const running = [...this.#live.values()].filter((call) => call.startTime !== null || call.direct);
    for (const call of running) {
      void this.finish(call, call.status === 'ringing' ? 'failed' : 'ended', 'server_lost');
    }
    await this.#writer.close();
    for (const call of [...this.#live.values()]) {
      this.#invitations.end(call.id);
      this.forget(call);
    }
  }

  /** A new call. It counts at once, also while its row is still being written. */
  begin(identity: CallIdentity, status: 'ringing' | 'active'): Call {
    return this.#add(identity, status, { startTime: null, memory: null });
  }

  #add(identity: CallIdentity, status: 'ringing' | 'active', past: Pick<CallOptions, 'startTime' | 'memory'>): Call {
    const { createRoom, checks, logger, settings } = this.#options;
    const call = new Call({ createRoom, checks, logger, settings, identity, status, ...past });
    this.#live.set(call.id, call);
    call.on('joined', (peer) => this.#presence.enteredCall(peer.user.id));
    call.on('left', (peer, at, reason) => this.#afterLeaving(call, peer, at, reason));
    call.on('failed', () => void this.finish(call, 'ended', 'worker_failed'));
    return call;
  }

  /** Takes a call out of memory without an end in the record. */
  forget(call: Call): void {
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
    // Whoever takes the other one out of a call between two has hung up on him; he was not removed himself.
    const why = reason === 'removed' ? 'hung_up' : reason;
    if (call.direct && call.status === 'active') void this.finish(call, 'ended', why, at);
    else if (!call.direct && call.presentPeers.length === 0) {
      this.after(settings.emptyMeetingMs, call, () => this.#endEmpty(call, at));
    }
  }

  #endEmpty(call: Call, since: Date): void {
    if (call.presentPeers.length > 0) return;
    void this.finish(call, 'ended', 'everyone_left', since);
  }

  /** Ends a call once; later askers get the first one's promise. Pages and media do not wait for the database. */
  finish(call: Call, status: CallEnd['status'], reason: EndReason, endTime = new Date()): Promise<void> {
    const earlier = this.#endings.get(call.id);
    if (earlier) return earlier;
    this.#ends += 1;
    call.status = status;
    const tabs = this.tabsOf(call);
    this.#invitations.end(call.id);
    this.forget(call);
    for (const tab of tabs) tab.notify('callEnded', { callId: call.id, status, reason });
    this.#options.logger.info({ callId: call.id, status, reason }, 'call ended');
    const ending = this.#writer
      .record(call.id, { kind: 'end', callId: call.id, end: { status, reason, endTime } })
      .finally(() => this.#endings.delete(call.id));
    this.#endings.set(call.id, ending);
    return ending;
  }

  /** Writes that somebody takes part, and that the call begins, if he is the first. */
  recordJoin(call: Call, peer: Peer): void {
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

  /** @throws AppError NOT_FOUND. */
  async loadUnlessOver(callId: string): Promise<Call | null> {
    const { endTime, roomId } = await this.record(callId);
    return endTime === null ? this.load(roomId) : null;
  }

  /**
   * A running call that is not in memory: a meeting in which nobody is just now.
   *
   * @throws AppError NOT_FOUND, CALL_OVER.
   */
  async load(roomId: string): Promise<Call> {
    const loading = this.#loading.get(roomId) ?? this.#loadOnce(roomId).finally(() => this.#loading.delete(roomId));
    this.#loading.set(roomId, loading);
    return loading;
  }

  async #loadOnce(roomId: string): Promise<Call> {
    const endsBefore = this.#ends;
    const record = await this.#options.store.find({ roomId });
    if (!record) throw notFound();
    await this.#endings.get(record.id);
    // What was read may be older than an end: a call that is over must not come back by it.
    if (this.#ends !== endsBefore) return this.#loadOnce(roomId);
    const live = this.#live.get(record.id);
    if (live) return live;
    if (record.status !== 'active' && record.status !== 'ringing') {
      // A stranger to a direct call must not learn that it was.
      throw record.callee ? notFound() : new AppError('CALL_OVER', 'This call is over.');
    }
    const call = await this.revive(record, record.status);
    const unusedMs = Date.now() - record.createdAt.getTime();
    if (record.startTime !== null || unusedMs < this.#options.settings.unusedMeetingTtlMs) return call;
    await this.finish(call, 'ended', 'everyone_left', record.createdAt);
    throw new AppError('CALL_OVER', 'This call is over.');
  }

  /** Takes a call from the database into memory, once. */
  async revive(record: CallRecord, status: 'ringing' | 'active'): Promise<Call> {
    const { store, policyLog } = this.#options;
    const [known, policy] = await Promise.all([store.memory(record.id), policyLog.entries(record.id)]);
    const memory = { ...known, policy };
    const live = this.#live.get(record.id);
    if (live) return live;
    return this.#add(record, status, { startTime: record.startTime, memory });
  }

  async #recover(record: AdoptedCall): Promise<void> {
    const { settings } = this.#options;
    if (record.status === 'ringing') {
      await this.#options.store.end(record.id, { status: 'failed', reason: 'server_lost', endTime: record.lastSeenAt });
    } else if (record.startTime !== null) {
      const call = await this.revive(record, 'active');
      this.after(settings.recoverMs, call, () => this.#endUnlessBack(call, record.lastSeenAt));
    }
  }

  /** After a restart: nobody back in time ends the call; one of two is given as long as a lost peer is. */
  #endUnlessBack(call: Call, lastSeenAt: Date, patient = true): void {
    const wanted = call.direct ? 2 : 1;
    const present = call.presentPeers.length;
    if (present >= wanted) return;
    if (present > 0 && patient) {
      const { keepPeerMs } = this.#options.settings;
      this.after(keepPeerMs, call, () => this.#endUnlessBack(call, lastSeenAt, false));
    } else void this.finish(call, 'ended', 'server_lost', lastSeenAt);
  }

  /** Everybody whom a change of the call concerns: both sides' tabs in a direct call, the pages inside a meeting. */
  tabsOf(call: Call): ReadonlySet<Connection> {
    const { caller, callee } = call.identity;
    const inside = [...call.peers.values()].flatMap((p) => (p.connection ? [p.connection] : []));
    const sides = callee ? [caller, callee].flatMap((p) => this.#presence.connectionsOf(p.id)) : [];
    return new Set([...inside, ...sides]);
  }

  /** @throws AppError NOT_FOUND. */
  async record(callId: string): Promise<CallRecord> {
    const record = await this.#options.store.find({ callId });
    if (!record) throw notFound();
    return record;
  }

  /** One timer a call: ringing, empty or recovering, which exclude each other. */
  after(ms: number, call: Call, task: () => unknown): void {
    this.#clearTimer(call);
    this.#timers.set(call.id, setTimeout(task, ms));
  }

  #clearTimer(call: Call): void {
    clearTimeout(this.#timers.get(call.id));
    this.#timers.delete(call.id);
  }
}
