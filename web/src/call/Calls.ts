import { createStore, type StoreApi } from 'zustand/vanilla';
import type { CallInfo, Person } from '../../../src/protocol/signaling.ts';
import type { CallType, Consent } from '../../../src/protocol/values.ts';
import { codeOf, RequestError } from '../api/RequestError.ts';
import type { Signaling } from '../api/Signaling.ts';
import type { Session } from '../session/Session.ts';
import type { CallClient } from './CallClient.ts';
import { devicesPermitted } from './media/devices.ts';
import type { OwnMediaOptions } from './media/OwnMedia.ts';

/** How a call ended for this page, for the card on the home screen. */
export interface EndedCall {
  call: CallInfo;
  /** `ENDED`, `LEFT`, `MISSED`, `DECLINED`, `UNANSWERED` (this user did not take it), `ELSEWHERE` (joined from another window) or the code of a failure. */
  code: string;
  selfId: string;
}

/** `outgoing`: this user rings somebody; `answered`: the other way round; `meeting`: a room entered by its door. */
export type CallKind = 'outgoing' | 'answered' | 'meeting';

export interface CurrentCall {
  kind: CallKind;
  /** Null for a meeting, which goes on without this user. */
  directCallId: string | null;
  roomId: string;
  client: CallClient;
}

export interface CallsState {
  /** A call that rings for this user; its caller is whoever rings. */
  incoming: CallInfo | null;
  /** The client of the call that rings, once its media is made ready. */
  ready: CallClient | null;
  current: CurrentCall | null;
  ended: EndedCall | null;
  /** A room that this user was not let into, with the code of why. */
  refused: { roomId: string; code: string } | null;
  /** When another window of this user answered the call that rang here; ms since 1970. */
  answeredElsewhereAtMs: number | null;
  /** Who called while this user was in a call, latest first. */
  missed: readonly { from: Person; callType: CallType; atMs: number }[];
  /** A failure people should see, with the time it happened so that the same one can come twice. */
  trouble: { error: unknown; atMs: number } | null;
}

export interface CallsOptions {
  session: Session;
  signaling: Signaling;
  /** What the user agreed to; asks when that is not known. Null when the question was closed. */
  askConsent: () => Promise<Consent | null>;
  /** What the user agreed to earlier, without asking. */
  knownConsent: () => Consent | null;
  choices: OwnMediaOptions['choices'];
}

/** Media in the making for a call that rings; its client is null where it could not be made. */
interface Ready {
  callId: string;
  client: Promise<CallClient | null>;
}

/** The page waits this long with the dialog in place for the server to let it in, ms. */
const patienceMs = 150;

/**
 * The calls of this page: one that rings, one that runs, one that has just ended. Starting, answering and declining
 * happen here; what happens inside a call is the `CallClient`'s, whose code is loaded when first needed.
 */
export class Calls {
  readonly store: StoreApi<CallsState> = createStore<CallsState>(() => ({
    incoming: null,
    ready: null,
    current: null,
    ended: null,
    refused: null,
    answeredElsewhereAtMs: null,
    missed: [],
    trouble: null,
  }));
  readonly #options: CallsOptions;
  readonly #unsubscribe: Array<() => void> = [];
  /** Media made ready while a call rings. */
  #ready: Ready | null = null;
  #answering = false;

