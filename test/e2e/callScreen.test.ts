import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Person } from '../support/browsers.ts';
import { usePair } from '../support/pair.ts';
import { en } from '../../web/src/words/en.ts';

/** A desk at 200 % zoom has half as many CSS pixels, each of twice the size. */
const windows = {
  'at a desk with 200 % zoom': { width: 640, height: 400 },
  'on a window 320 px wide': { width: 320, height: 640 },
  'on a phone': { width: 360, height: 740 },
  'on a phone that lies on its side': { width: 740, height: 360 },
  'on a large screen': { width: 1920, height: 1080 },
} as const;

describe('the screens in windows of any size', function () {
  this.timeout(120_000);
  let alice: Person;
  let bob: Person;

  usePair((pair) => ({ alice, bob } = pair), { inCall: true });

  const self = (): Locator => alice.page.locator('[data-corner]');
  const inCorner = (corner: string): Promise<void> => alice.page.locator(`[data-corner="${corner}"]`).waitFor();

  it('move the own picture to another corner, with the mouse and with arrow keys', async () => {
    await inCorner('bottom-right');
    const box = await self().boundingBox();
    assert.ok(box);
    const { mouse } = alice.page;
    await mouse.move(box.x + 60, box.y + 40);
    await mouse.down();
    await mouse.move(300, 300, { steps: 4 });
    await mouse.move(120, 160, { steps: 4 });
    await mouse.up();
    await inCorner('top-left');
    await self().focus();
    for (const [key, corner] of [
      ['ArrowRight', 'top-right'],
      ['ArrowDown', 'bottom-right'],
    ] as const) {
      await alice.page.keyboard.press(key);
      await inCorner(corner);
    }
  });

  it('tuck the own picture away and bring it back', async () => {
    await self().hover();
    await alice.page.getByRole('button', { name: en.call.hideSelf }).click();
    await self().waitFor({ state: 'detached' });
    await alice.page.getByRole('button', { name: en.call.showSelf }).click();
    await inCorner('bottom-right');
  });

  for (const [what, size] of Object.entries(windows)) {
    it(`lose no button of the call ${what}`, async () => {
      await alice.page.setViewportSize(size);
      await alice.page.mouse.move(size.width / 2, size.height / 2);
      await alice.page.mouse.move(size.width / 2 + 8, size.height / 2);
      assert.deepEqual(await cutOff(alice.page), []);
      for (const id of ['toggle-mic', 'toggle-camera', 'open-security', 'more', 'hang-up', 'security-badge']) {
        assert.ok(await alice.page.getByTestId(id).isVisible(), id);
      }
      await alice.page.getByTestId('open-security').click();
      await alice.page.getByRole('complementary').waitFor();
      assert.deepEqual(await cutOff(alice.page), []);
      await alice.page.keyboard.press('Escape');
      await alice.page.getByRole('complementary').waitFor({ state: 'detached' });
    });
  }

  it('put the bar at the right edge of a phone that lies on its side', async () => {
    await alice.page.setViewportSize(windows['on a phone that lies on its side']);
    const bar = await alice.page.locator('#call-controls').boundingBox();
    assert.ok(bar && bar.height > bar.width && bar.x + bar.width > 740 - 24, JSON.stringify(bar));
    await alice.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('keep rings and words where the system chooses the colours', async () => {
    const { page } = bob;
    await page.emulateMedia({ forcedColors: 'active' });
    const glyph = page.getByTestId('security-badge').locator('svg').first();
    const [colour, ground] = await glyph.evaluate((svg) => [
      getComputedStyle(svg).color,
      getComputedStyle(svg.closest('button')!).backgroundColor,
    ]);
    assert.notEqual(colour, ground);
    const tile = page.getByTestId('tile').first();
    for (const [name, value, width] of [
      ['speaking', 'true', '3px'],
      ['status', 'risk', '4px'],
    ] as const) {
      const ring = await tile.evaluate(
        (element, [key, to]) => {
          element.dataset[key] = to;
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          return `${outlineStyle} ${outlineWidth}`;
        },
        [name, value] as const,
      );
      assert.equal(ring, `solid ${width}`);
    }
    await page.emulateMedia({ forcedColors: 'none' });
  });

  it('move nothing where no motion is wanted', async () => {
    const { page } = bob;
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.getByTestId('open-people').click();
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter((animation) => Number(animation.effect?.getComputedTiming().activeDuration) > 1)
        .map((animation) => String((animation.effect as KeyframeEffect | null)?.target?.className)),
    );
    assert.deepEqual(moving, []);
    await page.getByTestId('open-people').click();
    await page.emulateMedia({ reducedMotion: 'no-preference' });
  });

  it('fit outside calls as well', async () => {
    await alice.page.getByTestId('hang-up').click();
    const { page } = alice;
    for (const size of Object.values(windows)) {
      await page.setViewportSize(size);
      for (const place of ['home', 'history', 'network', 'settings']) {
        await page.getByTestId(`nav-${place}`).locator('visible=true').click();
        await page.getByTestId(place).waitFor();
        assert.deepEqual(await cutOff(page, { scrolls: true }), [], `${place} ${size.width}`);
      }
      await page.getByTestId('nav-history').locator('visible=true').click();
      await page.getByTestId('history-item').first().click();
      await page.getByTestId('call-details').waitFor();
      assert.deepEqual(await cutOff(page, { scrolls: true }), [], `details ${size.width}`);
    }
  });

  it('have made no page complain', () => {
    assert.deepEqual([...alice.complaints, ...bob.complaints], []);
  });
});

/**
 * Buttons, links and fields that reach out of the window, and whether the page scrolls sideways.
 *
 * @param scrolls - The page may be longer than the window.
 */
async function cutOff(page: Page, { scrolls = false } = {}): Promise<string[]> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  return page.evaluate((downwards) => {
    const { scrollWidth, clientWidth, clientHeight } = document.documentElement;
    const wide = scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide`] : [];
    const outside = [...document.querySelectorAll<HTMLElement>('button, a[href], input, select, textarea')]
      .filter((element) => element.checkVisibility() && !element.closest('.sr, [inert]'))
      .flatMap((element) => {
        const { left, right, top, bottom, width } = element.getBoundingClientRect();
        // What scrolls within a part of its own, such as a panel, is reached there; a skip link comes with the focus.
        const scroller = element.closest('aside, [role="menu"], [role="group"], [tabindex="0"]');
        if (width <= 1 || element.matches('a[href^="#"]')) return [];
        const sideways = left < -1 || right > clientWidth + 1;
        const below = !downwards && !scroller && (top < -1 || bottom > clientHeight + 1);
        return sideways || below
          ? [`${element.dataset.testid ?? element.ariaLabel ?? element.textContent}: ${left} ${right} ${top} ${bottom}`]
          : [];
      });
    return [...wide, ...outside];
  }, scrolls);
}
