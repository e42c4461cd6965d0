import type { Browser } from 'playwright-core';
import { launchBrowser, registerPerson, type Person } from './browsers.ts';
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

/** @param env settings of the server; one media worker unless it says otherwise. */
export async function startPair(env: Record<string, string> = {}): Promise<Pair> {
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
