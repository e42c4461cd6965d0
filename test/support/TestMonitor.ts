import { existsSync } from 'node:fs';
import path from 'node:path';
import { AnalysisPool } from '../../src/assessment/AnalysisPool.ts';
import type { AssessmentStore } from '../../src/assessment/AssessmentStore.ts';
import { Monitor } from '../../src/assessment/Monitor.ts';
import type { AssessmentResult, Subject, WatchedCamera } from '../../src/assessment/types.ts';
import type { SubjectTimes } from '../../src/assessment/WatchedSubject.ts';
import type { Assessment } from '../../src/protocol/assessment.ts';
import { createLogger } from '../../src/logger.ts';

/** Where set-up has put the converted models. */
export const modelsDir = path.resolve('.cache/models');

/** Pictures of people, which are not part of the project; null where they are absent. */
export const mediaDir = existsSync('../shared/media') ? path.resolve('../shared/media') : null;

/** The real times of DETECTION and DESIGN. */
export const realTimes: SubjectTimes = {
  scanIntervalMs: 10_000,
  firstIntegrityWindowMs: 60_000,
  integrityWindowMs: 30_000,
  staleAfterMs: 20_000,
  verifiedTtlMs: 600_000,
};

/** A monitor with real analysis processes and a store that keeps results in memory. */
export class TestMonitor {
  readonly monitor: Monitor;
  readonly pool: AnalysisPool;
  readonly saved: AssessmentResult[] = [];
  /** Makes the store refuse, as a database that is away does. */
  storeFails = false;
  #lastPeer = 0;

  static async create(
    options: { processes?: number; times?: Partial<SubjectTimes>; modelsDir?: string; program?: string } = {},
  ): Promise<TestMonitor> {
    const logger = createLogger('silent');
    const pool = await AnalysisPool.create({
      processes: options.processes ?? 1,
      modelsDir: options.modelsDir ?? modelsDir,
      logger,
      ...(options.program === undefined ? {} : { program: options.program }),
    });
    return new TestMonitor(pool, { ...realTimes, ...options.times });
  }

  private constructor(pool: AnalysisPool, times: SubjectTimes) {
    this.pool = pool;
    const store: AssessmentStore = {
      saveScan: async (result) => {
        if (this.storeFails) throw new Error('the database is away');
        this.saved.push(result);
      },
    };
    this.monitor = new Monitor({ pool, store, logger: createLogger('silent'), times });
    // Every participant of a test listens.
    this.monitor.setMaxListeners(0);
  }

  /** Watches a consenting participant with this camera. */
  watch(camera: WatchedCamera | null, callId = 'call'): Watched {
    const subject = this.monitor.watch({ callId, peerId: `peer-${++this.#lastPeer}`, userId: null });
    const watched = new Watched(this.monitor, subject);
    subject.setConsent(true);
    if (camera) subject.setCamera(camera);
    return watched;
  }

  async close(): Promise<void> {
    await this.monitor.close();
    await this.pool.close();
  }
}

/** One participant and everything that was said of him since, with the time since then. */
export class Watched {
  readonly subject: Subject;
  readonly results: AssessmentResult[] = [];
  readonly #monitor: Monitor;
  readonly #startedAtMs = performance.now();
  #latest = 0;

  constructor(monitor: Monitor, subject: Subject) {
    this.#monitor = monitor;
    this.subject = subject;
    monitor.on('assessment', (result) => {
      if (result.peerId !== subject.peerId) return;
      this.results.push(result);
      this.#latest = performance.now();
    });
  }

  get statuses(): string[] {
    return this.results.map(({ assessment: { status, reason } }) => (reason ? `${status} ${reason}` : status));
  }

  /** Milliseconds from the beginning to the newest result. */
  get latestMs(): number {
    return this.#latest - this.#startedAtMs;
  }

  /**
   * Waits for an assessment that fulfils a condition, now or later.
   *
   * @throws When none came in time, with what came instead.
   */
  async until(condition: (assessment: Assessment) => boolean, withinMs: number): Promise<Assessment> {
    if (condition(this.subject.assessment)) return this.subject.assessment;
    const { promise, resolve, reject } = Promise.withResolvers<Assessment>();
    const listener = ({ peerId, assessment }: AssessmentResult): void => {
      if (peerId === this.subject.peerId && condition(assessment)) resolve(assessment);
    };
    const timer = setTimeout(
      () => reject(new Error(`not within ${withinMs} ms; there were: ${this.statuses.join(', ')}`)),
      withinMs,
    );
    this.#monitor.on('assessment', listener);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#monitor.off('assessment', listener);
    }
  }

  unscored(reason: Assessment['reason'], withinMs: number): Promise<Assessment> {
    return this.until((assessment) => assessment.status === 'unscored' && assessment.reason === reason, withinMs);
  }
}
