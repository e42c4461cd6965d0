import { EventEmitter } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Looked } from '../analysis/protocol.ts';
import type { Logger } from '../logger.ts';
import type { Assessment } from '../protocol/assessment.ts';
import type { CheckPolicy } from '../protocol/checkPolicy.ts';
import type { AnalysisPool } from './AnalysisPool.ts';
import type { AssessmentStore } from './AssessmentStore.ts';
import type { ChallengeEvent } from './challenges/Challenge.ts';
import { ChallengeHistory } from './challenges/ChallengeHistory.ts';
import { isTaken, settingsOf, type PolicySettings, type Step } from './policy.ts';
import type { AssessmentResult, Subject, SubjectIdentity } from './types.ts';
import { WatchedSubject, type SubjectTimes } from './WatchedSubject.ts';

export interface MonitorOptions {
  /** Owned by whoever made it; not closed here. */
  pool: AnalysisPool;
  store: AssessmentStore;
  logger: Logger;
  times: SubjectTimes;
  /** SHA-256 of the settings that the analysis runs under, for the record. */
  settings?: () => string;
  /** Of calls whose hosts chose nothing. By default nothing follows by itself. */
  policy?: PolicySettings;
}

export interface MonitorEvents {
  /** A participant was asked to do an active check, began one, or it ended. */
  challenge: [SubjectIdentity, ChallengeEvent];
  /** What follows now by the ladder of the policy. Offers are made already; the rest is for the listener to do. */
  step: [SubjectIdentity, Step, Assessment];
  /** A result as it is told and stored. */
  assessment: [AssessmentResult];
  /** Every look at a camera, with the assessment as it is after it: for measuring the detection. */
  look: [Subject, Looked];
}

/** Results on their way to the store; more are lost to the record, and counted, before they eat the memory. */
const MAX_SAVING = 200;
const MAX_HOLD_BACK_MS = 2000;
const NO_POLICY: PolicySettings = { mode: 'off', challenge: 'on_request', challengeEveryMs: 1_800_000 };

/**
 * Watches the cameras of all participants. `watch` one for each; results come as events and go into the store. Nothing
 * here is ever awaited by a call: when analysis is slow or gone, results become `unscored` and calls go on.
 */
export class Monitor extends EventEmitter<MonitorEvents> {
  readonly #options: MonitorOptions;
  readonly #subjects = new Set<WatchedSubject>();
  readonly #ending = new Set<Promise<void>>();
  readonly #saving = new Set<Promise<void>>();
  /** Call -> a small number for the children, which need no more than to tell calls apart. */
  readonly #groups = new Map<string, { groupId: number; members: number; heldUntilMs: number }>();
  readonly #policy: PolicySettings;
  /** Of calls in which somebody is watched. */
  readonly #policies = new Map<string, PolicySettings>();
  readonly #history = new ChallengeHistory();
  readonly #counted = { results: 0, unsaved: 0, slowed: 0 };
  #lastId = 0;
  #closed = false;

  constructor(options: MonitorOptions) {
    super();
    this.#options = options;
    this.#policy = options.policy ?? NO_POLICY;
  }

  /** Begins to watch a participant, who has neither consented nor a camera yet. Close the subject when he leaves. */
  watch(identity: SubjectIdentity): Subject {
    if (this.#closed) throw new Error('the monitor is closed');
    const { pool, times, logger } = this.#options;
    const group = this.#join(identity.callId);
    const subject: WatchedSubject = new WatchedSubject({
      identity,
      subjectId: ++this.#lastId,
      groupId: group.groupId,
      pool,
      times,
      settings: this.#options.settings ?? (() => ''),
      logger,
      history: this.#history,
      policy: () => this.policyOf(identity.callId),
      onChallenge: (event) => this.#tell(() => this.emit('challenge', identityOf(subject), event)),
      onStep: (step, assessment) => this.#handleStep(subject, step, assessment),
      heldBackMs: () => group.heldUntilMs - performance.now(),
      onResult: (assessment, detail) =>
        this.#handleResult({ ...identityOf(subject), atMs: Date.now(), assessment, detail }),
      onLook: (looked) => this.#tell(() => this.emit('look', subject, looked)),
      onClose: () => this.#forget(subject),
    });
    this.#subjects.add(subject);
    return subject;
  }

  /**
   * Puts looks at a call's cameras off, because somebody is about to join it: a key frame made for a look in the 300 ms
   * before would delay his first picture (DETECTION section 3).
   */
  holdBack(callId: string, ms: number): void {
    const group = this.#groups.get(callId);
    if (group) group.heldUntilMs = performance.now() + Math.min(MAX_HOLD_BACK_MS, ms);
  }

  /** What follows from results in a call; forgotten when nobody is watched there any more. */
  setPolicy(callId: string, policy: CheckPolicy): void {
    if (this.#groups.has(callId)) this.#policies.set(callId, settingsOf(policy));
  }

  policyOf(callId: string): PolicySettings {
    return this.#policies.get(callId) ?? this.#policy;
  }

  /** For metrics: plain counts by name, of the processes as well. */
  get counters(): Record<string, number> {
    let { slowed } = this.#counted;
    for (const subject of this.#subjects) slowed += subject.slowed;
    return { ...this.#options.pool.counters, ...this.#counted, subjects: this.#subjects.size, slowed };
  }

  /** Seconds since the last look at each camera of which there is a result. */
  get scanAges(): number[] {
    return [...this.#subjects].flatMap(({ assessment: { status, scannedAt } }) =>
      status === 'unscored' || scannedAt === null ? [] : [(Date.now() - Date.parse(scannedAt)) / 1000],
    );
  }

  /** Stops watching and waits until what was found is stored. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const subject of [...this.#subjects]) subject.close();
    await Promise.all([...this.#ending, ...this.#saving]);
  }

  #handleResult(result: AssessmentResult): void {
    this.#counted.results++;
    this.#save(result);
    this.#tell(() => this.emit('assessment', result));
  }

  #handleStep(subject: WatchedSubject, step: Step, assessment: Assessment): void {
    if (step.measure === 'offer_challenge' && isTaken(step, this.policyOf(subject.callId).mode))
      subject.offerChallenge();
    this.#tell(() => this.emit('step', identityOf(subject), step, assessment));
  }

  #tell(emit: () => void): void {
    try {
      emit();
    } catch (error) {
      this.#options.logger.error({ err: error }, 'listener to assessments failed');
    }
  }

  #save(result: AssessmentResult): void {
    if (this.#saving.size >= MAX_SAVING) {
      this.#counted.unsaved++;
      return;
    }
    const saving = this.#options.store
      .saveScan(result)
      .catch((error: unknown) => {
        this.#counted.unsaved++;
        const { callId, peerId } = result;
        this.#options.logger.error({ err: error, callId, peerId }, 'assessment could not be stored');
      })
      .finally(() => this.#saving.delete(saving));
    this.#saving.add(saving);
  }

  #join(callId: string): { groupId: number; heldUntilMs: number } {
    let group = this.#groups.get(callId);
    if (!group) this.#groups.set(callId, (group = { groupId: ++this.#lastId, members: 0, heldUntilMs: 0 }));
    group.members++;
    return group;
  }

  #forget(subject: WatchedSubject): void {
    this.#subjects.delete(subject);
    this.#counted.slowed += subject.slowed;
    const ending = subject.ended().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    const group = this.#groups.get(subject.callId);
    if (!group || --group.members > 0) return;
    this.#groups.delete(subject.callId);
    this.#policies.delete(subject.callId);
  }
}

function identityOf({ callId, peerId, userId }: Subject): SubjectIdentity {
  return { callId, peerId, userId };
}
