import type { Evidence, Looked } from '../analysis/protocol.ts';
import type { Logger } from '../logger.ts';
import type { Assessment, UnscoredReason } from '../protocol/assessment.ts';
import type { AnalysisPool } from './AnalysisPool.ts';
import type { AnalysisSlot } from './AnalysisSlot.ts';
import { basisOf, type Basis } from './basis.ts';
import { CameraScanner, type ScanFailure, type ScanTimes } from './CameraScanner.ts';
import type { ChallengeEvent } from './challenges/Challenge.ts';
import { ChallengeDesk } from './challenges/ChallengeDesk.ts';
import type { ChallengeHistory } from './challenges/ChallengeHistory.ts';
import {
  doubtAbsence,
  emptyLedger,
  forgetGenuine,
  forgetPassed,
  hintAtDevice,
  refuteByPass,
  remember,
  type Ledger,
} from './ledger.ts';
import { climb, lowestRung, type Ladder, type PolicySettings, type Step } from './policy.ts';
import { fuse } from './risk.ts';
import type { AssessmentDetail, Subject, SubjectIdentity, WatchedCamera } from './types.ts';

export interface SubjectTimes extends ScanTimes {
  staleAfterMs: number;
  verifiedTtlMs: number;
}

export interface SubjectOptions {
  identity: SubjectIdentity;
  subjectId: number;
  groupId: number;
  pool: AnalysisPool;
  times: SubjectTimes;
  logger: Logger;
  history: ChallengeHistory;
  policy: () => PolicySettings;
  /** SHA-256 of the settings that the analysis runs under, for the record. */
  settings: () => string;
  heldBackMs: () => number;
  onChallenge: (event: ChallengeEvent) => void;
  onStep: (step: Step, assessment: Assessment) => void;
  onResult: (assessment: Assessment, detail: AssessmentDetail) => void;
  /** Every look, also one whose result is not told because nothing has changed. */
  onLook: (looked: Looked) => void;
  onClose: () => void;
}

/** Looks without a face, and for how long, before the participant is called unscored for it. */
const FACELESS_LOOKS = 2;
const FACELESS_MS = 3000;
/** One failed look may be chance: a lost key frame, a sender that was busy. */
const FAILED_LOOKS = 2;

/**
 * Keeps what is known of one participant and turns it into assessments. Never awaited by a call: looks come in when they
 * come in. A result that gets no younger becomes `unscored`, it never stays `safe`.
 */
export class WatchedSubject implements Subject {
  readonly callId: string;
  readonly peerId: string;
  readonly userId: string | null;
  readonly challenges: ChallengeDesk;
  readonly #options: SubjectOptions;
  readonly #slot: AnalysisSlot;
  #assessment: Assessment = unscored('waiting', null);
  #consented = false;
  #camera: WatchedCamera | null = null;
  #cameraOn = true;
  #virtual = false;
  #scanner: CameraScanner | null = null;
  readonly #closing = new Set<Promise<void>>();
  #ledger: Ledger = emptyLedger;
  /** When a challenge was passed on this very track; epoch, milliseconds. */
  #verifiedAtMs: number | null = null;
  #ladder: Ladder = lowestRung;
  #last: Looked | null = null;
  /** A result in time: not one yet, one that is young enough, or none that is. */
  #freshness: 'awaited' | 'fresh' | 'stale' = 'awaited';
  #failure: ScanFailure | null = null;
  #failedLooks = 0;
  #faceless = { looks: 0, sinceMs: 0 };
  #staleTimer: NodeJS.Timeout | null = null;
  #told: Assessment = this.#assessment;
  #toldAtMs = 0;
  #slowed = 0;
  #closed = false;

  constructor(options: SubjectOptions) {
    this.#options = options;
    this.callId = options.identity.callId;
    this.peerId = options.identity.peerId;
    this.userId = options.identity.userId;
    this.#slot = options.pool.assign();
    this.challenges = new ChallengeDesk({
      callId: this.callId,
      peerId: this.peerId,
      person: this.userId ?? this.peerId,
      history: options.history,
      invites: () => options.policy().challenge !== 'never',
      canStart: () => this.#scanner !== null && this.#slot.child !== null,
      watchClosely: (on) => this.#scanner?.watchClosely(on),
      onEvent: options.onChallenge,
      onEvidence: (evidence) => this.#handleChallengeEvidence(evidence),
    });
  }

  get assessment(): Assessment {
    return this.#assessment;
  }

  /** Looks that were put off because the process had too much to do. */
  get slowed(): number {
    return this.#slowed + (this.#scanner?.counters.slowed ?? 0);
  }

