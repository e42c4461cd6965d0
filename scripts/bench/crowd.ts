import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { EmbeddedPostgres } from '../../src/db/EmbeddedPostgres.ts';
import { launchBrowser, registerPerson } from '../../test/support/browsers.ts';
import { startMeeting } from '../../test/support/meetings.ts';
import { Crowd } from '../../test/support/rtp/Crowd.ts';
import type { Row } from './statistics.ts';

const others = 15;
const windowMs = 20_000;
const settleMs = 10_000;
const cycles = Number(process.env.BENCH_CYCLES ?? 200);

/** A page in a call of sixteen whose other cameras are RTP made beforehand: what its script costs, and what it keeps. */
export async function measureCrowd(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'veritalk-bench-'));
  const postgres = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres'), durable: false });
  process.env.DATABASE_URL = postgres.url;
  const crowd = await Crowd.create();
  const browser = await launchBrowser();
  try {
    const me = await registerPerson(browser, crowd.server.url, 'viewer');
    const roomId = (await startMeeting(me)).split('/').at(-1) ?? '';
    let lastLeaves = async (): Promise<void> => {};
    for (let i = 0; i < others; i++) lastLeaves = await crowd.enter(roomId);
    const last = me.page.locator('[data-testid="tile"]').nth(others);
    await last.waitFor();
    const session = await me.context.newCDPSession(me.page);
    await me.page.waitForTimeout(settleMs);
    const script = await scriptRows(session, me.page);
    await lastLeaves();
    await last.waitFor({ state: 'detached' });
    const { token } = await crowd.server.register('comes-and-goes');
    const cycle = async (): Promise<void> => {
      const leave = await crowd.come(roomId, token, 0);
      await last.waitFor();
      await leave();
      await last.waitFor({ state: 'detached' });
    };
    return [...script, await memoryRow(session, cycle)];
  } finally {
    await browser.close();
    await crowd.close();
    await postgres.close();
    delete process.env.DATABASE_URL;
    await rm(folder, { recursive: true, force: true });
  }
}

async function scriptRows(session: CDPSession, page: Page): Promise<Row[]> {
  await session.send('Performance.enable');
  const before = await metrics(session);
  await page.waitForTimeout(windowMs);
  const after = await metrics(session);
  const share = (name: string): string => {
    const seconds = (after.get(name) ?? 0) - (before.get(name) ?? 0);
    return `${((100_000 * seconds) / windowMs).toFixed(1)} %`;
  };
  const parts = `script ${share('ScriptDuration')}, style ${share('RecalcStyleDuration')}, layout ${share('LayoutDuration')}`;
  return [
    { measured: "call of 16: the page's own script, of one core", aim: '< 20 %', value: share('ScriptDuration'), n: 1 },
    {
      measured: 'call of 16: main thread with all its tasks',
      aim: '',
      value: `${share('TaskDuration')} (${parts})`,
      n: 1,
    },
  ];
}

async function metrics(session: CDPSession): Promise<Map<string, number>> {
  const { metrics: list } = await session.send('Performance.getMetrics');
  return new Map(list.map(({ name, value }) => [name, value]));
}

async function memoryRow(session: CDPSession, cycle: () => Promise<void>): Promise<Row> {
  for (let i = 0; i < 10; i++) await cycle();
  const before = await heapMb(session);
  for (let i = 0; i < cycles; i++) await cycle();
  const after = await heapMb(session);
  const value = `${before.toFixed(1)} MB, then ${after.toFixed(1)} MB`;
  return { measured: `heap of the page over ${cycles} comings and goings`, aim: 'no growth', value, n: cycles };
}

async function heapMb(session: CDPSession): Promise<number> {
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize / 1e6;
}
