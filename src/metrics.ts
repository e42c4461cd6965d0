import { readFileSync } from 'node:fs';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Call } from './calls/Call.ts';
import type { Webhooks } from './webhooks/Webhooks.ts';

/** What is measured, by whoever knows it. Read when somebody asks for the metrics. */
export interface MetricsSources {
  calls: () => readonly Call[];
  sockets: () => number;
  /** Process ids of the media workers; 0 while one is being replaced. */
  workerPids: () => readonly number[];
  /** Plain counts of the assessment, by name. */
  assessment: () => Record<string, number>;
  /** Seconds since the last look at each camera that can be looked at. */
  scanAges: () => readonly number[];
  readiness: () => Promise<Record<string, boolean>>;
  /** Null: nobody is told of events. */
  webhooks: Pick<Webhooks, 'attempts' | 'queued'> | null;
}

/** Seconds; requests of ours take milliseconds, and a second is an outage. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** Counts that only ever grow; the others of the assessment are states. */
const growing = /results|unsaved|slowed|restarts|dropped|drops|packets|frames|scans|lost|errors|asked|late/i;

/** The metrics of this process, for Prometheus. docs/monitoring.md says what to alert on. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #http: Histogram<'route' | 'method' | 'status'>;
  readonly #socket: Histogram<'request' | 'outcome'>;

  constructor(sources: MetricsSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 10 });
    this.#http = new Histogram({
      name: 'veritalk_http_request_seconds',
      help: 'HTTP requests by route and status',
      labelNames: ['route', 'method', 'status'],
      buckets,
      registers,
    });
    this.#socket = new Histogram({
      name: 'veritalk_socket_request_seconds',
      help: 'Socket requests by name and outcome (ok or an error code)',
      labelNames: ['request', 'outcome'],
      buckets,
      registers,
    });
    this.#gauge('veritalk_sockets', 'Open socket connections', () => sources.sockets());
    this.#addCalls(sources.calls);
    this.#addWorkers(sources.workerPids);
    this.#addAssessment(sources);
    this.#addWebhooks(sources.webhooks);
    const ready = new Gauge({
      name: 'veritalk_ready',
      help: 'Whether a part works (1) or not (0); readiness is all of them',
      labelNames: ['part'],
      registers,
      collect: async () => {
        for (const [part, good] of Object.entries(await sources.readiness())) ready.set({ part }, good ? 1 : 0);
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  httpRequest(labels: { route: string; method: string; status: number }, ms: number): void {
    this.#http.observe({ ...labels, status: String(labels.status) }, ms / 1000);
  }

  /** @param outcome - `ok` or an error code. */
  socketRequest(request: string, outcome: string, ms: number): void {
    this.#socket.observe({ request, outcome }, ms / 1000);
  }

  #gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.#registry], collect: () => gauge.set(read()) });
  }

  #addCalls(calls: () => readonly Call[]): void {
    const peers = (): Call['presentPeers'] => calls().flatMap((call) => call.presentPeers);
    const byStatus = new Gauge({
      name: 'veritalk_calls',
      help: 'Calls in memory by status',
      labelNames: ['status'],
      registers: [this.#registry],
      collect: () => {
        for (const status of ['ringing', 'active']) {
          byStatus.set({ status }, calls().filter((call) => call.status === status).length);
        }
      },
    });
    this.#gauge('veritalk_peers', 'People in calls', () => peers().length);
    this.#gauge(
      'veritalk_peers_reconnecting',
      'People in calls whose connection is lost',
      () => peers().filter((peer) => peer.connection === null).length,
    );
    this.#gauge('veritalk_producers', 'Streams that people send', () =>
      peers().reduce((sum, peer) => sum + (peer.endpoint?.sent.length ?? 0), 0),
    );
    this.#gauge('veritalk_consumers', 'Streams that people receive', () =>
      peers().reduce((sum, peer) => sum + (peer.endpoint?.subscriptions.length ?? 0), 0),
    );
  }

  #addWorkers(pids: () => readonly number[]): void {
    this.#gauge('veritalk_media_workers', 'Media workers that run', () => pids().filter((pid) => pid > 0).length);
    const cpu = new Gauge({
      name: 'veritalk_media_worker_cpu_seconds_total',
      help: 'CPU time of each media worker since its start; near 1 a second it is full',
      labelNames: ['worker'],
      registers: [this.#registry],
      collect: () => {
        for (const [worker, pid] of pids().entries()) cpu.set({ worker }, pid > 0 ? cpuSeconds(pid) : 0);
      },
    });
  }

  #addAssessment({ assessment, scanAges }: MetricsSources): void {
    const registers = [this.#registry];
    const totals = new Counter({
      name: 'veritalk_assessment_events_total',
      help: 'What the assessment counted, by name: results, drops, restarts of its processes, ...',
      labelNames: ['event'],
      registers,
      collect: () => {
        totals.reset();
        for (const [event, count] of counts(assessment(), true)) totals.inc({ event }, count);
      },
    });
    const states = new Gauge({
      name: 'veritalk_assessment_state',
      help: 'What the assessment has now, by name: processes, up, subjects, ...',
      labelNames: ['state'],
      registers,
      collect: () => {
        for (const [state, count] of counts(assessment(), false)) states.set({ state }, count);
      },
    });
    this.#gauge('veritalk_scan_age_seconds_max', 'Age of the oldest last look at a camera that is on', () =>
      Math.max(0, ...scanAges()),
    );
  }

  #addWebhooks(webhooks: MetricsSources['webhooks']): void {
    const events = new Gauge({
      name: 'veritalk_webhook_events',
      help: 'Events in the queue for the receiver of webhooks: waiting, or given up',
      labelNames: ['state'],
      registers: [this.#registry],
      collect: async () => {
        const queued = await webhooks?.queued().catch(() => null);
        if (!queued) return;
        events.set({ state: 'waiting' }, queued.waiting);
        events.set({ state: 'given_up' }, queued.givenUp);
      },
    });
    const attempts = new Counter({
      name: 'veritalk_webhook_attempts_total',
      help: 'Attempts to deliver an event, by outcome',
      labelNames: ['outcome'],
      registers: [this.#registry],
      collect: () => {
        attempts.reset();
        for (const [outcome, count] of Object.entries(webhooks?.attempts ?? {})) attempts.inc({ outcome }, count);
      },
    });
  }
}

function counts(all: Record<string, number>, grow: boolean): [name: string, count: number][] {
  return Object.entries(all).filter(
    ([name, count]) => growing.test(name) === grow && Number.isFinite(count) && count >= 0,
  );
}

/** User and system time of a process (proc(5), fields 14 and 15 of stat, in ticks of 10 ms). */
function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}
