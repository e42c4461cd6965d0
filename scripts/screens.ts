/**
 * npm run screens [-- FOLDER] [-- --only=PART]: pictures of every screen, in both languages and themes, at 1280x800 and
 * 360x740, of drawn people on the built server. Default folder: test-results/screens.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '../test/support/browsers.ts';
import { apply, settingName, settings } from '../test/support/screens/looks.ts';
import type { Locale } from '../test/support/screens/Cast.ts';
import { walkScreens } from '../test/support/screens/walk.ts';
import { ServerProcess } from '../test/support/serverProcess.ts';

const help = `usage: npm run screens [-- FOLDER] [--only=PART] [--lang=zh|en]
Takes pictures of every screen, or of those with PART in their names, into FOLDER (test-results/screens).`;

const flag = (name: string): string | undefined =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);

async function main(): Promise<void> {
  const folder = process.argv.slice(2).find((arg) => !arg.startsWith('--')) ?? 'test-results/screens';
  const only = flag('only');
  await mkdir(folder, { recursive: true });
  const server = await ServerProcess.start({ env: { WORKERS: '1' } });
  const browser = await launchBrowser();
  let pictures = 0;
  try {
    const locales: readonly Locale[] = (['zh-CN', 'en-US'] as const).filter((l) => l.startsWith(flag('lang') ?? ''));
    for (const locale of locales) {
      const complaints = await walkScreens({
        browser,
        url: server.url,
        locale,
        ...(only !== undefined && { only }),
        makeAdmin: (name) => server.admin('make-admin', name),
        visit: async (name, page, { motion }) => {
          for (const setting of settings) {
            await apply(page, setting, motion);
            const file = `${name}-${locale.slice(0, 2)}-${settingName(setting)}.png`;
            await page.screenshot({ path: join(folder, file) });
            pictures += 1;
          }
          await apply(page, settings[0]!);
        },
      });
      for (const complaint of complaints) console.log(`the page says: ${complaint}`);
    }
  } finally {
    await browser.close();
    await server.stop();
  }
  console.log(`${pictures} pictures in ${folder}`);
}

if (process.argv.includes('--help')) console.log(help);
else await main();
