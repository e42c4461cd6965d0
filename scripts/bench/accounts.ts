import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Browser } from 'playwright-core';
import { EmbeddedPostgres } from '../../src/db/EmbeddedPostgres.ts';
import { apiBase, type RouteResponse, type Tokens } from '../../src/protocol/rest.ts';
import { callAndAnswer, launchBrowser, registerPerson, waitForMovingPicture } from '../../test/support/browsers.ts';
import { ServerProcess } from '../../test/support/serverProcess.ts';
import { commandOf, processesOf, pssMb } from './processes.ts';
import { median, percentile, type Row } from './statistics.ts';

const password = 'correct horse battery';
const callCount = 10_000;
const sessionCount = 10;
const historyRate = 200;
const refreshRate = 50;
const windowS = 15;
const rounds = 3;
const manyRequests = 100_000;
/** Requests under way at once, where as many are sent as are answered. */
const concurrency = 16;

/** What accounts and history cost while a call runs, and what is left of many requests. */
export async function measureAccounts(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'veritalk-bench-'));
  const postgres = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres') });
  const memoryFile = join(folder, 'memory.json');
  const server = await ServerProcess.start({
    nodeArgs: ['--expose-gc', '--import', './scripts/bench/collect.mjs'],
    env: { WORKERS: '1', DATABASE_URL: postgres.url, BENCH_MEMORY: memoryFile },
  });
  const rest = new RestClient(server.url);
  try {
    await rest.register('ann');
    await addCalls(postgres.url);
    const rows = await whileCallRuns(server.url, async () => [
      await signIns(rest),
      ...(await refreshes(rest)),
      // Registering was a session, too, and the oldest of eleven ends.
      ...(await histories(rest, (await rest.login()).access_token)),
    ]);
    return [...rows, ...(await manyAndIdle(rest, server, memoryFile))];
  } finally {
    rest.close();
    await server.stop();
    await postgres.close();
    await rm(folder, { recursive: true, force: true });
  }
}

class RestClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** @throws Error unless it is answered with success. */
  async ask<T>(method: string, path: string, { token, body }: { token?: string; body?: object } = {}): Promise<T> {
    const asking = request(this.#url + apiBase + path, {
      method,
      agent: this.#agent,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
    });
    asking.end(body && JSON.stringify(body));
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    const answer = await text(response);
    if (response.statusCode !== 200 && response.statusCode !== 201) throw new Error(`${method} ${path}: ${answer}`);
    return JSON.parse(answer) as T;
  }

  async register(username: string): Promise<void> {
    await this.ask('POST', '/auth/register', { body: { username, email: `${username}@example.org`, password } });
  }

  async login(): Promise<Tokens> {
    return this.ask('POST', '/auth/login', { body: { login: 'ann', password } });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Calls of ann and of others, two stays each, as test/integration/db/history.test.ts has them. */
async function addCalls(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const others = `INSERT INTO users (uuid, username, email, password_hash, full_name)
    SELECT gen_random_uuid(), name, name || '@example.org', 'x', name FROM unnest(ARRAY['bob', 'eve']) name`;
  const calls = `INSERT INTO calls (uuid, room_id, caller_id, callee_id, call_type, status, start_time, end_time, duration,
      created_at, node_id, boot_id, last_seen_at)
    SELECT gen_random_uuid(), substr(md5(n::text), 1, 22), caller.id, bob.id, 'video', 'ended',
      now() - n * interval '1 minute', now() - n * interval '1 minute' + interval '30 s', 30,
      now() - n * interval '1 minute', 'n', 'b', now()
    FROM generate_series(${2 * callCount}, 1, -1) n
    JOIN users bob ON bob.username = 'bob'
    JOIN users caller ON caller.username = CASE WHEN n % 2 = 0 THEN 'ann' ELSE 'eve' END`;
  const members = `INSERT INTO call_participants (call_id, user_id)
    SELECT id, caller_id FROM calls UNION ALL SELECT id, callee_id FROM calls`;
  const stays = `INSERT INTO call_participants (call_id, user_id, peer_id, role, joined_at, left_at, security_status)
    SELECT call_id, user_id, gen_random_uuid(), 'host', now(), now(), 'safe' FROM call_participants`;
  for (const statement of [others, calls, members, stays, 'ANALYZE']) await client.query(statement);
  await client.end();
}

/** Two people see each other meanwhile. Their browsers would be on other machines: they get what is left of this one. */
async function whileCallRuns(url: string, work: () => Promise<Row[]>): Promise<Row[]> {
  const browser: Browser = await launchBrowser();
  try {
    const caller = await registerPerson(browser, url, 'caller');
    const callee = await registerPerson(browser, url, 'callee');
    await callAndAnswer(caller, callee);
    for (const { page } of [caller, callee]) await waitForMovingPicture(page);
    for (const { pid } of processesOf(process.pid)) if (commandOf(pid).includes('chrom')) setPriority(pid, 19);
    const rows = await work();
    for (const { page } of [caller, callee]) await waitForMovingPicture(page);
    return rows;
  } finally {
    await browser.close();
  }
}

async function signIns(rest: RestClient): Promise<Row> {
  const times: number[] = [];
  const startedMs = performance.now();
  const untilMs = startedMs + windowS * 1000;
  await atOnce(4, async () => {
    while (performance.now() < untilMs) times.push(await timed(() => rest.login()));
  });
  const rate = times.length / ((performance.now() - startedMs) / 1000);
  const value = `${rate.toFixed(0)} /s; median ${ms(median(times))}, p99 ${ms(percentile(times, 0.99))}`;
  return { measured: 'signing in, four at once, while a call runs', aim: '', value, n: times.length };
}

/** Each session's token is replaced by the next; the sessions take turns. */
async function refreshes(rest: RestClient): Promise<Row[]> {
  const tokens: string[] = [];
  for (let i = 0; i < sessionCount; i++) tokens.push((await rest.login()).refresh_token);
  const waiting = tokens.map(() => Promise.resolve());
  const turn = (i: number): Promise<void> => {
    const at = i % tokens.length;
    const done = (waiting[at] ?? Promise.resolve()).then(async () => {
      const body = { refresh_token: tokens[at] };
      tokens[at] = (await rest.ask<Tokens>('POST', '/auth/refresh', { body })).refresh_token;
    });
    waiting[at] = done;
    return done;
  };
  const times = await steadily(refreshRate, windowS, turn);
  return [row(`renewing a session, ${refreshRate} a second, while a call runs`, '<= 10 ms', [times])];
}

async function histories(rest: RestClient, token: string): Promise<Row[]> {
  type Page = RouteResponse<'callHistory'>;
  const cursors: (string | null)[] = [null];
  for (let i = 0; i < 20; i++) {
    const query = cursors.at(-1) ? `&cursor=${cursors.at(-1)}` : '';
    cursors.push((await rest.ask<Page>('GET', `/calls/history?limit=100${query}`, { token })).next_cursor);
  }
  const page = (i: number): Promise<Page> => {
    const cursor = i % 2 === 0 ? null : cursors[(i >> 1) % cursors.length];
    return rest.ask('GET', `/calls/history${cursor ? `?cursor=${cursor}` : ''}`, { token });
  };
  const times: number[][] = [];
  for (let round = 0; round < rounds; round++) times.push(await steadily(historyRate, windowS, page));
  const measured = `GET /calls/history of ${callCount} calls, ${historyRate} a second, while a call runs`;
  const most = await atMost(page);
  return [
    row(measured, 'p99 <= 15 ms', times),
    { measured: 'GET /calls/history, as many as are answered', aim: '', value: `${most.toFixed(0)} /s`, n: 1 },
  ];
}

async function atMost(page: (i: number) => Promise<unknown>): Promise<number> {
  let count = 0;
  const startedMs = performance.now();
  await atOnce(concurrency, async () => {
    while (performance.now() < startedMs + 5000) await page(count++);
  });
  return count / ((performance.now() - startedMs) / 1000);
}

/** Memory of the server's own process, garbage collected: before, and when it is idle again. */
async function manyAndIdle(rest: RestClient, server: ServerProcess, memoryFile: string): Promise<Row[]> {
  let { access_token: token } = await rest.login();
  let sent = 0;
  const some = async (until: number): Promise<void> => {
    token = (await rest.login()).access_token;
    await atOnce(concurrency, async () => {
      while (sent < until) await rest.ask('GET', ++sent % 4 === 0 ? '/auth/me' : '/calls/history', { token });
    });
  };
  const look = async (): Promise<{ heapMb: number; pss: number }> => {
    await rm(memoryFile, { force: true });
    process.kill(server.pid, 'SIGUSR2');
    let written: string | null = null;
    while (written === null) {
      await delay(200);
      written = await readFile(memoryFile, 'utf8').catch(() => null);
    }
    const { heapUsed } = JSON.parse(written) as { heapUsed: number };
    const pss = pssMb(server.pid).find(({ part }) => part === 'node')?.mb ?? NaN;
    return { heapMb: heapUsed / 2 ** 20, pss };
  };
  // Compiled code, connections and caches are made by the first ones.
  await some(manyRequests / 20);
  await delay(3000);
  const before = await look();
  const startedMs = performance.now();
  const first = sent;
  while (sent < first + manyRequests) await some(Math.min(sent + 20_000, first + manyRequests));
  const seconds = (performance.now() - startedMs) / 1000;
  await delay(10_000);
  const after = await look();
  const change = (from: number, to: number): string => `${from.toFixed(1)} to ${to.toFixed(1)} MB`;
  const n = sent - first;
  return [
    { measured: `requests at ${concurrency} at once, no call`, aim: '', value: `${(n / seconds).toFixed(0)} /s`, n },
    {
      measured: 'heap when idle, before and after them',
      aim: 'unchanged',
      value: change(before.heapMb, after.heapMb),
      n,
    },
    { measured: 'PSS when idle, before and after them', aim: 'unchanged', value: change(before.pss, after.pss), n },
  ];
}

/**
 * Sends at a steady rate, whether answers come or not. Times count from when a request was due, so that one that had to
 * wait for others before it is not flattered.
 */
async function steadily(rate: number, seconds: number, send: (i: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  const under: Promise<void>[] = [];
  const startedMs = performance.now();
  for (let i = 0; i < rate * seconds; i++) {
    const dueMs = startedMs + (i * 1000) / rate;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await delay(earlyMs);
    under.push(send(i).then(() => void times.push(performance.now() - dueMs)));
  }
  await Promise.all(under);
  return times;
}

async function atOnce(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** @param sets - Of rounds: the medians over them are given. */
function row(measured: string, aim: string, sets: readonly number[][]): Row {
  const over = (share: number): string => ms(median(sets.map((times) => percentile(times, share))));
  const value = `median ${over(0.5)}, p99 ${over(0.99)}${sets.length > 1 ? ` (median of ${sets.length} rounds)` : ''}`;
  return { measured, aim, value, n: sets.flat().length };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
