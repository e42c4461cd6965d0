import { once } from 'node:events';
import type { types } from 'mediasoup';
import type { CatalogEntry, Evidence, Looked } from '../../src/analysis/protocol.ts';
import { AnalysisPool } from '../../src/assessment/AnalysisPool.ts';
import { Monitor } from '../../src/assessment/Monitor.ts';
import { processState } from '../../src/assessment/processState.ts';
import type { Subject } from '../../src/assessment/types.ts';
import { createLogger } from '../../src/logger.ts';
import { requestedCamera, testRouter } from '../../test/support/rtp/routedCamera.ts';
import { analysisPids } from '../../test/support/processes.ts';
import { modelsDir, realTimes } from '../../test/support/TestMonitor.ts';
import { testPool } from '../../test/support/webrtc.ts';
import { RATES, type Role } from './cast.ts';

/** One look at one participant, with the assessment after it. */
export interface LookRecord {
  /** Seconds since his camera began. */
  atS: number;
  status: string;
  risk: number | null;
  confidence: number | null;
  evidence: Pick<Evidence, 'analyzer' | 'llr' | 'quality' | 'abstained' | 'code' | 'details'>[];
  waitedMs: number;
}

export interface Performance extends Omit<Role, 'scene'> {
  looks: LookRecord[];
}

export interface RunResult {
  performances: Performance[];
  /** CPU of the analysis processes for each second of each participant. */
  cpuMsPerParticipantSecond: number;
  looksPerParticipantSecond: number;
  waitedMs: number[];
}

/** Models of the catalog that take part. */
export interface OperatorModels {
  folder: string;
  catalog: readonly CatalogEntry[];
}

/** The first window ends early for those who switch while they are at rest. */
const REST_TIMES = { ...realTimes, firstIntegrityWindowMs: 15_000 };
const BETWEEN_STARTS_MS = 150;

/**
 * Has everybody play his role before real analysis processes: RTP goes through a mediasoup worker, its router and our
 * tap, and the server's own monitor decides when to look. So many at a time as are asked for.
 */
export async function perform(
  roles: readonly Role[],
  options: { parallel: number; say: (line: string) => void; models?: OperatorModels },
): Promise<RunResult> {
  const stage = await Stage.open(options.models);
  try {
    const startedCpuMs = stage.cpuMs();
    const performances = await inParallel(roles, options, (role) => stage.play(role));
    const seconds = performances.reduce((sum, { lengthS }) => sum + lengthS, 0);
    const looks = performances.flatMap((performance) => performance.looks);
    return {
      performances,
      cpuMsPerParticipantSecond: (stage.cpuMs() - startedCpuMs) / seconds,
      looksPerParticipantSecond: looks.length / seconds,
      waitedMs: looks.map(({ waitedMs }) => waitedMs),
    };
  } finally {
    await stage.close();
  }
}

async function inParallel<T>(
  roles: readonly Role[],
  { parallel, say }: { parallel: number; say: (line: string) => void },
  play: (role: Role) => Promise<T>,
): Promise<T[]> {
  // The longest first, so that none is left over at the end.
  const waiting = roles.toSorted((a, b) => b.lengthS - a.lengthS);
  const results: T[] = [];
  const place = async (number: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, number * BETWEEN_STARTS_MS));
    for (let role = waiting.shift(); role; role = waiting.shift()) {
      results.push(await play(role));
      say(`${results.length} of ${roles.length}: ${role.kind}, ${role.name}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, roles.length) }, (_, i) => place(i)));
  return results;
}

/** Worker, analysis process and monitors for an evaluation. */
class Stage {
  #lastPeer = 0;

  static async open(models?: OperatorModels): Promise<Stage> {
    const logger = createLogger('silent');
    const workers = await testPool();
    const pool = await AnalysisPool.create({ processes: 1, modelsDir, logger });
    if (models) pool.useModels(models.folder, models.catalog);
    const store = { saveScan: () => Promise.resolve() };
    const monitorWith = (times: typeof realTimes): Monitor => {
      const monitor = new Monitor({ pool, store, logger, times });
      monitor.setMaxListeners(0);
      return monitor;
    };
    const monitors = { usual: monitorWith(realTimes), rest: monitorWith(REST_TIMES) };
    return new Stage(workers, await testRouter(workers), pool, monitors);
  }

  private constructor(
    private readonly workers: Awaited<ReturnType<typeof testPool>>,
    private readonly router: types.Router,
    private readonly pool: AnalysisPool,
    private readonly monitors: { usual: Monitor; rest: Monitor },
  ) {}

  cpuMs(): number {
    return analysisPids().reduce((sum, pid) => sum + (processState(pid)?.cpuMs ?? 0), 0);
  }

  async play({ scene, ...role }: Role): Promise<Performance> {
    const qualities = RATES[role.rate];
    const quality = (frame: number): number => qualities[frame % qualities.length] ?? 30;
    const camera = await requestedCamera(this.router, { scene, quality, loss: role.loss });
    const monitor = role.kind.endsWith('at rest') ? this.monitors.rest : this.monitors.usual;
    const peerId = `peer-${++this.#lastPeer}`;
    const subject = monitor.watch({ callId: `call-${peerId}`, peerId, userId: null });
    const startedAtMs = Date.now();
    const looks: LookRecord[] = [];
    const found = new AbortController();
    const listener = (watched: Subject, looked: Looked): void => {
      if (watched !== subject) return;
      const record = recordOf(subject, looked, startedAtMs);
      looks.push(record);
      if (isFound(record, role.attackAtS)) found.abort();
    };
    monitor.on('look', listener);
    subject.setConsent(true);
    subject.setCamera(camera);
    const signal = AbortSignal.any([AbortSignal.timeout(Math.round(1000 * role.lengthS)), found.signal]);
    await once(signal, 'abort');
    const lengthS = Math.min(role.lengthS, (Date.now() - startedAtMs) / 1000);
    subject.close();
    monitor.off('look', listener);
    await camera.close();
    return { ...role, lengthS, looks };
  }

  async close(): Promise<void> {
    await Promise.all([this.monitors.usual.close(), this.monitors.rest.close()]);
    await this.pool.close();
    await this.workers.close();
  }
}

/** An attack that was found need not go on. */
function isFound({ atS, evidence }: LookRecord, attackAtS: number | null): boolean {
  if (attackAtS === null || atS < attackAtS) return false;
  return evidence.some(({ code }) => code === 'frozen' || code === 'looped' || code === 'face_changed');
}

function recordOf(subject: Subject, looked: Looked, startedAtMs: number): LookRecord {
  const { status, risk, confidence } = subject.assessment;
  return {
    atS: (looked.atMs - startedAtMs) / 1000,
    status,
    risk,
    confidence,
    waitedMs: looked.waitedMs,
    evidence: looked.evidence.map(({ analyzer, llr, quality, abstained, code, details }) => ({
      analyzer,
      llr,
      quality,
      abstained,
      code,
      details,
    })),
  };
}
