import { AppError } from '../../errors.ts';
import type { Evidence } from '../../analysis/protocol.ts';
import type { ChallengeEnd, ChallengeInfo, ChallengeKind, ChallengeOrigin } from '../../protocol/challenge.ts';
import { Challenge, type ChallengeEvent, type Ending } from './Challenge.ts';
import type { ChallengeHistory } from './ChallengeHistory.ts';
import { LightRun, type FirstRun } from './LightRun.ts';
import { MovementRun } from './MovementRun.ts';
import type { Run, TimedGlimpse } from './Run.ts';

export interface ChallengeDeskOptions {
  callId: string;
  peerId: string;
  /** Whose tries and earlier codes count: the account, or the peer for a guest. */
  person: string;
  history: ChallengeHistory;
  /** Whether people may be asked at all; by their own wish they always may. */
  invites: () => boolean;
  /** Whether the camera is being looked at. */
  canStart: () => boolean;
  /** Key frames are wanted as fast as they come, with glimpses; or no longer. */
  watchClosely: (on: boolean) => void;
  onEvent: (event: ChallengeEvent) => void;
  /** What the fusion shall know. */
  onEvidence: (evidence: Evidence) => void;
}

const ANALYZERS = { light: 'illumination', movement: 'gesture' } as const;
/** A retry within this adds its evidence to the first run's. */
const RETRY_WITHIN_MS = 120_000;

/** Makes the challenges of one participant, one at a time, and turns their ends into evidence. */
export class ChallengeDesk {
  readonly #options: ChallengeDeskOptions;
  #current: Challenge | null = null;
  #light: LightRun | null = null;
  #first: { run: FirstRun; endedAtMs: number } | null = null;
  #startedAtMs = 0;

  constructor(options: ChallengeDeskOptions) {
    this.#options = options;
  }

  /** Asked for or running. */
  get open(): boolean {
    return this.#current !== null && this.#current.phase !== 'ended';
  }

  get running(): boolean {
    return this.#current?.phase === 'running';
  }

  /**
   * Asks the person to do a challenge. What runs or is asked already stays.
   *
   * @throws AppError CONFLICT when a challenge is open or the camera is not looked at, FORBIDDEN where nobody is asked.
   */
  invite(kind: ChallengeKind, origin: Exclude<ChallengeOrigin, 'self'>, requestedBy: string | null): ChallengeInfo {
    if (!this.#options.invites()) throw new AppError('FORBIDDEN', 'Nobody is asked for checks here.');
    this.#mustBeFree();
    if (!this.#options.canStart()) throw new AppError('CONFLICT', 'The camera cannot be looked at now.');
    const challenge = this.#open(kind, origin, requestedBy);
    challenge.invite();
    return challenge.info;
  }

  /**
   * Begins: what this person was asked to do, as that kind or the other, or one of his own wish.
   *
   * @param challengeId - Of the invitation; null for the person's own wish.
   * @throws AppError FORBIDDEN for a foreign or finished challenge, RATE_LIMITED after too many tries, CONFLICT when
   *   one is running or the camera is not looked at.
   */
  start(kind: ChallengeKind, challengeId: string | null): ChallengeInfo {
    const { history, person, callId, canStart, watchClosely } = this.#options;
    if (challengeId === null) this.#mustBeFree('invited');
    else this.#mustBe(challengeId, 'invited');
    if (!canStart()) throw new AppError('CONFLICT', 'The camera cannot be looked at now.');
    const nowMs = Date.now();
    const waitMs = history.waitMs(person, callId, nowMs);
    if (waitMs > 0) {
      throw new AppError('RATE_LIMITED', 'Too many tries.', { retryAfterS: Math.ceil(waitMs / 1000) });
    }
    history.addTry(person, callId, nowMs);
    const challenge = this.#taken(kind);
    this.#startedAtMs = nowMs;
    watchClosely(true);
    challenge.start(this.#runOf(kind));
    return challenge.info;
  }

  /** @throws AppError FORBIDDEN for a foreign or finished challenge, and for a step that is not awaited. */
  stepShown(challengeId: string, step: number, afterMs: number): void {
    const challenge = this.#mustBe(challengeId, 'running');
    if (!challenge.stepShown(step, afterMs)) throw new AppError('FORBIDDEN', 'This step is not awaited.');
  }

  /** @throws AppError FORBIDDEN for a foreign or finished challenge. */
  refuse(challengeId: string): void {
    this.#mustBe(challengeId, 'invited', 'running').giveUp('refused');
  }

  see(glimpse: TimedGlimpse): void {
    this.#current?.see(glimpse);
  }

  /** Camera, track or face are others now: what was gathered is of something else. */
  interrupt(): void {
    this.#first = null;
    if (this.running) this.#current?.giveUp('interrupted');
  }

  /** Idempotent. */
  close(): void {
    this.#current?.giveUp('interrupted');
  }

  #mustBeFree(...allowed: Challenge['phase'][]): void {
    const current = this.#current;
    if (current && current.phase !== 'ended' && !allowed.includes(current.phase)) {
      throw new AppError('CONFLICT', 'There is a check already.');
    }
  }

  #mustBe(challengeId: string, ...phases: Challenge['phase'][]): Challenge {
    const current = this.#current;
    if (current?.id !== challengeId || !phases.includes(current.phase)) {
      throw new AppError('FORBIDDEN', 'There is no such check to answer.');
    }
    return current;
  }

  /** The open invitation if it is of this kind; another kind, or a wish of one's own, takes its place quietly. */
  #taken(kind: ChallengeKind): Challenge {
    const invited = this.#current?.phase === 'invited' ? this.#current : null;
    if (invited?.kind === kind) return invited;
    const info = invited?.info;
    this.#current = null;
    invited?.giveUp('interrupted');
    return this.#open(kind, info?.origin ?? 'self', info?.requestedBy ?? null);
  }

