import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildWorker, recipePrint } from './workerBuild.mjs';
import { downloadWorker } from './workerDownload.mjs';
import { installDebianPackages, hasCommand } from './debian.mjs';
import { Failure, MissingPackages } from './Failure.mjs';
import { stampOf } from './fingerprint.mjs';
import { withLock } from './lock.mjs';
import { defaultWorkerBin, inRoot, machineCache } from './paths.mjs';
import { projectNode, run } from './run.mjs';

/**
 * Gets a mediasoup worker: MEDIASOUP_WORKER_BIN, our cache, the prebuilt binary of the project, or a build of our own.
 * None is used before it has passed scripts/worker/check.ts. mediasoup finds it by itself: the place where it looks
 * is linked to the cache.
 */
export async function provideWorker(say) {
  if (process.env.MEDIASOUP_WORKER_BIN) return acceptGiven(process.env.MEDIASOUP_WORKER_BIN, say);
  const { version } = JSON.parse(readFileSync(inRoot('node_modules/mediasoup/package.json'), 'utf8'));
  const folder = path.join(machineCache, 'worker', `${version}-${platformKey()}`);
  mkdirSync(folder, { recursive: true });
  return withLock(
    folder,
    () => say('waiting for another setup that makes the worker'),
    () => fillCache(folder, say),
  );
}

async function fillCache(folder, say) {
  const binary = path.join(folder, 'mediasoup-worker');
  if (isUsable(folder, binary)) {
    link(binary);
    return 'up to date';
  }
  const origin = (await hasPrebuilt(binary, say)) ? 'prebuilt' : 'built';
  if (origin === 'built') {
    await buildWorker(folder, binary, say);
    await check(binary, say);
  }
  writeFileSync(originFile(folder), JSON.stringify({ origin, recipe: recipePrint(), binary: hashOf(binary) }, null, 2));
  link(binary);
  return `${origin === 'built' ? 'built' : 'downloaded'} and checked: ${binary}`;
}

/** Whether the prebuilt binary can be had and works here; where it does not, one is built. */
async function hasPrebuilt(binary, say) {
  if (!(await downloadWorker(binary, say))) return false;
  try {
    await check(binary, say);
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof MissingPackages) throw error;
    say('the prebuilt worker does not work on this machine, building one');
    return false;
  }
}

const originFile = (folder) => path.join(folder, 'origin.json');

/** A binary counts when it is the very one that passed the check; one of our own also when the recipe is still the same. */
function isUsable(folder, binary) {
  if (!existsSync(originFile(folder)) || !existsSync(binary)) return false;
  const seen = JSON.parse(readFileSync(originFile(folder), 'utf8'));
  return seen.binary === hashOf(binary) && (seen.origin === 'prebuilt' || seen.recipe === recipePrint());
}

/** The libraries that the worker is linked with differ between releases of a distribution. */
function platformKey() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name) => new RegExp(`^${name}="?([\\w.-]+)`, 'm').exec(release)?.[1] ?? 'unknown';
  return [process.platform, process.arch, field('ID'), field('VERSION_ID')].join('-');
}

function hashOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

async function acceptGiven(binary, say) {
  try {
    accessSync(binary, constants.X_OK);
  } catch {
    throw new Failure(`MEDIASOUP_WORKER_BIN names ${binary}, which cannot be run: correct or unset it.`);
  }
  const { size, mtimeMs } = statSync(binary);
  const stamp = stampOf('given-worker');
  const print = JSON.stringify([binary, size, mtimeMs]);
  if (!stamp.matches(print)) await check(binary, say);
  stamp.write(print);
  return `using MEDIASOUP_WORKER_BIN: ${binary}`;
}

async function check(binary, say) {
  if (!hasCommand('openssl')) await installDebianPackages(['openssl'], say);
  say('checking: DTLS handshake, AEAD GCM, a simulcast layer raised and lowered');
  await run(projectNode(), ['--import', 'tsx', 'scripts/worker/check.ts', binary], {
    say,
    failure: `The mediasoup worker ${binary} does not work on this machine: remove it and start again, or name a working one in MEDIASOUP_WORKER_BIN.`,
  });
}

function link(binary) {
  if (
    lstatSync(defaultWorkerBin, { throwIfNoEntry: false })?.isSymbolicLink() &&
    readlinkSync(defaultWorkerBin) === binary
  )
    return;
  mkdirSync(path.dirname(defaultWorkerBin), { recursive: true });
  rmSync(defaultWorkerBin, { force: true });
  symlinkSync(binary, defaultWorkerBin);
}
