import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  ChallengeEnd,
  ChallengeInfo,
  ChallengeKind,
  ChallengeResult,
  ChallengeShow,
  ChallengeStep,
} from '../../../src/protocol/challenge.ts';
import type { CauseCode } from '../../../src/protocol/assessment.ts';
import type { Signaling } from '../api/Signaling.ts';

/** The own active check, from the invitation to its result. Times are the page clock's (`performance.now`), ms. */
export type OwnChallenge =
  | { phase: 'invited'; info: ChallengeInfo; endsAtMs: number }
  | { phase: 'running'; info: ChallengeInfo; endsAtMs: number; totalMs: number; shown: ShownStep | null }
  | { phase: 'ended'; end: ChallengeEnd };

export interface ShownStep {
  step: number;
  show: ChallengeShow;
  /** When it arrived. */
  arrivedAtMs: number;
}

/** Of somebody's active check, what everybody may know. */
export interface PeerCheck {
  kind: ChallengeKind;
  state: 'invited' | 'running' | ChallengeResult;
}

export interface ChallengeState {
  own: OwnChallenge | null;
  /** By peer id; the last one of each, the own one included. */
  peers: Readonly<Record<string, PeerCheck>>;
  /** What was found, while the server keeps one from being seen and heard; else null. */
  held: CauseCode | null;
  /** Who asked the hosts to look at his result, until one has. */
  review: string | null;
}

export interface ChallengeClientOptions {
  signaling: Signaling;
  /** The own peer id; null before it is known. */
  selfId: () => string | null;
  onError: (error: unknown) => void;
}

/** Between two changes of the panel, whatever the network does to the steps (WCAG 2.3.1 allows three a second). */
const minBetweenChangesMs = 500;

/** Active checks as this page takes part in them: answers, shows, and keeps what `store` says of everybody's. */
export class ChallengeClient {
  readonly store: StoreApi<ChallengeState> = createStore<ChallengeState>(() => ({
    own: null,
    peers: {},
    held: null,
    review: null,
  }));
  readonly #options: ChallengeClientOptions;
  readonly #unsubscribe: Array<() => void>;
  #changedAtMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ChallengeClientOptions) {
    this.#options = options;
    const { signaling } = options;
    this.#unsubscribe = [
      signaling.on('challengeStarted', ({ challenge }) => this.#handleStarted(challenge)),
      signaling.on('challengeStepDue', (step) => this.#handleStep(step)),
      signaling.on('challengeEnded', (end) => this.#handleEnded(end)),
      signaling.on('heldChanged', ({ reason }) => this.store.setState({ held: reason })),
      signaling.on('reviewRequested', ({ peerId }) => this.store.setState({ review: peerId })),
      signaling.onConnection((up) => !up && this.#handleLost()),
    ];
  }

  /** Begins a check of this kind: the one that was asked for, or one of the person's own wish. */
  async start(kind: ChallengeKind): Promise<void> {
    const { own } = this.store.getState();
    const invitation = own?.phase === 'invited' ? { challengeId: own.info.challengeId } : {};
    await this.#ask('startChallenge', { kind, ...invitation });
  }

  /** Declines the invitation, or stops what runs; closes a result. */
  async dismiss(): Promise<void> {
    const { own } = this.store.getState();
    if (own === null) return;
    if (own.phase === 'ended') return this.store.setState({ own: null });
    await this.#ask('refuseChallenge', { challengeId: own.info.challengeId });
  }

  /** The step is on the screen. */
  confirmShown({ step, arrivedAtMs }: ShownStep): void {
    const { own } = this.store.getState();
    if (own?.phase !== 'running') return;
    const shownAfterMs = Math.min(10_000, Math.max(0, performance.now() - arrivedAtMs));
    const { challengeId } = own.info;
    // Too late, or for a check that has ended meanwhile: the server goes on without it.
    this.#options.signaling.request('challengeStep', { challengeId, step, shownAfterMs }).catch(() => undefined);
  }

  /** Asks somebody for a check (hosts). */
  async request(peerId: string, kind: ChallengeKind): Promise<void> {
    await this.#ask('requestChallenge', { peerId, kind });
  }

  /** Asks the hosts to look at the own result. */
  async requestReview(): Promise<void> {
    await this.#ask('requestReview', {});
  }

  /** A host has seen that a review was asked for. */
  endReview(): void {
    this.store.setState({ review: null });
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#unsubscribe) stop();
    this.store.setState({ own: null, peers: {}, held: null, review: null });
  }

  async #ask(...args: Parameters<Signaling['request']>): Promise<void> {
    try {
      await this.#options.signaling.request(...args);
    } catch (error) {
      this.#options.onError(error);
      // What the server does not know (any more) is over.
      const { own } = this.store.getState();
      if (own !== null && own.phase !== 'ended') this.store.setState({ own: null });
    }
  }

  #handleStarted(info: ChallengeInfo): void {
    this.#setPeer(info.peerId, { kind: info.kind, state: info.phase });
    if (!this.#isOwn(info.peerId)) return;
    clearTimeout(this.#timer);
    const endsAtMs = performance.now() + info.remainingMs;
    const own: OwnChallenge =
      info.phase === 'invited'
        ? { phase: 'invited', info, endsAtMs }
        : { phase: 'running', info, endsAtMs, totalMs: info.remainingMs, shown: null };
    this.store.setState({ own });
  }

  #handleStep({ challengeId, step, show, remainingMs }: ChallengeStep): void {
    const arrivedAtMs = performance.now();
    const waitMs = Math.max(0, this.#changedAtMs + minBetweenChangesMs - arrivedAtMs);
    const change = (): void => {
      const { own } = this.store.getState();
      if (own?.phase !== 'running' || own.info.challengeId !== challengeId) return;
      this.#changedAtMs = performance.now();
      this.store.setState({
        own: { ...own, endsAtMs: arrivedAtMs + remainingMs, shown: { step, show, arrivedAtMs } },
      });
    };
    clearTimeout(this.#timer);
    if (waitMs === 0) change();
    else this.#timer = setTimeout(change, waitMs);
  }

  #handleEnded(end: ChallengeEnd): void {
    this.#setPeer(end.peerId, { kind: end.kind, state: end.result });
    if (!this.#isOwn(end.peerId)) return;
    clearTimeout(this.#timer);
    const { own } = this.store.getState();
    // An invitation that ran out unseen leaves without a word.
    if (own?.phase === 'invited' && end.reason === 'expired') this.store.setState({ own: null });
    else this.store.setState({ own: { phase: 'ended', end } });
  }

  /** Without a connection a check cannot go on. */
  #handleLost(): void {
    const { own } = this.store.getState();
    if (own === null || own.phase === 'ended') return;
    clearTimeout(this.#timer);
    const { challengeId, peerId, kind } = own.info;
    const end: ChallengeEnd = { challengeId, peerId, kind, result: 'not_done', reason: 'interrupted', retry: true };
    this.store.setState({ own: own.phase === 'invited' ? null : { phase: 'ended', end } });
  }

  #isOwn(peerId: string): boolean {
    return peerId === this.#options.selfId();
  }

  #setPeer(peerId: string, check: PeerCheck): void {
    this.store.setState(({ peers }) => ({ peers: { ...peers, [peerId]: check } }));
  }
}
