import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Browser } from 'playwright-core';
import { EmbeddedPostgres } from '../../src/db/EmbeddedPostgres.ts';
import { launchBrowser, mediaFile, registerPerson, type Person } from '../../test/support/browsers.ts';
import { ServerProcess } from '../../test/support/serverProcess.ts';
import { movingCamera } from './camera.ts';
import { cpuSeconds, pssMb, type Part } from './processes.ts';
import { median, percentile, type Row } from './statistics.ts';

const people = 4;
const windowMs = 60_000;

/** A call of four for two minutes: CPU by part in the integrity windows and after them, memory, scans, event loop. */
export async function measureLoad(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'veritalk-bench-'));
  const postgres = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres') });
  const loopDelayFile = join(folder, 'loop-delay');
  const server = await ServerProcess.start({
    nodeArgs: ['--import', './scripts/bench/loopDelay.mjs'],
    env: { WORKERS: '1', DATABASE_URL: postgres.url, BENCH_LOOP_DELAY: loopDelayFile },
  });
  const browser = await launchBrowser({ camera: mediaFile('webcam/real-1-22s.mjpeg') ?? (await movingCamera()) });
  try {
    const idle = pssMb(server.pid);
    const startedAt = Date.now();
    const persons = await meeting(browser, server.url);
    const first = await cpuOver(server.pid);
    const later = await cpuOver(server.pid);
    const rows = [
      ...cpuRows('first minute, integrity windows open', first),
      ...cpuRows('second minute, mostly between windows', later),
      ...memoryRows(idle, pssMb(server.pid)),
      await loopRow(loopDelayFile, startedAt),
      ...(await scanRows(postgres.url)),
    ];
    await Promise.all(persons.map(({ context }) => context.close()));
    return rows;
  } finally {
    await browser.close();
    await server.stop();
    await postgres.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function meeting(browser: Browser, url: string): Promise<Person[]> {
  const persons: Person[] = [];
  for (let i = 0; i < people; i++) persons.push(await registerPerson(browser, url, `person${String(i)}`));
  const [host, ...others] = persons;
  if (!host) return persons;
  await host.page.getByTestId('start-meeting').click();
  await enter(host);
  const link = host.page.url();
  for (const person of others) {
    await person.page.goto(link);
    await enter(person);
  }
  return persons;
}

async function enter({ page }: Person): Promise<void> {
  const consent = page.getByTestId('consent-accept');
  const join = page.getByTestId('prejoin-join');
  await consent.or(join).first().waitFor();
  if (await consent.isVisible()) await consent.click();
  await join.click();
  await page.getByTestId('call').waitFor();
}

async function cpuOver(pid: number): Promise<Record<Part, number>> {
  const before = cpuSeconds(pid);
  await new Promise((resolve) => setTimeout(resolve, windowMs));
  const after = cpuSeconds(pid);
  const share = (part: Part): number => ((after[part] - before[part]) * 60_000) / windowMs;
  return { node: share('node'), worker: share('worker'), analysis: share('analysis'), postgres: share('postgres') };
}

function cpuRows(when: string, cpu: Record<Part, number>): Row[] {
  const without = cpu.node + cpu.worker;
  return [
    {
      measured: `CPU of a minute's call of ${String(people)}, ${when}`,
      aim: '<= 3.0 s without analysis',
      value: `${without.toFixed(2)} s (worker ${cpu.worker.toFixed(2)}, node ${cpu.node.toFixed(2)})`,
      n: 1,
    },
    {
      measured: `analysis on top, ${when}`,
      aim: '<= 15 % outside integrity windows',
      value: `${cpu.analysis.toFixed(2)} s (${((100 * cpu.analysis) / without).toFixed(0)} %)`,
      n: 1,
    },
  ];
}

function memoryRows(idle: ReturnType<typeof pssMb>, inCall: ReturnType<typeof pssMb>): Row[] {
  const without = idle.filter(({ part }) => part !== 'analysis').reduce((sum, { mb }) => sum + mb, 0);
  const children = inCall.filter(({ part }) => part === 'analysis').map(({ mb }) => mb);
  return [
    { measured: 'PSS idle, without analysis and Postgres', aim: '<= 160 MB', value: `${without.toFixed(0)} MB`, n: 1 },
    {
      measured: 'PSS of an analysis process after two minutes',
      aim: '<= 220 MB',
      value: `${Math.max(...children).toFixed(0)} MB`,
      n: children.length,
    },
  ];
}

async function loopRow(file: string, since: number): Promise<Row> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  const samples = lines.map((line) => JSON.parse(line) as { at: number; p99: number }).filter(({ at }) => at >= since);
  const p99 = samples.map((s) => s.p99);
  const value = `median ${median(p99).toFixed(1)} ms, worst second ${Math.max(...p99).toFixed(1)} ms`;
  return { measured: 'event-loop delay p99, by second', aim: '<= 20 ms', value, n: samples.length };
}

interface Scan {
  durations: Record<string, number> | null;
  since_join_s: number;
  rank: number;
}

async function scanRows(databaseUrl: string): Promise<Row[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<Scan>(`
    SELECT a.durations,
      extract(epoch FROM a.at - p.joined_at)::float8 AS since_join_s,
      (row_number() OVER (PARTITION BY a.user_id ORDER BY a.at))::int AS rank
    FROM security_assessments a JOIN call_participants p ON p.peer_id = a.peer_id
    WHERE a.durations IS NOT NULL`);
  await client.end();
  const steps = ['decodeMs', 'detectMs', 'meshMs', 'embedMs', 'totalMs'].map((step): Row => {
    const values = rows.flatMap(({ durations }) => (durations?.[step] === undefined ? [] : [durations[step]]));
    const value = `median ${median(values).toFixed(1)} ms, p95 ${percentile(values, 0.95).toFixed(1)} ms`;
    return { measured: `scan: ${step}`, aim: '', value, n: values.length };
  });
  const first = rows.filter(({ rank }) => rank === 1).map((r) => r.since_join_s);
  const value = `median ${median(first).toFixed(1)} s, worst ${Math.max(...first).toFixed(1)} s`;
  return [...steps, { measured: 'joining to first result', aim: '<= 5 s', value, n: first.length }];
}
