import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browsers.ts';
import { violationsOn } from '../support/screens/axe.ts';
import {
  differenceFrom,
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

  /** The screens whose pictures are compared with approved ones. */
  const main = new Set([
    'sign-in',
    'register',
    'home-empty',
    'consent',
    'incoming',
    'call-1to1',
    'call-risk',
    'challenge-invite',
    'call-held',
    'pre-join',
    'call-grid',
    'call-people',
    'guest',
    'lobby-wait',
    'settings',
    'call-not-found',
  ]);
  const recording = process.env.LOOKS === 'record';
  const differences = new Map<string, number>();
  const recorded = recordedRenderer();
  let renderer: Renderer | null = null;
  const isComparable = (): boolean => recorded !== null && JSON.stringify(recorded) === JSON.stringify(renderer);

  /** `LOOKS=record npx mocha test/e2e/screens.test.ts` approves what is there now. */
  async function compare(name: string, page: Page): Promise<void> {
    renderer ??= await rendererOf(page);
    if (recording) await record(name, await stillPicture(page), renderer);
    let difference = await differenceFrom(name, await stillPicture(page));
    // A picture may be taken in the midst of a change; on a busy machine for some time.
    for (let tries = 1; tries < patience && difference > pixelTolerance && isComparable(); tries++) {
      await page.waitForTimeout(1000);
      difference = await differenceFrom(name, await stillPicture(page));
    }
    differences.set(name, difference);
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

  const title = recorded
    ? `shows the main screens as approved, ${100 * pixelTolerance} % of the pixels aside`
    : 'takes pictures of the main screens, none of which is approved yet (LOOKS=record does that)';
  it(title, () => {
    assert.equal(differences.size, main.size * 4);
    if (!recorded) return;
    if (!isComparable()) {
      // Another browser or other fonts draw every letter anew; that is no fault of the page.
      console.log(`      not compared: drawn by ${JSON.stringify(renderer)}, approved ${JSON.stringify(recorded)}`);
      return;
    }
    assert.deepEqual(
      [...differences].filter(([, share]) => share > pixelTolerance),
      [],
    );
  });
});