  #open(kind: ChallengeKind, origin: ChallengeOrigin, requestedBy: string | null): Challenge {
    const { peerId, onEvent } = this.#options;
    const challenge: Challenge = new Challenge({
      peerId,
      kind,
      origin,
      requestedBy,
      tell: onEvent,
      onEnd: (ending) => {
        // What another kind took the place of has not ended for anybody.
        if (this.#current === challenge) this.#end(challenge, ending);
      },
    });
    this.#current = challenge;
    return challenge;
  }

  #runOf(kind: ChallengeKind): Run {
    this.#light = null;
    if (kind === 'movement') return new MovementRun();
    const { history, person } = this.#options;
    const fresh = this.#first && Date.now() - this.#first.endedAtMs < RETRY_WITHIN_MS;
    const first = fresh ? this.#first!.run : null;
    this.#first = null;
    const run = new LightRun({ first, earlier: history.codesOf(person) });
    this.#light = run;
    return run;
  }

  #end(challenge: Challenge, ending: Ending): void {
    const { watchClosely, onEvent, onEvidence, history, person, callId, peerId } = this.#options;
    watchClosely(false);
    const light = this.#light;
    this.#light = null;
    if (light) history.addCode(person, light.asEarlier);
    const result = 'verdict' in ending ? ending.verdict.result : 'not_done';
    const reason = 'verdict' in ending ? ending.verdict.reason : ending.notDone;
    if (result === 'passed') history.clearTries(person, callId);
    if (result === 'inconclusive' && light?.strength === 'soft') {
      this.#first = { run: light.asFirst, endedAtMs: Date.now() };
    }
    onEvidence(this.#evidenceOf(challenge.kind, ending));
    const secondTime = light?.strength === 'strong';
    const retry = result === 'failed' || (result === 'inconclusive' && !secondTime);
    const end: ChallengeEnd = { challengeId: challenge.id, peerId, kind: challenge.kind, result, reason, retry };
    onEvent({ type: 'ended', end });
  }

  #evidenceOf(kind: ChallengeKind, ending: Ending): Evidence {
    const toMs = Date.now();
    const stretch = { analyzer: ANALYZERS[kind], fromMs: Math.min(toMs, this.#startedAtMs || toMs), toMs };
    const nothing = { llr: 0, quality: 0, abstained: true };
    if ('notDone' in ending) return { ...stretch, ...nothing, version: 'none', code: 'not_done', details: {} };
    const { result, llr, version, details } = ending.verdict;
    if (result === 'inconclusive') return { ...stretch, ...nothing, version, code: 'inconclusive', details };
    return { ...stretch, version, llr, quality: 1, abstained: false, code: result, details };
  }
}
