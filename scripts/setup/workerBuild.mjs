import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { cpus, freemem } from 'node:os';
import path from 'node:path';
import { installDebianPackages } from './debian.mjs';
import { fingerprint } from './fingerprint.mjs';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

const RECIPE = ['scripts/worker/CMakeLists.txt', 'scripts/worker/libsrtp.sh', 'scripts/worker/shim'];

/** What the build needs, and openssl for the check after it. */
const DEBIAN_PACKAGES = [
  ...['g++', 'cmake', 'ninja-build', 'pkg-config', 'dpkg-dev', 'openssl'],
  ...['libuv1-dev', 'libssl-dev', 'libsrtp2-dev', 'libabsl-dev'],
  ...['libflatbuffers-dev', 'flatbuffers-compiler', 'flatbuffers-compiler-dev'],
];

/** What the hungriest compiler takes. */
const BYTES_PER_COMPILER = 0.8 * 2 ** 30;

/** Changes when the recipe does, so that workers of an older recipe are built anew. */
export function recipePrint() {
  return fingerprint(RECIPE);
}

/**
 * Builds the worker from the sources in mediasoup's npm package against the distribution's libraries.
 * A build that was interrupted goes on where it stopped.
 *
 * @param {string} folder Where the build may keep its files.
 * @param {string} binary Where the result goes.
 * @param {(text: string) => void} say
 */
export async function buildWorker(folder, binary, say) {
  await installDebianPackages(DEBIAN_PACKAGES, say);
  const build = path.join(folder, `build-${recipePrint().slice(0, 8)}`);
  mkdirSync(build, { recursive: true });
  const failure =
    'The mediasoup worker could not be built: see the compiler above, or name a ready one in MEDIASOUP_WORKER_BIN.';
  say('configuring the build');
  const sources = inRoot('node_modules/mediasoup/worker');
  await run('cmake', ['-G', 'Ninja', '-S', inRoot('scripts/worker'), '-B', build, `-DWORKER_SOURCES=${sources}`], {
    say,
    failure,
    progress: (line) => (line.startsWith('-- libsrtp') ? line.slice(3) : undefined),
  });
  await run('ninja', ['-C', build, '-j', String(compilers())], {
    say,
    failure,
    progress: (line) => /^\[\d+\/\d+\]/.exec(line)?.[0].concat(' compiling'),
  });
  renameSync(path.join(build, 'mediasoup-worker'), binary);
  rmSync(build, { recursive: true, force: true });
}

/** How many compilers may run at once: a small machine has the cores for more than it has memory. */
function compilers() {
  return Math.max(1, Math.min(cpus().length, Math.floor(freemem() / BYTES_PER_COMPILER)));
}