  setConsent(given: boolean): void {
    if (this.#closed || this.#consented === given) return;
    this.#consented = given;
    if (!given) this.#slot.child?.forgetSubject(this.#options.subjectId);
    this.#update();
  }

  setCamera(camera: WatchedCamera | null): void {
    if (this.#closed || this.#camera?.producerId === camera?.producerId) return;
    this.#camera = camera;
    this.#cameraOn = true;
    this.#virtual = camera?.virtual ?? false;
    this.#stopScanning();
    this.#update();
  }

  setCameraOn(on: boolean): void {
    if (this.#closed || this.#cameraOn === on) return;
    this.#cameraOn = on;
    this.#update();
  }

  setVirtual(virtual: boolean): void {
    if (this.#closed || this.#virtual === virtual) return;
    this.#virtual = virtual;
    this.#ledger = hintAtDevice(this.#ledger, virtual, Date.now());
    this.#tell(null);
  }

  /** By the policy's wish; where that cannot be now, it is offered another time. */
  offerChallenge(): void {
    if (this.challenges.open || !this.#scanner) return;
    this.challenges.invite('light', 'policy', null);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.challenges.close();
    this.#stopScanning();
    this.#slot.child?.forgetSubject(this.#options.subjectId);
    this.#options.pool.release(this.#slot);
    this.#options.onClose();
  }

  /** Resolves when everything that was started here has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** Brings the scanner in line with what is known of the camera. */
  #update(): void {
    const wanted = this.#consented && this.#cameraOn ? this.#camera : null;
    if (!wanted) this.#stopScanning();
    else if (!this.#scanner) this.#startScanning(wanted);
    this.#tell(null);
  }

  #startScanning(camera: WatchedCamera): void {
    const { subjectId, groupId, times, logger, heldBackMs } = this.#options;
    // Another track, or the same one after a break in which anything may have been put in its place.
    this.#forgetTrack();
    this.#scanner = new CameraScanner({
      camera,
      slot: this.#slot,
      subjectId,
      groupId,
      times,
      logger,
      heldBackMs,
      cadence: () => ({ risk: this.#assessment.risk, faceSeen: this.#faceless.looks === 0 }),
      onLooked: (looked, tooSeldom) => this.#handleLooked(looked, tooSeldom),
      onFailure: (failure) => this.#handleFailure(failure),
      onDown: () => this.#handleDown(),
    });
    this.#restartStaleTimer(Date.now());
  }

  #stopScanning(): void {
    const scanner = this.#scanner;
    if (this.#staleTimer) clearTimeout(this.#staleTimer);
    if (!scanner) return;
    this.#scanner = null;
    this.challenges.interrupt();
    this.#slowed += scanner.counters.slowed;
    const ended = scanner.close().finally(() => this.#closing.delete(ended));
    this.#closing.add(ended);
  }

  #forgetTrack(): void {
    this.challenges.interrupt();
    this.#verifiedAtMs = null;
    this.#ledger = forgetGenuine(this.#ledger);
    this.#last = null;
    this.#freshness = 'awaited';
    this.#failure = null;
    this.#failedLooks = 0;
    this.#faceless = { looks: 0, sinceMs: 0 };
  }

  #handleLooked(looked: Looked, tooSeldom: boolean): void {
    if (!this.#scanner) return;
    this.#ledger = remember(this.#ledger, looked.evidence);
    if (tooSeldom) this.#ledger = doubtAbsence(this.#ledger);
    this.#ledger = hintAtDevice(this.#ledger, this.#virtual, looked.atMs);
    if (looked.evidence.some(isFaceChange)) this.#voidPasses();
    if (looked.glimpse) this.challenges.see({ atMs: looked.atMs, ...looked.glimpse });
    this.#last = looked;
    this.#freshness = 'fresh';
    this.#failure = null;
    this.#failedLooks = 0;
    this.#notePresence(looked);
    this.#restartStaleTimer(looked.atMs);
    this.#tell(looked);
    this.#options.onLook(looked);
    this.#climb();
  }

  #handleChallengeEvidence(evidence: Evidence): void {
    if (this.#closed) return;
    this.#ledger = remember(this.#ledger, [evidence]);
    if (evidence.code === 'passed') this.#acceptPass(evidence.toMs);
    if (evidence.code === 'failed') this.#verifiedAtMs = null;
    this.#tell(null, [evidence]);
    this.#climb();
  }

  /** What follows from the newest assessment. */
  #climb(): void {
    const { policy, onStep } = this.#options;
    const facts = { nowMs: Date.now(), verified: this.#verifiedAtMs !== null, checkOpen: this.challenges.open };
    const { ladder, steps } = climb(this.#ladder, this.#assessment, policy(), facts);
    this.#ladder = ladder;
    for (const step of steps) onStep(step, this.#assessment);
  }

  /** Whoever passed is there, live: what spoke against before is answered, and he is the one to compare with. */
  #acceptPass(atMs: number): void {
    this.#verifiedAtMs = atMs;
    const faceChanged = this.#ledger.get('identity_continuity')?.finding?.code === 'face_changed';
    if (faceChanged) this.#slot.child?.forgetSubject(this.#options.subjectId);
    this.#ledger = refuteByPass(this.#ledger);
  }

  /** Another face, or too long ago: what was passed says nothing of who is there now. */
  #voidPasses(): void {
    if (this.#verifiedAtMs === null) return;
    this.#verifiedAtMs = null;
    this.#ledger = forgetPassed(this.#ledger);
  }

  #notePresence({ evidence, atMs }: Looked): void {
    const presence = evidence.find(({ analyzer }) => analyzer === 'face_presence');
    // A look that left the face out says nothing of it.
    if (!presence) return;
    // Nor does a model that is missing say whether there is one.
    const seen = !presence.abstained || presence.code === 'model_missing';
    if (seen) this.#faceless = { looks: 0, sinceMs: 0 };
    else this.#faceless = { looks: this.#faceless.looks + 1, sinceMs: this.#faceless.sinceMs || atMs };
  }

  #handleFailure(failure: ScanFailure): void {
    if (!this.#scanner) return;
    this.#failure = failure;
    this.#failedLooks++;
    this.#tell(null);
  }

  #handleDown(): void {
    if (!this.#scanner) return;
    this.#forgetTrack();
    this.#failure = 'analysis_down';
    this.#failedLooks = FAILED_LOOKS;
    this.#tell(null);
  }

  /** @param sinceMs - When the newest picture came, which may have waited long for its turn; epoch, milliseconds. */
  #restartStaleTimer(sinceMs: number): void {
    if (this.#staleTimer) clearTimeout(this.#staleTimer);
    const leftMs = sinceMs + this.#options.times.staleAfterMs - Date.now();
    this.#staleTimer = setTimeout(
      () => {
        this.#freshness = 'stale';
        this.#tell(null);
      },
      Math.max(0, leftMs),
    );
  }

  /**
   * Makes the assessment anew and tells it: at once when its head says something else, after a while when only causes do,
   * and after every scan.
   */
  #tell(looked: Looked | null, extra: readonly Evidence[] = []): void {
    if (this.#closed) return;
    const nowMs = Date.now();
    const { verifiedTtlMs } = this.#options.times;
    if (this.#verifiedAtMs !== null && nowMs - this.#verifiedAtMs >= verifiedTtlMs) this.#voidPasses();
    const sinceMs = nowMs - this.#toldAtMs;
    this.#assessment = this.#assess(nowMs);
    const changed = headOf(this.#assessment) !== headOf(this.#told);
    const causesChanged = JSON.stringify(this.#assessment.causes) !== JSON.stringify(this.#told.causes);
    const due = looked !== null && sinceMs >= this.#options.times.scanIntervalMs * SCAN_SHARE;
    if (!changed && !due && extra.length === 0 && !(causesChanged && sinceMs >= CAUSES_EVERY_MS)) return;
    this.#told = this.#assessment;
    this.#toldAtMs = nowMs;
    this.#options.onResult(this.#told, {
      evidence: [...(looked?.evidence ?? []), ...extra],
      durations: looked?.durations ?? null,
      basis: this.#basis(nowMs),
    });
  }

  #basis(nowMs: number): Basis {
    return basisOf({
      ledger: this.#ledger,
      nowMs,
      verified: this.#verifiedAtMs !== null,
      reason: this.#assessment.reason,
      last: this.#last,
      settings: this.#options.settings(),
    });
  }

  #assess(nowMs: number): Assessment {
    const scannedAt = this.#last ? new Date(this.#last.atMs).toISOString() : null;
    const fusion = fuse(this.#ledger, nowMs, this.#verifiedAtMs !== null);
    const reason = this.#reason(nowMs, fusion.status === 'risk');
    if (reason) return { ...unscored(reason, scannedAt), causes: reason === 'no_face' ? fusion.causes : [] };
    return {
      ...fusion,
      reason: null,
      scannedAt,
      verifiedAt: this.#verifiedAtMs === null ? null : new Date(this.#verifiedAtMs).toISOString(),
      modelVersions: this.#last?.modelVersions ?? {},
    };
  }

  /** Why nothing can be said; null when something can. */
  #reason(nowMs: number, atRisk: boolean): UnscoredReason | null {
    if (!this.#consented) return 'not_consented';
    if (!this.#camera || !this.#cameraOn) return 'camera_off';
    if (this.#failure && this.#failedLooks >= FAILED_LOOKS) return this.#failure;
    if (this.#freshness === 'awaited') return 'waiting';
    if (this.#freshness === 'stale') return this.#failure ?? 'analysis_down';
    const { looks, sinceMs } = this.#faceless;
    const faceless = looks >= FACELESS_LOOKS && nowMs - sinceMs >= FACELESS_MS;
    // A frozen or looped picture is one whether there is a face in it or not.
    return faceless && !atRisk ? 'no_face' : null;
  }
}

/** In a window there is a look each second; the record gets one for each scan interval. */
const SCAN_SHARE = 0.85;
/** A head that turns to and fro changes what analyzers say every second. */
const CAUSES_EVERY_MS = 3000;

function unscored(reason: UnscoredReason, scannedAt: string | null): Assessment {
  return {
    status: 'unscored',
    assurance: 'none',
    reason,
    risk: null,
    confidence: null,
    causes: [],
    scannedAt,
    verifiedAt: null,
    modelVersions: {},
  };
}

function isFaceChange({ code, abstained }: Evidence): boolean {
  return code === 'face_changed' && !abstained;
}

/** What participants notice first of an assessment. */
function headOf({ status, assurance, reason, risk }: Assessment): string {
  return JSON.stringify([status, assurance, reason, risk === null ? null : Math.round(risk * 10)]);
}
