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
import { walkScreens, type Locale } from '../support/screens/walk.ts';
import { ServerProcess } from '../support/serverProcess.ts';

describe('every screen, in both themes, at a desk and on a phone', function () {
  this.timeout(360_000);
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
    'call-grid',
    'call-not-found',
  ]);
  const differences = new Map<string, number>();
  let renderer: Renderer | null = null;

  /** `LOOKS=record npx mocha test/e2e/screens.test.ts` approves what is there now. */
  async function compare(name: string, page: Page): Promise<void> {
    renderer ??= await rendererOf(page);
    const picture = await stillPicture(page);
    if (process.env.LOOKS === 'record') await record(name, picture, renderer);
    differences.set(name, await differenceFrom(name, picture));
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
        visit: async (name, page) => {
          for (const setting of settingsFor(locale)) {
            await apply(page, setting);
            for (const line of await violationsOn(page)) violations.add(`${name} ${settingName(setting)}: ${line}`);
            looks += 1;
            if (main.has(name)) await compare(`${name}-${locale}-${settingName(setting)}`, page);
          }
          await apply(page, settings[0]!);
        },
      });
      assert.deepEqual([...violations], []);
      assert.deepEqual(complaints, []);
      assert.ok(looks >= 25 * settingsFor(locale).length, `only ${looks} looks`);
    });
  }

  const recorded = recordedRenderer();
  const title = recorded
    ? `shows the main screens as approved, ${100 * pixelTolerance} % of the pixels aside`
    : 'takes pictures of the main screens, none of which is approved yet (LOOKS=record does that)';
  it(title, () => {
    assert.equal(differences.size, main.size * 4);
    if (!recorded) return;
    if (JSON.stringify(recorded) !== JSON.stringify(renderer)) {
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
