import type { CDPSession, Page } from 'playwright-core';
import { launchBrowser, registerPerson } from '../../test/support/browsers.ts';
import { enterMeeting, startMeeting } from '../../test/support/meetings.ts';
import { ServerProcess } from '../../test/support/serverProcess.ts';
import type { Row } from './statistics.ts';

const cycles = Number(process.env.BENCH_CYCLES ?? 200);
/** What is loaded and cached once is there after these. */
const warmUp = 20;
const parts = 4;

interface Kept {
  heapMb: number;
  nodes: number;
  listeners: number;
}

/** What a page keeps when it enters a meeting with somebody in it and leaves it again, over and over. */
export async function measurePageMemory(): Promise<Row[]> {
  const server = await ServerProcess.start({ env: { WORKERS: '1' } });
  const browser = await launchBrowser();
  try {
    const host = await registerPerson(browser, server.url, 'stays', { width: 400, height: 400 });
    const link = await startMeeting(host);
    const me = await registerPerson(browser, server.url, 'comes-and-goes');
    await enterMeeting(me, link);
    const session = await me.context.newCDPSession(me.page);
    await session.send('Performance.enable');
    await repeat(me.page, link, warmUp);
    const kept = [await keptBy(session)];
    for (let part = 0; part < parts; part++) {
      await repeat(me.page, link, cycles / parts);
      kept.push(await keptBy(session));
    }
    const row = (what: string, text: (k: Kept) => string): Row => ({
      measured: `page that enters and leaves ${cycles} times: ${what}, at first and after each ${cycles / parts}`,
      aim: 'no growth',
      value: kept.map(text).join(', '),
      n: cycles,
    });
    return [
      row('heap, MB', (k) => k.heapMb.toFixed(2)),
      row('elements', (k) => String(k.nodes)),
      row('listeners', (k) => String(k.listeners)),
    ];
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Leaves by the button and comes back by the card of the call that ended, without loading the page anew. */
async function repeat(page: Page, link: string, times: number): Promise<void> {
  const path = new URL(link).pathname;
  for (let i = 0; i < times; i++) {
    await page.getByTestId('hang-up').click();
    await page.getByTestId('home').waitFor();
    await page.evaluate((to) => {
      history.pushState(null, '', to);
    }, path);
    await page.getByTestId('prejoin-join').click();
    await page.locator('[data-testid="tile"][data-self="false"]').waitFor();
  }
}

async function keptBy(session: CDPSession): Promise<Kept> {
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? NaN;
  return { heapMb: value('JSHeapUsedSize') / 1e6, nodes: value('Nodes'), listeners: value('JSEventListeners') };
}
