import assert from 'node:assert/strict';
import type { Browser, CDPSession } from 'playwright-core';
import { launchBrowser, registerPerson, type Person } from '../support/browsers.ts';
import { startMeeting } from '../support/meetings.ts';
import { Crowd } from '../support/rtp/Crowd.ts';

const others = 15;
/** A CI run is short; `npm run bench -- crowd` does more. */
const cycles = 20;

describe('a call of sixteen', function () {
  this.timeout(180_000);
  let crowd: Crowd;
  let browser: Browser;
  let me: Person;
  let roomId: string;
  let lastLeaves: () => Promise<void>;

  before(async () => {
    crowd = await Crowd.create();
    browser = await launchBrowser();
    me = await registerPerson(browser, crowd.server.url, 'ada', { width: 1280, height: 800 });
    roomId = (await startMeeting(me)).split('/').at(-1) ?? '';
    for (let i = 0; i < others; i++) lastLeaves = await crowd.enter(roomId);
  });

  after(async () => {
    await browser.close();
    await crowd.close();
  });

  const tiles = () => me.page.locator('[data-testid="tile"]');

  /** Waits until the pictures of so many others have changed since the first look at them. */
  async function moving(count: number): Promise<void> {
    await me.page.waitForFunction(
      (wanted) => {
        const videos = document.querySelectorAll<HTMLVideoElement>('[data-testid="tile"][data-self="false"] video');
        let moved = 0;
        for (const video of videos) {
          const frames = video.getVideoPlaybackQuality().totalVideoFrames;
          const first = Number((video.dataset.frames ??= String(frames)));
          if (video.videoWidth > 0 && frames > first + 3) moved += 1;
        }
        return moved === wanted;
      },
      count,
      { timeout: 60_000, polling: 500 },
    );
  }

  it('shows all sixteen on one page at a desk, in four rows, and every picture moves', async () => {
    await tiles().nth(others).waitFor();
    assert.equal(await tiles().count(), others + 1);
    await moving(others);
    const tops = await tiles().evaluateAll((all) => all.map((tile) => Math.round(tile.getBoundingClientRect().top)));
    assert.equal(new Set(tops).size, 4);
  });

  it('moves between the plates with the arrow keys, and Tab leaves them at once', async () => {
    const plate = (index: number) => tiles().nth(index).locator('> button');
    await plate(0).focus();
    await me.page.keyboard.press('ArrowRight');
    assert.ok(await plate(1).evaluate((e) => e === document.activeElement));
    await me.page.keyboard.press('ArrowDown');
    assert.ok(await plate(5).evaluate((e) => e === document.activeElement));
    await me.page.keyboard.press('Tab');
    assert.ok(await me.page.evaluate(() => document.activeElement?.closest('#call-controls') !== null));
  });

  it('shows one large and all others in a strip with the key G, the pinned one first of all', async () => {
    await tiles().nth(5).locator('> button').click();
    const name = await tiles().nth(5).getAttribute('data-peer');
    await me.page.getByTestId('pin').click();
    await me.page.keyboard.press('Escape');
    await me.page.waitForFunction(
      (peer) => document.querySelector('[data-testid="tile"]')?.getAttribute('data-peer') === peer,
      name,
    );
    await me.page.keyboard.press('g');
    const widths = await tiles().evaluateAll((all) => all.map((tile) => tile.clientWidth));
    assert.ok(widths[0]! > 3 * widths[1]!, widths.join());
    await me.page.keyboard.press('g');
    await tiles().nth(others).waitFor();
  });

  it('puts eight on a page of a phone, turned by key, dot and swipe, and pauses what is off the page', async () => {
    const call = [...crowd.server.server.calls.running()][0]!;
    const flowing = () => crowd.server.flowingConsumers(call.id);
    await me.page.setViewportSize({ width: 360, height: 740 });
    await tiles().nth(8).waitFor({ state: 'detached' });
    assert.equal(await tiles().count(), 8);
    // Seven cameras on the page and fifteen microphones.
    await crowd.server.eventually(() => flowing() === 7 + others, 20_000);
    const first = await tiles().first().getAttribute('data-peer');
    await me.page.keyboard.press('PageDown');
    await me.page.waitForFunction(
      (peer) => document.querySelector('[data-testid="tile"]')?.getAttribute('data-peer') !== peer,
      first,
    );
    await crowd.server.eventually(() => flowing() === 8 + others, 20_000);
    await moving(8);
    await swipe(me, 40, 320);
    await me.page.locator(`[data-testid="tile"][data-peer="${first ?? ''}"]`).waitFor();
    await me.page.locator('nav button').nth(1).click();
    await me.page.locator(`[data-testid="tile"][data-peer="${first ?? ''}"]`).waitFor({ state: 'detached' });
    await me.page.setViewportSize({ width: 1280, height: 800 });
    await tiles().nth(others).waitFor();
    await moving(others);
  });

  it(`keeps its memory while somebody comes and goes ${cycles} times`, async () => {
    const { token } = await crowd.server.register('comes-and-goes');
    const session = await me.context.newCDPSession(me.page);
    await lastLeaves();
    const last = tiles().nth(others);
    await last.waitFor({ state: 'detached' });
    const cycle = async (): Promise<void> => {
      const leave = await crowd.come(roomId, token, 0);
      await last.waitFor();
      await leave();
      await last.waitFor({ state: 'detached' });
    };
    for (let i = 0; i < 5; i++) await cycle();
    const before = await detachedNodes(session);
    for (let i = 0; i < cycles; i++) await cycle();
    const after = await detachedNodes(session);
    // One forgotten tile in each cycle would be twenty nodes each.
    assert.ok(after - before < cycles, `${before} forgotten nodes, then ${after}`);
  });

  it('has made the page complain of nothing', () => {
    assert.deepEqual(me.complaints, []);
  });
});

async function swipe({ page }: Person, fromX: number, toX: number): Promise<void> {
  const stage = page.locator('[data-testid="tile"]').first();
  for (const [type, clientX] of [
    ['pointerdown', fromX],
    ['pointerup', toX],
  ] as const) {
    await stage.dispatchEvent(type, {
      pointerType: 'touch',
      isPrimary: true,
      pointerId: 7,
      clientX,
      clientY: 300,
      bubbles: true,
    });
  }
}

interface HeapSnapshot {
  snapshot: { meta: { node_fields: string[] } };
  nodes: number[];
}

/** Elements that are on no page any more and are still kept by something, as a snapshot of the heap has them. */
async function detachedNodes(session: CDPSession): Promise<number> {
  const parts: string[] = [];
  const collect = ({ chunk }: { chunk: string }): void => void parts.push(chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', collect);
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  session.off('HeapProfiler.addHeapSnapshotChunk', collect);
  const { snapshot, nodes } = JSON.parse(parts.join('')) as HeapSnapshot;
  const fields = snapshot.meta.node_fields;
  const detachedness = fields.indexOf('detachedness');
  const detached = 2;
  let count = 0;
  for (let at = detachedness; at < nodes.length; at += fields.length) if (nodes[at] === detached) count += 1;
  return count;
}
