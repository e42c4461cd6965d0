import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { agreeIfAsked, launchBrowser, registerPerson, type Person } from '../../test/support/browsers.ts';
import { ServerProcess } from '../../test/support/serverProcess.ts';
import { Link, serverAddress } from './Link.ts';

/** What a page has received since `reset` (frames, gap) and since its connections began (the rest). */
export interface Reading {
  frames: number;
  /** The longest time without a new frame of the other person, up to now, ms. */
  gapMs: number;
  framesDecoded: number;
  freezeS: number;
  audioSamples: number;
  concealed: number;
  height: number;
  /** Of the selected candidate pairs. */
  protocols: string[];
  remotePorts: number[];
}

interface NetworkWatch {
  frames: number;
  reset: () => void;
  read: () => Promise<Reading>;
}

declare global {
  interface Window {
    networkWatch: NetworkWatch;
  }
}

export interface CallOverLinkOptions {
  /** Pages, sockets and media on TCP port 443, with TLS. */
  singlePort?: boolean;
  env?: Record<string, string>;
}

const httpPort = 8000;

/** A server and two people: `far` on the other side of a link whose faults can be set, `near` beside the server. */
export class CallOverLink {
  readonly link: Link;
  readonly far: Person;
  readonly near: Person;
  readonly server: ServerProcess;
  readonly #browsers: Browser[];
  readonly #folder: string;

  private constructor(
    parts: Pick<CallOverLink, 'link' | 'far' | 'near' | 'server'>,
    browsers: Browser[],
    folder: string,
  ) {
    this.link = parts.link;
    this.far = parts.far;
    this.near = parts.near;
    this.server = parts.server;
    this.#browsers = browsers;
    this.#folder = folder;
  }

  static async open({ singlePort = false, env = {} }: CallOverLinkOptions = {}): Promise<CallOverLink> {
    const folder = await mkdtemp(join(tmpdir(), 'veritalk-network-'));
    const link = await Link.open();
    let server: ServerProcess | null = null;
    const browsers: Browser[] = [];
    try {
      server = await ServerProcess.start({
        wrapper: link.on('server'),
        env: {
          HOST: serverAddress,
          PORT: String(httpPort),
          RTC_PORT: '40000',
          RTC_ADDRESS: serverAddress,
          ANNOUNCED_ADDRESS: serverAddress,
          WORKERS: '1',
          ...(singlePort && { PORT: '443', SINGLE_PORT: 'yes', TLS_SELF_SIGNED: 'yes' }),
          ...env,
        },
      });
      const { url } = server;
      for (const side of ['client', 'server'] as const) browsers.push(await launchInside(link, side, url, folder));
      const prepare = async (page: Page): Promise<void> => {
        await page.addInitScript({ path: new URL('pageWatch.js', import.meta.url).pathname });
      };
      const [far, near] = [
        await registerPerson(browsers[0]!, url, 'far', { prepare }),
        await registerPerson(browsers[1]!, url, 'near', { prepare }),
      ];
      return new CallOverLink({ link, far, near, server }, browsers, folder);
    } catch (error) {
      await Promise.all(browsers.map((browser) => browser.close()));
      await server?.stop();
      await link.close();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * `near` calls and `far` answers.
   *
   * @returns Milliseconds from the click on answer to the first frame at `far`.
   */
  async call(): Promise<number> {
    await this.near.page.getByTestId('start-callee').fill(this.far.name);
    await this.near.page.getByTestId('start-call').click();
    await agreeIfAsked(this.near.page, 'calling');
    const accept = this.far.page.getByTestId('incoming-accept');
    await accept.waitFor();
    if (await this.#firstCall(accept)) return NaN;
    // Media are prepared while it rings.
    await this.far.page.waitForFunction(() => {
      const { connections } = window.networkWatch as unknown as { connections: RTCPeerConnection[] };
      return connections.filter((c) => c.connectionState === 'connected').length >= 2;
    });
    const tookMs = await this.far.page.evaluate(async () => {
      window.networkWatch.reset();
      const button = document.querySelector<HTMLElement>('[data-testid="incoming-accept"]');
      button?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      const clickedMs = performance.now();
      button?.click();
      while (window.networkWatch.frames === 0 && performance.now() - clickedMs < 20_000) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return performance.now() - clickedMs;
    });
    await this.#established();
    return tookMs;
  }

  async hangUp(): Promise<void> {
    await this.far.page.getByTestId('hang-up').click();
    for (const { page } of [this.far, this.near]) await page.getByTestId('home').waitFor();
  }

  async reset(): Promise<void> {
    for (const { page } of [this.far, this.near]) await page.evaluate(() => window.networkWatch.reset());
  }

  /** What both pages have received. */
  async read(): Promise<{ far: Reading; near: Reading }> {
    const of = ({ page }: Person): Promise<Reading> => page.evaluate(() => window.networkWatch.read());
    const [far, near] = await Promise.all([of(this.far), of(this.near)]);
    return { far, near };
  }

  /** Waits until both receive frames again, after `reset`. */
  async untilFrames(count: number, timeoutMs: number): Promise<void> {
    await Promise.all(
      [this.far, this.near].map(({ page }) =>
        page.waitForFunction((wanted) => window.networkWatch.frames >= wanted, count, {
          timeout: timeoutMs,
          polling: 50,
        }),
      ),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#browsers.map((browser) => browser.close()));
    await this.server.stop();
    await this.link.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The first time, the page asks about the check and cannot prepare before: such a call measures nothing. */
  async #firstCall(accept: ReturnType<Page['getByTestId']>): Promise<boolean> {
    const known = await this.far.page.evaluate(() => Object.keys(localStorage).some((key) => key.includes('consent')));
    if (known) return false;
    await accept.click();
    await agreeIfAsked(this.far.page, 'call');
    await this.#established();
    return true;
  }

  async #established(): Promise<void> {
    for (const { page } of [this.far, this.near]) await page.getByTestId('call').waitFor();
    await this.reset();
    await this.untilFrames(20, 30_000);
  }
}

/** A browser whose network is one side of a link. */
async function launchInside(link: Link, side: 'client' | 'server', url: string, folder: string): Promise<Browser> {
  const wrapper = join(folder, `chromium-${side}`);
  const chromium = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
  await writeFile(wrapper, `#!/bin/sh\nexec ${link.on(side).join(' ')} ${chromium} "$@"\n`, { mode: 0o755 });
  // Browsers open cameras on https and on this machine only; the server's certificate is its own.
  const args = [`--unsafely-treat-insecure-origin-as-secure=${url}`, '--ignore-certificate-errors'];
  return launchBrowser({ executable: wrapper, args });
}
