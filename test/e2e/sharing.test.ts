import assert from 'node:assert/strict';
import type { CDPSession, Locator } from 'playwright-core';
import type { Person } from '../support/browsers.ts';
import { usePair } from '../support/pair.ts';

describe('two shared screens', function () {
  this.timeout(90_000);
  let alice: Person;
  let bob: Person;

  usePair((pair) => ({ alice, bob } = pair), { inCall: true });

  /** The frame of the shown screen, once its picture is there. */
  async function frame(self: boolean): Promise<Locator> {
    const shown = bob.page.locator(`figure [data-self="${String(self)}"]`);
    await shown.locator('video').waitFor();
    await bob.page.waitForFunction(
      () => (document.querySelector<HTMLVideoElement>('figure video')?.videoWidth ?? 0) > 0,
    );
    return shown;
  }

  const scaleOf = (shown: Locator): Promise<number> =>
    shown.locator('video').evaluate((video) => new DOMMatrix(getComputedStyle(video).transform).a);

  it('are tabs above the picture: the newest is shown, the other is one press away', async () => {
    await alice.page.getByTestId('share-screen').click();
    await frame(false);
    assert.equal(await bob.page.getByRole('tab').count(), 0);
    await bob.page.getByTestId('share-screen').click();
    await frame(true);
    const tabs = bob.page.getByRole('tab');
    assert.equal(await tabs.count(), 2);
    await tabs.first().click();
    await frame(false);
    assert.equal(await tabs.first().getAttribute('aria-selected'), 'true');
    await bob.page.keyboard.press('ArrowRight');
    await frame(true);
    await bob.page.keyboard.press('ArrowLeft');
    await frame(false);
  });

  it('are enlarged with two fingers, up to four times, and with a double tap back again', async () => {
    const shown = await frame(false);
    const box = await shown.boundingBox();
    assert.ok(box);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const session = await bob.context.newCDPSession(bob.page);
    const touch = touches(session);
    await touch('touchStart', [x - 20, y], [x + 20, y]);
    for (const apart of [40, 60, 80]) await touch('touchMove', [x - apart, y], [x + apart, y]);
    await touch('touchEnd');
    const enlarged = await scaleOf(shown);
    assert.ok(enlarged > 2, String(enlarged));
    await shown.and(bob.page.locator('[data-zoomed="true"]')).waitFor();
    await shown.dblclick();
    await shown.and(bob.page.locator('[data-zoomed="false"]')).waitFor();
    assert.equal(await scaleOf(shown), 1);
  });

  it('leave the other one when one ends', async () => {
    await alice.page.getByTestId('share-screen').click();
    await frame(true);
    await bob.page.getByRole('tab').first().waitFor({ state: 'detached' });
    await bob.page.getByTestId('share-screen').click();
    for (const { page } of [alice, bob]) await page.locator('figure').waitFor({ state: 'detached' });
  });

  it('have made no page complain', () => {
    assert.deepEqual([...alice.complaints, ...bob.complaints], []);
  });
});

type Point = readonly [x: number, y: number];

function touches(session: CDPSession) {
  return (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: Point[]): Promise<unknown> =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
}
