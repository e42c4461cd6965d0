import type { Browser } from 'playwright-core';
import { launchBrowser, registerPerson } from '../../test/support/browsers.ts';
import { ServerProcess } from '../../test/support/serverProcess.ts';
import { median, percentile, type Row } from './statistics.ts';

const rounds = 10;
/** What Lighthouse takes for a slow mobile network. */
const slowNetwork = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };

/** Signing in with nothing in the browser's cache: until the form is there, and from its button to home. */
export async function measureSignIn(): Promise<Row[]> {
  const server = await ServerProcess.start({ env: { WORKERS: '1' } });
  const browser = await launchBrowser();
  try {
    const person = await registerPerson(browser, server.url, 'early');
    await person.context.close();
    const rows: Row[] = [];
    for (const slow of [false, true]) {
      const times: SignIn[] = [];
      for (let round = 0; round < rounds; round++) times.push(await signIn(browser, server.url, slow));
      const where = slow ? 'a slow mobile network' : 'loopback';
      rows.push(
        row(
          `cold cache, ${where}: to the first picture`,
          times.map((t) => t.paintMs),
        ),
        row(
          `cold cache, ${where}: to the form`,
          times.map((t) => t.formMs),
        ),
        row(
          `cold cache, ${where}: from its button to home`,
          times.map((t) => t.homeMs),
        ),
      );
    }
    return rows;
  } finally {
    await browser.close();
    await server.stop();
  }
}

interface SignIn {
  paintMs: number;
  formMs: number;
  homeMs: number;
}

async function signIn(browser: Browser, url: string, slow: boolean): Promise<SignIn> {
  const context = await browser.newContext({ locale: 'en-US' });
  try {
    const page = await context.newPage();
    if (slow) {
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      await session.send('Network.emulateNetworkConditions', slowNetwork);
    }
    const opened = performance.now();
    await page.goto(url, { waitUntil: 'commit' });
    await page.getByTestId('auth-submit').waitFor();
    const formMs = performance.now() - opened;
    await page.getByTestId('auth-username').fill('early');
    await page.getByTestId('auth-password').fill('correct horse battery');
    const pressed = performance.now();
    await page.getByTestId('auth-submit').click();
    await page.getByTestId('home').waitFor();
    const homeMs = performance.now() - pressed;
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    );
    return { paintMs, formMs, homeMs };
  } finally {
    await context.close();
  }
}

function row(measured: string, values: readonly number[]): Row {
  const value = `median ${median(values).toFixed(0)} ms, p95 ${percentile(values, 0.95).toFixed(0)} ms`;
  return { measured, aim: '', value, n: values.length };
}
