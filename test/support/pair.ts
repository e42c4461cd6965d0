import type { Browser } from 'playwright-core';
import { callAndAnswer, launchBrowser, registerPerson, waitForMovingPicture, type Person } from './browsers.ts';
import { ServerProcess } from './serverProcess.ts';

/** Two registered people, each at a page of one browser, and a server of their own. */
export interface Pair {
  /** The one that runs: a test that starts it again puts it here, so that `close` stops it. */
  server: ServerProcess;
  browser: Browser;
  alice: Person;
  bob: Person;
  close: () => Promise<void>;
  /** Asks the server as a program would. @throws Error unless it answers with success. */
  rest: <T>(method: string, path: string, options?: { token?: string; body?: object }) => Promise<T>;
}

export interface PairOptions {
  /** Settings of the server; one media worker unless it says otherwise. */
  env?: Record<string, string>;
  /** Alice has called Bob, and both see moving pictures, before the first test. */
  inCall?: boolean;
}

/** Starts a pair before the suite's tests, hands it to `ready`, and closes it after them. */
export function usePair(ready: (pair: Pair) => void, { env, inCall = false }: PairOptions = {}): void {
  let pair: Pair;

  before(async () => {
    pair = await startPair(env);
    ready(pair);
    if (!inCall) return;
    await callAndAnswer(pair.alice, pair.bob);
    for (const { page } of [pair.alice, pair.bob]) await waitForMovingPicture(page);
  });

  after(() => pair.close());
}

async function startPair(env: Record<string, string> = {}): Promise<Pair> {
  const server = await ServerProcess.start({ env: { WORKERS: '1', ...env } });
  const browser = await launchBrowser();
  const [alice, bob] = await Promise.all([
    registerPerson(browser, server.url, 'alice'),
    registerPerson(browser, server.url, 'bob'),
  ]);
  const pair: Pair = {
    server,
    browser,
    alice,
    bob,
    close: async () => {
      await browser.close();
      await pair.server.stop();
    },
    rest: async <T>(method: string, path: string, { token, body }: { token?: string; body?: object } = {}) => {
      const response = await fetch(`${pair.server.url}/api/v1${path}`, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body && { 'content-type': 'application/json' }),
        },
        body: body ? JSON.stringify(body) : null,
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
  };
  return pair;
}
