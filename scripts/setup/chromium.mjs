import { existsSync } from 'node:fs';
import { installDebianPackages } from './debian.mjs';

/** The browser of the tests: CHROMIUM_BIN where that is set, else the distribution's. */
export async function provideChromium(say) {
  if (existsSync(process.env.CHROMIUM_BIN || '/usr/bin/chromium')) return 'up to date';
  await installDebianPackages(['chromium'], say);
  return 'installed';
}
