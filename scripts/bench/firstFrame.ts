import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** Starts to look for the first frame of somebody else's camera; see pageHooks.js. */
    benchWatch: () => void;
    /** Epoch, milliseconds: when that frame was presented. */
    benchFirstFrame: Promise<number>;
    /** Epoch, milliseconds, of the last click anywhere. */
    benchClickedAt: number;
  }
}

/** Puts the hooks into a page. Before it is opened. */
export async function addHooks(page: Page): Promise<void> {
  await page.addInitScript({ path: fileURLToPath(new URL('pageHooks.js', import.meta.url)) });
}

export async function watchFirstFrame(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.benchWatch();
  });
}

export async function firstFrameAt(page: Page): Promise<number> {
  return page.evaluate(() => window.benchFirstFrame);
}

export async function clickedAt(page: Page): Promise<number> {
  return page.evaluate(() => window.benchClickedAt);
}
