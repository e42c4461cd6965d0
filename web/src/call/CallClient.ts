import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Joined, RequestInput } from '../../../src/protocol/signaling.ts';
import type { Consent, Reaction } from '../../../src/protocol/values.ts';
import { codeOf, isTransient, RequestError } from '../api/RequestError.ts';
import { serverNow } from '../api/serverClock.ts';
import type { Signaling } from '../api/Signaling.ts';
import { AssessmentBoard } from './AssessmentBoard.ts';
import { CallChat } from './CallChat.ts';
import { CallSigns } from './CallSigns.ts';
import { HostPowers } from './HostPowers.ts';
import { withMessages } from './chat.ts';
import { notesOf } from './notes.ts';
import { ChallengeClient } from './ChallengeClient.ts';
import {
  initialSnapshot,
  withJoined,
  withoutConsumer,
  withoutPeer,
  withPeer,
  withPolicy,
  withProducer,
  withProducerChange,
  withTrack,
  withTrackChange,
  withWaiting,
  type CallSnapshot,
  type Ring,
} from './callState.ts';
import type { DeviceKind } from './media/devices.ts';
import { CallLink } from './media/CallLink.ts';
import type { LinkReport, NewConsumer } from './media/MediaLink.ts';
import { OwnMedia, type OwnMediaOptions } from './media/OwnMedia.ts';
import type { Place } from './media/ViewerLayers.ts';
import { displayName } from './people.ts';
import { OnlineWatch } from './OnlineWatch.ts';
import { QualityReporter } from './QualityReporter.ts';

export interface CallClientOptions {
  signaling: Signaling;
  roomId: string;
  consent: Consent;
  choices: OwnMediaOptions['choices'];
  /** Told of failures that people should see, such as a device that does not open. */
  onError: (error: unknown) => void;
}

/** Ends of this page's part in a call that goes on. */
const endCodes: Readonly<Record<string, string>> = {
  joined_elsewhere: 'ELSEWHERE',
  denied: 'DENIED',
  removed: 'REMOVED',
};

/** Before going on with a call is tried again on the same connection, ms. */
const retryMs = 1000;
/** A reaction stays on its tile for so long, ms. */
const reactionMs = 5000;

/**
 * One call as this page takes part in it, from the first preparation to its end. Owns the media and keeps `store`, the
 * one value that all screens of the call read. Knows nothing of React.
 *
 * The order is that of the fast join: media is made ready while it rings or before joining (`prepare`), and entering
 * (`join`, `answer`) is then a single request.
 */
