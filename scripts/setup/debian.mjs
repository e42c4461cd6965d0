import { spawnSync } from 'node:child_process';
import { MissingPackages } from './Failure.mjs';
import { run } from './run.mjs';

const OPTIONS = ['-o', 'DPkg::Lock::Timeout=300', '-q'];
const ENV = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
const FAILURE =
  'The Debian packages could not be installed: see apt-get above, check that this machine reaches its package mirror, then start again.';

/** Installs run one after the other: apt would refuse the second. */
let queue = Promise.resolve();
let listsAreFresh = false;

/**
 * Installs those of the Debian packages that are missing.
 *
 * @param {string[]} packages
 * @param {(text: string) => void} say
 * @throws {MissingPackages} when we are not root.
 */
export function installDebianPackages(packages, say) {
  const installed = queue.then(() => installMissing(packages, say));
  queue = installed.catch(() => undefined);
  return installed;
}

async function installMissing(packages, say) {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid() !== 0 || !hasCommand('apt-get')) throw new MissingPackages(missing);
  say(`installing Debian packages: ${missing.join(' ')}`);
  await refresh(say);
  let [unpacked, total] = [0, missing.length];
  const progress = (line) => {
    total = Number(/(\d+) newly installed/.exec(line)?.[1] ?? total);
    return line.startsWith('Unpacking ') ? `${++unpacked} of ${total} Debian packages unpacked` : undefined;
  };
  const args = [...OPTIONS, 'install', '-y', '--no-install-recommends', ...missing];
  await run('apt-get', args, { say, env: ENV, failure: FAILURE, progress });
}

/** Makes apt's lists of packages fresh, once a run. @param {(text: string) => void} say */
export function updateLists(say) {
  const updated = queue.then(() => refresh(say));
  queue = updated.catch(() => undefined);
  return updated;
}

async function refresh(say) {
  if (listsAreFresh) return;
  await run('apt-get', [...OPTIONS, 'update'], { say, env: ENV, failure: FAILURE });
  listsAreFresh = true;
}

function isInstalled(name) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return query.status === 0 && query.stdout.includes('installed') && !query.stdout.includes('not-installed');
}

/** @param {string} name */
export function hasCommand(name) {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}
