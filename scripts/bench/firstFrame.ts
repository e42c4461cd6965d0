import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** Epoch, milliseconds: when the first frame of somebody else's camera was presented since `watchFirstFrame`. */
    benchFirstFrame: Promise<number>;
    /** Epoch, milliseconds, of the last click anywhere. */
    benchClickedAt: number;
  }
}

/** Makes the page remember its clicks. Before it is opened. */
export async function rememberClicks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    addEventListener(
      'click',
      (event) => {
        window.benchClickedAt = performance.timeOrigin + event.timeStamp;
      },
      { capture: true },
    );
  });
}

/** From now on, notes when a first remote frame is painted: of a video that has not shown any yet. */
export async function watchFirstFrame(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.benchFirstFrame = new Promise((resolve) => {
      const seen = new WeakSet<HTMLVideoElement>();
      const look = (): void => {
        for (const video of document.querySelectorAll<HTMLVideoElement>(
          '[data-testid="tile"][data-self="false"] video',
        )) {
          if (seen.has(video)) continue;
          seen.add(video);
          video.requestVideoFrameCallback((now) => {
            observer.disconnect();
            resolve(performance.timeOrigin + now);
          });
        }
      };
      const observer = new MutationObserver(look);
      observer.observe(document.documentElement, { childList: true, subtree: true });
      look();
    });
  });
}

export async function firstFrameAt(page: Page): Promise<number> {
  return page.evaluate(() => window.benchFirstFrame);
}

export async function clickedAt(page: Page): Promise<number> {
  return page.evaluate(() => window.benchClickedAt);
}
