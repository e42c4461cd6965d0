/**
 * Checks that a mediasoup worker works on this machine, beyond starting: a worker built against the wrong libraries
 * starts and then dies in its first DTLS handshake.
 */
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { checkDtls } from './dtls.ts';
import { checkLayers } from './layers.ts';

const HELP = `usage: check.ts FILE

Checks a mediasoup-worker: a DTLS handshake that negotiates AEAD GCM, and a simulcast layer raised and lowered.
Exits with 0 when it passes, with 1 and one sentence when it does not. Needs openssl.`;

async function check(workerBin: string): Promise<void> {
  const worker = await createWorker({ workerBin, logLevel: 'error' });
  const death = Promise.withResolvers<never>();
  worker.on('died', (error) => {
    death.reject(new Error(`it died ${error.message}`));
  });
  try {
    await Promise.race([death.promise, runChecks(worker)]);
  } finally {
    worker.close();
  }
}

async function runChecks(worker: types.Worker): Promise<void> {
  console.log(`DTLS handshake with ${await checkDtls(worker)}`);
  console.log(`simulcast: ${await checkLayers(worker)}`);
}

const [file] = process.argv.slice(2);
if (!file || file === '--help') {
  console.log(HELP);
  process.exitCode = file ? 0 : 2;
} else {
  try {
    await check(file);
  } catch (error) {
    console.error(`The worker ${file} failed its check: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