  constructor(options: CallsOptions) {
    this.#options = options;
    const { signaling } = options;
    this.#unsubscribe.push(
      signaling.on('callRinging', ({ call, from }) => this.#handleRinging({ ...call, caller: from })),
      signaling.on('callAnswered', ({ call }) => {
        if (this.store.getState().incoming?.callId === call.callId) {
          this.store.setState({ answeredElsewhereAtMs: Date.now() });
        }
        this.#stopRinging(call.callId);
      }),
      signaling.on('calledWhileBusy', ({ from, callType }) => {
        const others = this.store.getState().missed.filter((notice) => notice.from.id !== from.id);
        this.store.setState({ missed: [{ from, callType, atMs: Date.now() }, ...others] });
      }),
      signaling.on('callDeclined', ({ callId }) => this.#stopRinging(callId)),
      signaling.on('callEnded', ({ callId, status }) => {
        const { incoming } = this.store.getState();
        this.#stopRinging(callId);
        if (incoming?.callId === callId && status === 'missed') {
          this.store.setState({ ended: { call: incoming, code: 'UNANSWERED', selfId: this.#selfId } });
        }
      }),
    );
    window.addEventListener('pagehide', this.#handlePageHide);
  }

  /**
   * Calls a person, by username or id.
   *
   * @throws RequestError, such as `NOT_FOUND` or `BUSY`.
   */
  async callPerson(callee: string, type: CallType): Promise<void> {
    const consent = await this.#options.askConsent();
    if (consent === null || this.store.getState().current) return;
    const { call } = await this.#options.session.request('startCall', { body: { callee, call_type: type } });
    const client = await this.#createClient(call.room_id, consent);
    this.#setCurrent({ kind: 'outgoing', directCallId: call.id, roomId: call.room_id, client });
    this.#openDevices(client, type);
    await client.prepare();
    if (!client.closed) await client.join();
  }

  /** Starts a meeting, without a name of its own where the title is empty, and gives its room. @throws RequestError */
  async startMeeting({ lobby, title }: { lobby: boolean; title: string }): Promise<string> {
    const name = title.trim();
    const body = { call_type: 'video' as const, lobby, ...(name !== '' && { title: name }) };
    return (await this.#options.session.request('startCall', { body })).room_id;
  }

  /**
   * Opens the door of a meeting: media is made ready, entering is the user's next step. Opened once more it takes up
   * another answer about the checks. False when that question was closed unanswered.
   */
  async openMeeting(roomId: string): Promise<boolean> {
    const consent = await this.#options.askConsent();
    const { current } = this.store.getState();
    if (consent === null) return false;
    if (current && current.client.snapshot.phase !== 'prepared') return true;
    const client = await this.#createClient(roomId, consent);
    this.#setCurrent({ kind: 'meeting', directCallId: null, roomId, client });
    const { mic, camera } = this.#options.choices.getState().door;
    void client.setDevice('mic', mic);
    void client.setDevice('camera', camera);
    await client.prepare();
    return true;
  }

  /** The user is about to answer. */
  intendAnswer(): void {
    this.store.getState().ready?.intent();
  }

  /** Takes the call that rings. With media made ready the request goes out first and the page follows. */
  async answer(type: CallType): Promise<void> {
    const { incoming } = this.store.getState();
    if (!incoming || this.#answering) return;
    this.#answering = true;
    try {
      // What is still being made ready is waited for: given up now, it would soon leave the call that the next one enters.
      const ready = this.store.getState().ready ?? (await this.#ready?.client) ?? null;
      if (this.store.getState().incoming?.callId !== incoming.callId) return;
      await (ready === null ? this.#answer(incoming, type) : this.#answerReady(incoming, ready, type));
    } finally {
      this.#answering = false;
    }
  }

  async #answerReady(incoming: CallInfo, client: CallClient, type: CallType): Promise<void> {
    this.#takeReady();
    if (type === 'audio') void client.setDevice('camera', false);
    const answered = client.answer(incoming.callId);
    // Mostly the answer is there before the eye is, and the call can take the dialog's place at once.
    await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, patienceMs))]);
    this.#setAnswered(incoming, client);
    await answered;
  }

  async #answer(incoming: CallInfo, type: CallType): Promise<void> {
    this.#takeReady();
    this.store.setState({ incoming: null });
    const consent = await this.#options.askConsent();
    if (consent === null) return this.#refuse(incoming.callId);
    const client = await this.#createClient(incoming.roomId, consent);
    this.#setAnswered(incoming, client);
    this.#openDevices(client, type);
    await client.prepare();
    if (!client.closed) await client.answer(incoming.callId);
  }

  #setAnswered({ callId, roomId }: CallInfo, client: CallClient): void {
    this.store.setState({ incoming: null });
    this.#setCurrent({ kind: 'answered', directCallId: callId, roomId, client });
  }

  async decline(): Promise<void> {
    const { incoming } = this.store.getState();
    if (!incoming) return;
    this.#stopRinging(incoming.callId);
    await this.#refuse(incoming.callId);
  }

  /** Tells somebody in a call that this user called. @throws RequestError */
  async letThemKnow(callee: string, type: CallType): Promise<void> {
    await this.#options.session.request('letThemKnow', { body: { callee, call_type: type } });
  }

  dismissMissed(userId: string): void {
    this.store.setState(({ missed }) => ({ missed: missed.filter(({ from }) => from.id !== userId) }));
  }

  dismissEnded(): void {
    this.store.setState({ ended: null });
  }

  close(): void {
    window.removeEventListener('pagehide', this.#handlePageHide);
    for (const stop of this.#unsubscribe) stop();
    this.#dropReady();
    this.store.getState().current?.client.close('LEFT');
    this.store.setState({ incoming: null, current: null });
  }

  get #selfId(): string {
    return this.#options.session.store.getState().user?.id ?? '';
  }

  async #refuse(callId: string): Promise<void> {
    await this.#options.signaling.request('declineCall', { callId });
  }

  #handleRinging(call: CallInfo): void {
    const { current, incoming } = this.store.getState();
    // Who is in a call already is not rung by the server; a door that is only being looked at may be left.
    if (current && !['prepared', 'waiting'].includes(current.client.snapshot.phase)) return;
    if (incoming?.callId === call.callId) return;
    this.store.setState({ incoming: call, ended: null });
    void this.#makeReady(call);
  }

  /** Ringing is time to make media ready, if that opens no question: neither ours nor the browser's. */
  async #makeReady(call: CallInfo): Promise<void> {
    const consent = this.#options.knownConsent();
    if (consent === null || this.store.getState().current || !(await devicesPermitted())) return;
    if (this.store.getState().incoming?.callId !== call.callId) return;
    const client = this.#createClient(call.roomId, consent).then(async (made) => {
      this.#openDevices(made, call.callType);
      await made.prepare();
      return made.closed ? null : made;
    });
    // Media that cannot be made ready now is made when the call is answered.
    const ready = { callId: call.callId, client: client.catch(() => null) };
    this.#ready = ready;
    const prepared = await ready.client;
    if (this.#ready === ready) this.store.setState({ ready: prepared });
  }

  #stopRinging(callId: string): void {
    if (this.store.getState().incoming?.callId === callId) this.store.setState({ incoming: null });
    if (this.#ready?.callId === callId) this.#dropReady();
  }

  #takeReady(): Ready | null {
    const ready = this.#ready;
    this.#ready = null;
    this.store.setState({ ready: null });
    return ready;
  }

  #dropReady(): void {
    // Media that failed to get ready has nothing to close.
    void this.#takeReady()
      ?.client.then((client) => client?.leave())
      .catch(() => undefined);
  }

  async #createClient(roomId: string, consent: Consent): Promise<CallClient> {
    const { CallClient } = await import('./CallClient.ts');
    return new CallClient({
      signaling: this.#options.signaling,
      roomId,
      consent,
      choices: this.#options.choices,
      onError: (error) => {
        // A lost connection is told by the call itself, and its return brings in line what failed meanwhile.
        if (['DISCONNECTED', 'TIMEOUT'].includes(codeOf(error))) return;
        this.store.setState({ trouble: { error, atMs: Date.now() } });
      },
    });
  }

  #openDevices(client: CallClient, type: CallType): void {
    void client.setDevice('mic', true);
    void client.setDevice('camera', type === 'video');
  }

  #setCurrent(current: CurrentCall): void {
    const { client } = current;
    const before = this.store.getState().current;
    this.store.setState({ current, ended: null, refused: null, trouble: null });
    void before?.client.leave().catch(() => undefined);
    if (client.closed) return this.#handleEnd(current);
    const stop = client.store.subscribe((snapshot) => {
      if (snapshot.phase !== 'ended') return;
      stop();
      if (this.store.getState().current === current) this.#handleEnd(current);
    });
  }

  /** A call that was known is summed up on the home screen; a room that did not open says so where its link led. */
  #handleEnd(current: CurrentCall): void {
    const { client, roomId } = current;
    const { call, self, endCode } = client.snapshot;
    const code = endCode ?? 'ENDED';
    if (code === 'LEFT') this.#endForBoth(current, {});
    // Whoever only waited has no part in the call, and nothing to be summed up.
    if (self?.state === 'waiting') this.store.setState({ current: null, refused: { roomId, code } });
    else if (call) this.store.setState({ current: null, ended: { call, code, selfId: this.#selfId } });
    else if (current.directCallId === null) this.store.setState({ current: null, refused: { roomId, code } });
    else
      this.store.setState({
        current: null,
        trouble: { error: new RequestError(code, 'the call failed'), atMs: Date.now() },
      });
  }

  /**
   * Hanging up ends a direct call for both. The socket says so as well; this second way reaches the server without one,
   * and before this page has joined the call that it started.
   */
  #endForBoth({ directCallId, client }: CurrentCall, options: { keepalive?: boolean }): void {
    // A third person has made a meeting of it, which goes on without this user.
    if (directCallId === null || client.snapshot.call?.callee === null) return;
    // The server ends a call that nobody is in by itself when neither way arrives.
    this.#options.session.request('endCall', { body: { call_id: directCallId } }, options).catch(() => undefined);
  }

  #handlePageHide = (): void => {
    const { current } = this.store.getState();
    if (current) this.#endForBoth(current, { keepalive: true });
  };
}
