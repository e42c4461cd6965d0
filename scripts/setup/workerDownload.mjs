import { readFileSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { inRoot } from './paths.mjs';
import { Failure } from './Failure.mjs';
import { projectNode, run } from './run.mjs';

/**
 * Tries to get the binary that mediasoup's own install script would download. That it cannot be had is normal:
 * many machines reach a package mirror only.
 *
 * @param {string} binary Where the result goes.
 * @param {(text: string) => void} say
 * @returns {Promise<boolean>} Whether it is there.
 */
export async function downloadWorker(binary, say) {
  const { version, repository } = JSON.parse(readFileSync(inRoot('node_modules/mediasoup/package.json'), 'utf8'));
  const releases =
    process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL ||
    `${repository.url.replace(/^git\+/, '').replace(/\.git$/, '')}/releases/download`;
  const name = `mediasoup-worker-${version}-${process.platform}-${process.arch}-kernel${release().split('.')[0]}.tgz`;
  say('looking for the prebuilt worker');
  try {
    // A process of its own, as Node reads the proxy's environment when it starts.
    await run(projectNode(), ['scripts/worker/download.mjs', `${releases}/${version}/${name}`, binary], {
      say,
      env: { ...process.env, NODE_USE_ENV_PROXY: '1' },
      failure: 'no download',
      quiet: true,
    });
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    rmSync(binary, { force: true });
    say('no prebuilt worker can be had here, building one');
    return false;
  }
}