export class CallClient {
  readonly store: StoreApi<CallSnapshot> = createStore<CallSnapshot>(() => initialSnapshot);
  readonly chat: CallChat;
  /** Active checks, the own one and what is known of others'. */
  readonly challenges: ChallengeClient;
  readonly host: HostPowers;
  readonly signs: CallSigns;
  readonly #options: CallClientOptions;
  readonly #own: OwnMedia;
  readonly #link: CallLink;
  readonly #board = new AssessmentBoard();
  readonly #online = new OnlineWatch((online) => this.#setOnline(online));
  readonly #quality: QualityReporter;
  readonly #ticker: ReturnType<typeof setInterval>;
  readonly #unsubscribe: Array<() => void> = [];
  #resumeToken: string | null = null;
  readonly #reactionTimers = new Map<string, ReturnType<typeof setTimeout>>();
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CallClientOptions) {
    this.#options = options;
    this.#own = new OwnMedia({
      choices: options.choices,
      onChange: (own) => this.#set({ own }),
      onReplaced: (replaced) => this.#set({ replaced: { ...replaced, atMs: performance.now() } }),
      onError: options.onError,
    });
    this.host = new HostPowers(options.signaling);
    this.signs = new CallSigns(options.signaling);
    this.chat = new CallChat({
      requests: options.signaling,
      read: () => this.snapshot.chat,
      write: (chat) => this.#set({ chat }),
    });
    this.#link = new CallLink({
      signaling: options.signaling,
      own: this.#own,
      onConnected: (connected) => {
        this.#online.set({ media: connected });
        if (!connected) void options.signaling.doubt();
      },
    });
    this.challenges = new ChallengeClient({
      signaling: options.signaling,
      selfId: () => this.snapshot.self?.peerId ?? null,
      onError: options.onError,
    });
    this.#ticker = setInterval(() => this.#showAssessments(), 1000);
    this.#quality = new QualityReporter(
      () => (this.#connected ? this.#link.recvStats : null),
      (quality) => this.#reportQuality(quality),
    );
    this.#handleNotifications();
    window.addEventListener('pagehide', this.#handlePageHide);
  }

  get snapshot(): CallSnapshot {
    return this.store.getState();
  }

  get #connected(): boolean {
    return this.snapshot.phase === 'connected';
  }

  get closed(): boolean {
    return this.snapshot.phase === 'ended';
  }

  /** Makes media ready. The call is over, with a code, when the server does not let this page in. */
  async prepare(): Promise<void> {
    try {
      await this.#options.signaling.untilConnected();
      if (!this.closed) await this.#prepareOnce();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The user is about to enter: the others' cameras make a key frame. */
  intent(): void {
    // Only a hint: the join itself asks for key frames again.
    this.#options.signaling.request('intent', {}).catch(() => undefined);
  }

  async join(): Promise<void> {
    const { signaling, roomId, consent } = this.#options;
    await this.#enter(signaling.request('join', { roomId, consent }));
  }

  async answer(callId: string): Promise<void> {
    const { signaling, consent } = this.#options;
    await this.#enter(signaling.request('answerCall', { callId, consent }));
  }

  async setDevice(kind: DeviceKind, on: boolean): Promise<void> {
    // The server would refuse; a microphone must not look open that nobody hears.
    if (kind === 'mic' && on && this.#mutedByHost) {
      return this.#options.onError(new RequestError('MUTED_BY_HOST', 'the host keeps the microphone off'));
    }
    return this.#own.setWanted(kind, on);
  }

  toggle(kind: DeviceKind): Promise<void> {
    return this.setDevice(kind, this.snapshot.own[kind].state === 'off');
  }

  async toggleScreen(): Promise<void> {
    if (this.snapshot.own.screen !== null) return this.#own.stopScreen();
    // Closing the browser's dialog without a choice is no failure.
    await this.#own.shareScreen().catch(() => undefined);
  }

  /** How media flow now; null while there is no connection. */
  async linkReport(): Promise<LinkReport | null> {
    return this.#link.report();
  }

  /** A tile shows a video in this place, or no longer. */
  showVideo(consumerId: string, tile: object, place: Place | null): void {
    this.#link.showVideo(consumerId, tile, place);
  }

  /** Leaves; a direct call ends with that, for both. What was only prepared is given up without anybody's notice. */
  async leave(): Promise<void> {
    if (this.closed) return;
    this.close('LEFT');
    await this.#options.signaling.request('leave', {});
  }

  /** Rings somebody into this call; `rings` tells how it goes on. @throws RequestError */
  async ring(user: { id: string; name: string }): Promise<void> {
    this.#setRing(user.id, { name: user.name, state: 'ringing' });
    try {
      await this.#options.signaling.request('ringPerson', { userId: user.id });
    } catch (error) {
      const { [user.id]: _gone, ...others } = this.snapshot.rings;
      if (codeOf(error) === 'BUSY') return this.#setRing(user.id, { name: user.name, state: 'busy' });
      this.#set({ rings: others });
      throw error;
    }
  }

  /** Lets somebody in who waits, or sends him away (hosts). */
  async decide(peerId: string, decision: 'admitPeer' | 'denyPeer'): Promise<void> {
    await this.#options.signaling.request(decision, { peerId });
  }

  /** Lets nobody new in, or everybody again (hosts). */
  async setLocked(locked: boolean): Promise<void> {
    await this.#options.signaling.request('lockCall', { locked });
  }

  /** Ends a meeting for everybody (hosts). */
  async endForAll(): Promise<void> {
    await this.#options.signaling.request('endCall', {});
  }

  /** Frees everything; `code` says why the call is over for this page. */
  close(code: string): void {
    if (this.closed) return;
    window.removeEventListener('pagehide', this.#handlePageHide);
    for (const stop of this.#unsubscribe) stop();
    clearInterval(this.#ticker);
    this.#online.close();
    clearTimeout(this.#retryTimer);
    for (const timer of this.#reactionTimers.values()) clearTimeout(timer);
    this.#quality.close();
    this.challenges.close();
    this.#own.close();
    this.#link.close();
    this.#set({ phase: 'ended', endCode: code });
  }

  // Entering

  async #prepareOnce(): Promise<void> {
    const { signaling, roomId, consent } = this.#options;
    const prepared = await signaling.request('prepare', { roomId, consent });
    if (this.closed) return;
    this.#set({ call: prepared.call, self: { ...prepared.self, stops: [] } });
    await this.#link.open(prepared.routerRtpCapabilities, prepared.sendTransport, prepared.recvTransport);
    if (this.snapshot.phase === 'opening') this.#set({ phase: 'prepared' });
  }

  async #enter(request: Promise<Joined>): Promise<void> {
    this.#link.forceKeyFrame();
    try {
      const joined = await request;
      if (!this.closed) this.#accept(joined);
    } catch (error) {
      this.#fail(error);
    }
  }

  #accept(joined: Joined): void {
    this.#resumeToken = joined.self.resumeToken;
    for (const { peerId, assessment } of joined.assessments) this.#board.receive(peerId, assessment, serverNow());
    this.#set(withJoined(this.snapshot, joined));
    if (joined.self.state === 'waiting') this.#set({ phase: 'waiting' });
    else this.#setStatus(joined.call.status);
    this.#obeyMute(this.#mutedByHost);
    this.#showAssessments();
  }

  #setStatus(status: string): void {
    this.#set({ phase: status === 'ringing' ? 'calling' : 'connected' });
    if (!this.#connected) return;
    this.#own.entered();
    this.#link.startLayers();
  }

  #fail(error: unknown): void {
    if (!this.closed) this.close(codeOf(error));
  }

  // Media

  async #consume(offer: NewConsumer): Promise<boolean> {
    try {
      const track = await this.#link.consume(offer);
      if (this.closed || track === null) return false;
      const { consumerId, producerId, peerId, source, backgroundChanged } = offer;
      const paused = offer.producerPaused;
      this.#set(withProducer(this.snapshot, { producerId, peerId, source, paused, backgroundChanged }));
      const received = { consumerId, producerId, peerId, source, track, stopped: false, layer: undefined };
      this.#set(withTrack(this.snapshot, received));
      return true;
    } catch (error) {
      if (!this.closed) this.#options.onError(error);
      return false;
    }
  }

  #closeConsumer(consumerId: string): void {
    this.#link.closeConsumer(consumerId);
    this.#set(withoutConsumer(this.snapshot, consumerId));
  }

  // Notifications

  #handleNotifications(): void {
    const { signaling } = this.#options;
    const update = (change: Partial<CallSnapshot>): void => this.#set(change);
    this.#unsubscribe.push(
      signaling.onConnection((up) => this.#handleSocket(up)),
      signaling.on('callAnswered', ({ call }) => {
        if (!this.#isThis(call.callId)) return;
        update({ call });
        if (this.#resumeToken !== null) this.#setStatus(call.status);
      }),
      signaling.on('callChanged', ({ call }) => this.#isThis(call.callId) && update({ call })),
      signaling.on('callDeclined', ({ callId }) => this.#isThis(callId) && this.close('DECLINED')),
      signaling.on('callEnded', ({ callId, status, reason }) => {
        if (!this.#isThis(callId)) return;
        this.close(endCodes[reason ?? ''] ?? status.toUpperCase());
        // The server keeps the place of somebody removed, so that it can refuse him; this page gives it up.
        if (reason === 'removed') signaling.tell('leave');
      }),
      signaling.on('peerJoined', ({ peer }) => {
        update(withPeer(this.snapshot, peer));
        // Who rings somebody is connected with that somebody's entry; that the call was answered is told after it.
        if (this.snapshot.phase === 'calling') this.#setStatus('active');
      }),
      signaling.on('ringEnded', ({ user, outcome }) => {
        this.#setRing(user.id, { name: displayName(user), state: outcome });
      }),
      signaling.on('peerWaiting', ({ peer }) => update(withWaiting(this.snapshot, peer))),
      signaling.on('admitted', (joined) => this.#accept(joined)),
      signaling.on('peerUpdated', ({ peer }) => {
        update(withPeer(this.snapshot, peer));
        this.#obeyMute(this.#mutedByHost);
        this.#showAssessments();
      }),
      signaling.on('peerLeft', ({ peerId }) => {
        this.#board.remove(peerId);
        update(withoutPeer(this.snapshot, peerId));
        this.#showAssessments();
      }),
      signaling.on('newConsumer', (offer, ack) => void this.#consume(offer).then((ok) => ack({ ok }))),
      signaling.on('consumerClosed', ({ consumerId }) => this.#closeConsumer(consumerId)),
      signaling.on('consumerPaused', ({ consumerId }) =>
        update(withTrackChange(this.snapshot, consumerId, { stopped: true })),
      ),
      signaling.on('consumerResumed', ({ consumerId }) =>
        update(withTrackChange(this.snapshot, consumerId, { stopped: false })),
      ),
      signaling.on('producerPaused', (p) => update(withProducerChange(this.snapshot, { ...p, paused: true }))),
      signaling.on('producerResumed', (p) => update(withProducerChange(this.snapshot, { ...p, paused: false }))),
      signaling.on('backgroundDeclared', ({ changed, ...producer }) =>
        update(withProducerChange(this.snapshot, { ...producer, backgroundChanged: changed })),
      ),
      signaling.on('consumerLayersChanged', ({ consumerId, spatialLayer }) =>
        update(withTrackChange(this.snapshot, consumerId, { layer: spatialLayer })),
      ),
      signaling.on('activeSpeaker', ({ peerId }) => update({ activeSpeaker: peerId })),
      signaling.on('assessmentChanged', ({ peerId, assessment }) => {
        this.#board.receive(peerId, assessment, serverNow());
        this.#showAssessments();
      }),
      signaling.on('chatMessage', ({ message }) => update({ chat: withMessages(this.snapshot.chat, [message]) })),
      signaling.on('handRaised', ({ peerIds }) => update({ hands: peerIds })),
      signaling.on('reacted', ({ peerId, reaction }) => this.#showReaction(peerId, reaction)),
      signaling.on('policyApplied', (notice) => {
        update(withPolicy(this.snapshot, notice, serverNow()));
        const mutes = notice.action === 'muteProducer' && notice.peerId === this.snapshot.self?.peerId;
        this.#obeyMute(mutes || (notice.action === 'muteEveryone' && this.snapshot.self?.role !== 'host'));
      }),
      signaling.on('layersWanted', ({ producerId, spatialLayer }) => this.#link.sendLayers(producerId, spatialLayer)),
      signaling.on('keyFrameWanted', () => this.#link.forceKeyFrame()),
      signaling.on('mediaReset', (reset) => {
        this.#link
          .open(reset.routerRtpCapabilities, reset.sendTransport, reset.recvTransport)
          .catch(this.#options.onError);
      }),
    );
  }

  #isThis(callId: string): boolean {
    return this.snapshot.call?.callId === callId;
  }

  #setRing(userId: string, ring: Ring): void {
    this.#set({ rings: { ...this.snapshot.rings, [userId]: ring } });
  }

  get #mutedByHost(): boolean {
    return this.snapshot.self?.stops.some(({ kind }) => kind === 'audio') ?? false;
  }

  /** The server has paused the microphone; the device follows, and with it what the page shows. */
  #obeyMute(muted: boolean): void {
    if (muted && this.snapshot.own.mic.state !== 'off') void this.#own.setWanted('mic', false);
  }

  #showReaction(peerId: string, reaction: Reaction): void {
    clearTimeout(this.#reactionTimers.get(peerId));
    this.#set({ reactions: { ...this.snapshot.reactions, [peerId]: reaction } });
    const hide = (): void => {
      const { [peerId]: _, ...reactions } = this.snapshot.reactions;
      this.#set({ reactions });
    };
    this.#reactionTimers.set(peerId, setTimeout(hide, reactionMs));
  }

  #showAssessments(): void {
    const { self, peers, policy, online, views, looks } = this.snapshot;
    if (self === null || this.closed) return;
    const lost = new Set(peers.filter((peer) => peer.connection === 'reconnecting').map((peer) => peer.peerId));
    const ids = [...peers.map(({ peerId }) => peerId), self.peerId];
    const next = this.#board.views(ids, policy, (id) => online && !lost.has(id), serverNow());
    if (JSON.stringify(next) !== JSON.stringify(views)) {
      const news = notesOf(views, next, peers, serverNow());
      this.#set(news.length > 0 ? { views: next, notes: [...this.snapshot.notes, ...news] } : { views: next });
    }
    const nextLooks = this.#board.looks;
    if (JSON.stringify(nextLooks) !== JSON.stringify(looks)) this.#set({ looks: nextLooks });
  }

  #reportQuality(quality: RequestInput<'reportQuality'>): void {
    this.#set({ quality: { loss: quality.loss, rttMs: quality.rttMs } });
    // The next report covers the same ground when this one does not arrive.
    this.#options.signaling.request('reportQuality', quality).catch(() => undefined);
  }

  // Lost connections

  #handleSocket(up: boolean): void {
    if (!up) return this.#online.set({ socket: false });
    void this.#comeBack();
  }

  #setOnline(online: boolean): void {
    if (this.snapshot.online === online) return;
    this.#set({ online });
    this.#showAssessments();
  }

  /** The socket is back: goes on as the same peer, or prepares anew when the call was not entered yet. */
  async #comeBack(): Promise<void> {
    const { signaling } = this.#options;
    clearTimeout(this.#retryTimer);
    if (this.closed) return;
    try {
      if (this.#resumeToken !== null) await this.#resume(this.#resumeToken);
      else if (this.snapshot.phase === 'prepared') await this.#prepareOnce();
      this.#online.set({ socket: true });
    } catch (error) {
      // Every refusal but these means that the call is over. A connection that is lost again leads here again.
      if (!isTransient(error)) this.#fail(error);
      else if (signaling.connected) this.#retryTimer = setTimeout(() => void this.#comeBack(), retryMs);
    }
  }

  async #resume(resumeToken: string): Promise<void> {
    const { signaling, roomId, consent } = this.#options;
    // The consent counts where the server has restarted and takes the page for a newcomer.
    const joined = await signaling.request('join', { roomId, resumeToken, consent });
    if (this.closed) return;
    this.#accept(joined);
    if (!joined.mediaAlive) return this.#link.rebuild();
    const mine = joined.producers.filter((producer) => producer.peerId === joined.self.peerId);
    const gone = this.#link.resume(
      joined.consumerIds,
      mine.map((producer) => producer.producerId),
    );
    for (const consumerId of gone) this.#closeConsumer(consumerId);
    await this.#own.reconcile(mine, {
      pause: (producerId) => signaling.request('pauseProducer', { producerId }),
      resume: (producerId) => signaling.request('resumeProducer', { producerId }),
    });
  }

  #handlePageHide = (): void => {
    if (this.#resumeToken !== null) this.#options.signaling.tell('leave');
  };

  #set(change: Partial<CallSnapshot>): void {
    // What arrives late must not bring back a call that is over.
    if (!this.closed) this.store.setState(change);
  }
}
