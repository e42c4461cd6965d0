import { existsSync, readFileSync } from 'node:fs';
import { Failure } from './Failure.mjs';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

const OLDEST_NODE = 22;

/** Installs the locked npm packages, unless they are there. */
export async function installPackages(say) {
  if (packagesMatch()) return 'up to date';
  const total = required(readLock('package-lock.json')).length;
  let archives = 0;
  // npm was told by its own command line where it lies; alone, setup takes the one in PATH.
  const [command, ...first] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  say(`installing about ${total} packages`);
  await run(command, [...first, 'ci', '--loglevel', 'http', '--no-progress'], {
    say,
    // npm tells nothing but its requests; an archive that it has in its own cache needs none.
    progress: (line) => (line.includes('.tgz') ? `${++archives} of about ${total} archives` : undefined),
    failure:
      'The npm packages could not be installed: check that this machine reaches its npm registry, then start again.',
  });
  return 'installed';
}

/** The project's Node must be able to run it; where no binary comes as a package, the system's must do. */
export function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE && !existsSync(inRoot('node_modules/.bin/node'))) {
    throw new Failure(
      `Node ${process.versions.node} is too old and no newer one comes as a package for this platform: install Node 24.`,
    );
  }
}

/**
 * Whether node_modules holds what the lockfile says. npm leaves a lockfile of its own there when an install has ended;
 * which of the optional packages this platform needs is npm's business.
 */
function packagesMatch() {
  if (!existsSync(inRoot('node_modules/.package-lock.json'))) return false;
  const lock = readLock('package-lock.json');
  const installed = readLock('node_modules/.package-lock.json');
  const isLocked = ([place, entry]) =>
    entry.version === lock[place]?.version && entry.integrity === lock[place]?.integrity && existsSync(inRoot(place));
  return required(lock).every((place) => place in installed) && Object.entries(installed).every(isLocked);
}

/** @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>} Place -> package. */
function readLock(file) {
  return JSON.parse(readFileSync(inRoot(file), 'utf8')).packages;
}

/** The places of those packages that every platform needs. */
function required(lock) {
  return Object.keys(lock).filter((place) => place !== '' && !lock[place].optional);
}
