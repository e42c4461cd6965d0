import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Failure } from './Failure.mjs';
import { hasCommand, updateLists } from './debian.mjs';
import { stampOf } from './fingerprint.mjs';
import { machineCache } from './paths.mjs';
import { run } from './run.mjs';

/** Program -> where Debian's package of the same name puts it. */
const PROGRAMS = { nginx: 'usr/sbin/nginx', caddy: 'usr/bin/caddy' };

/**
 * Debian's proxies, for the tests of what docs/proxy/ says. The packages are taken apart, not installed: that would start
 * a service on port 80. Where there is no apt, the tests that need them say so and are left out.
 *
 * @param {(text: string) => void} say
 */
export async function provideProxies(say) {
  const missing = Object.keys(PROGRAMS).filter((name) => proxyProgram(name) === null);
  if (missing.length === 0) return 'up to date';
  const absent = `not to be had here: ${missing.join(', ')}`;
  if (!hasCommand('apt-get') || !hasCommand('dpkg-deb')) return absent;
  // What was in vain is not tried again before tomorrow: setup runs before each test run.
  const vain = stampOf('proxies');
  const today = new Date().toISOString().slice(0, 10);
  if (vain.matches(today)) return absent;
  const folder = mkdtempSync(path.join(tmpdir(), 'veritalk-proxies-'));
  try {
    if (process.getuid() === 0) await updateLists(say);
    for (const name of missing) await unpack(name, folder, say);
    return 'downloaded';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    vain.write(today);
    return absent;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function unpack(name, folder, say) {
  const failure = `The Debian package ${name} could not be downloaded.`;
  await run('apt-get', ['-q', 'download', name], { say, failure, cwd: folder, quiet: true });
  const archive = readdirSync(folder).find((file) => file.startsWith(`${name}_`));
  await run('dpkg-deb', ['--extract', archive, name], { say, failure, cwd: folder });
  const target = cached(name);
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(path.join(folder, name, PROGRAMS[name]), target);
}

const cached = (name) => path.join(machineCache, 'proxies', name);

/**
 * @param {string} name
 * @returns {string | null} The program: the one that is installed, else the one that setup took out of its package.
 */
export function proxyProgram(name) {
  return [`/${PROGRAMS[name]}`, cached(name)].find((file) => existsSync(file)) ?? null;
}
