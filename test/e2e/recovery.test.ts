import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { processesOf } from '../../scripts/bench/processes.ts';
import { waitForMovingPicture, type Person } from '../support/browsers.ts';
import { en } from '../../web/src/words/en.ts';
import { usePair, type Pair } from '../support/pair.ts';

/** Decoded frames of the first remote video, from the browser's own count. */
async function frames(page: Page): Promise<number> {
  return page
    .locator('[data-testid="tile"][data-self="false"] video')
    .first()
    .evaluate((v) => (v as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames);
}

async function waitForMoreFrames(page: Page, than: number, timeoutMs: number): Promise<void> {
  await page.waitForFunction(
    (count) => {
      const video = document.querySelector<HTMLVideoElement>('[data-testid="tile"][data-self="false"] video');
      return video !== null && video.getVideoPlaybackQuality().totalVideoFrames > count;
    },
    than,
    { timeout: timeoutMs, polling: 50 },
  );
}

describe('a call that is disturbed', function () {
  this.timeout(120_000);
  let pair: Pair;
  let alice: Person;
  let bob: Person;

  usePair(
    (started) => {
      pair = started;
      ({ alice, bob } = pair);
    },
    { inCall: true },
  );

  /** Alice's tile on Bob's page, while it says that her microphone is off. */
  const mutedTile = () => bob.page.locator(`[data-testid="tile"][data-self="false"][aria-label*="${en.call.muted}"]`);

  it('is back on both sides after its worker was killed, its muted microphone still muted', async () => {
    await alice.page.getByTestId('toggle-mic').click();
    await mutedTile().waitFor();
    const worker = processesOf(pair.server.pid).find(({ part }) => part === 'worker');
    assert.ok(worker);
    const killedAt = Date.now();
    process.kill(worker.pid, 'SIGKILL');
    // New media mean a new <video> or a new count: wait until pictures move again.
    await Promise.all([alice, bob].map(({ page }) => waitForMovingAgain(page)));
    const tookMs = Date.now() - killedAt;
    // 2 s are promised; looking for moving pictures takes its time on a machine that also runs the browsers.
    assert.ok(tookMs < 6000, `took ${String(tookMs)} ms, looking included`);
    await mutedTile().waitFor({ timeout: 1_000 });
    await alice.page.locator(`[data-self="true"][aria-label*="${en.call.muted}"]`).waitFor({ timeout: 1_000 });
  });

  it('loses no media to a socket that drops for some seconds', async () => {
    const before = await frames(bob.page);
    await alice.context.setOffline(true);
    await waitForMoreFrames(bob.page, before + 30, 10_000);
    await alice.context.setOffline(false);
    await waitForMoreFrames(bob.page, (await frames(bob.page)) + 30, 10_000);
    await bob.page.locator('[data-testid="tile"][data-self="false"]').waitFor();
    assert.equal(await alice.page.getByTestId('call').count(), 1);
  });

  it('goes on after the server was killed and started again', async () => {
    await pair.server.kill();
    pair.server = await pair.server.restart();
    await Promise.all([alice, bob].map(({ page }) => waitForMovingAgain(page, 20_000)));
    await mutedTile().waitFor({ timeout: 1_000 });
    await bob.page.getByTestId('hang-up').click();
    for (const { page } of [alice, bob]) await page.getByTestId('home').waitFor({ timeout: 3_000 });
    const history = alice.page.getByTestId('history-item');
    await history.first().waitFor();
    assert.equal(await history.count(), 1);
  });
});

/** The picture moved within the last moments, measured afresh. */
async function waitForMovingAgain(page: Page, timeoutMs = 10_000): Promise<void> {
  await page.evaluate(() => {
    for (const video of document.querySelectorAll('video')) delete video.dataset.seen;
  });
  await waitForMovingPicture(page, timeoutMs);
}
