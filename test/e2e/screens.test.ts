import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browsers.ts';
import { violationsOn } from '../support/screens/axe.ts';
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
          }
          await apply(page, settings[0]!);
        },
      });
      assert.deepEqual([...violations], []);
      assert.deepEqual(complaints, []);
      assert.ok(looks >= 25 * settingsFor(locale).length, `only ${looks} looks`);
    });
  }
});
