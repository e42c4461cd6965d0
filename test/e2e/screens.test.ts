import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { chromiumProgram, launchBrowser } from '../support/browsers.ts';
import { violationsOn } from '../support/screens/axe.ts';
import {
  browserVersion,
  differenceFrom,
  keep,
  pixelTolerance,
  record,
  recordedRenderer,
  rendererOf,
  stillPicture,
  type Renderer,
} from '../support/screens/baseline.ts';
import { apply, settingName, settings, settingsFor } from '../support/screens/looks.ts';
import type { Locale } from '../support/screens/Cast.ts';
import { walkScreens } from '../support/screens/walk.ts';
import { ServerProcess } from '../support/serverProcess.ts';

/** Looks at a screen that is not yet as approved, a second apart. */
const patience = 10;

/** The screens whose pictures are compared with approved ones: one of each kind, which nothing outside changes. */
const main = new Set(['sign-in', 'home-empty', 'consent', 'pre-join']);

/** `LOOKS=record npx mocha test/e2e/screens.test.ts` approves what is there now. */
const recording = process.env.LOOKS === 'record';

/** Another browser, or other fonts, draw every letter anew; that is no fault of the page. */
function whyIncomparable(recorded: Renderer | null, { browser, fonts }: Partial<Renderer>): string | null {
  if (recorded === null) return 'none is approved yet (LOOKS=record does that)';
  if (browser !== undefined && browser !== recorded.browser)
    return `approved as drawn by Chromium ${recorded.browser}, not ${browser}`;
  return fonts !== undefined && fonts !== recorded.fonts ? 'approved as drawn with other fonts' : null;
}

describe('every screen, in both themes, at a desk and on a phone', function () {
  this.timeout(600_000);
  let server: ServerProcess;
  let browser: Browser;

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  const recorded = recording ? null : recordedRenderer();
  let incomparable = whyIncomparable(recorded, { browser: browserVersion(chromiumProgram) });
  const taken = new Set<string>();
  const differing: string[] = [];

  async function compare(name: string, page: Page): Promise<void> {
    let picture = await stillPicture(page);
    taken.add(name);
    if (recording) return record(name, picture, await rendererOf(page));
    incomparable ??= whyIncomparable(recorded, await rendererOf(page));
    if (incomparable !== null) return;
    let difference = await differenceFrom(name, picture);
    // A picture may be taken in the midst of a change; on a busy machine for some time.
    for (let tries = 1; tries < patience && difference > pixelTolerance; tries++) {
      await page.waitForTimeout(1000);
      picture = await stillPicture(page);
      difference = await differenceFrom(name, picture);
    }
    if (difference <= pixelTolerance) return;
    differing.push(`${name}: ${(100 * difference).toFixed(2)} %, see ${await keep(name, picture)}`);
  }

  const locales: readonly Locale[] = ['zh-CN', 'en-US'];
  for (const locale of locales) {
    it(`breaks no rule of accessibility in ${locale}, and no page complains`, async () => {
      const violations = new Set<string>();
      let looks = 0;
      const complaints = await walkScreens({
        browser,
        url: server.url,
        locale,
        makeAdmin: (name) => server.admin('make-admin', name),
        visit: async (name, page, { motion }) => {
          if (recording && !main.has(name)) return;
          for (const setting of settingsFor(locale)) {
            await apply(page, setting, motion);
            for (const line of recording ? [] : await violationsOn(page))
              violations.add(`${name} ${settingName(setting)}: ${line}`);
            looks += 1;
            if (main.has(name)) await compare(`${name}-${locale}-${settingName(setting)}`, page);
          }
          await apply(page, settings[0]!);
        },
      });
      assert.deepEqual([...violations], []);
      assert.deepEqual(complaints, []);
      if (!recording) assert.ok(looks >= 50 * settingsFor(locale).length, `only ${looks} looks`);
    });
  }

  const title = (why: string | null): string =>
    why === null
      ? `shows the main screens as approved, ${100 * pixelTolerance} % of the pixels aside`
      : `takes pictures of the main screens, compared with none: ${why}`;

  it(title(incomparable), function () {
    // That the fonts are others is known only once they have been drawn.
    this.test!.title = title(incomparable);
    assert.equal(taken.size, main.size * locales.flatMap(settingsFor).length);
    assert.deepEqual(differing, []);
  });
});
