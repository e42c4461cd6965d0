import { existsSync } from 'node:fs';
import { installDebianPackages } from './debian.mjs';

/** The browsers of the tests, each the distribution's unless the environment names another. */
export const provideChromium = (say) => provide(process.env.CHROMIUM_BIN, 'chromium', say);
export const provideFirefox = (say) => provide(process.env.FIREFOX_BIN, 'firefox-esr', say);

async function provide(named, debianPackage, say) {
  if (existsSync(named || `/usr/bin/${debianPackage}`)) return 'up to date';
  await installDebianPackages([debianPackage], say);
  return 'installed';
}
