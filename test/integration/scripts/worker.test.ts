import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { workerBin } from 'mediasoup';
import { runScript, type ScriptResult } from '../../support/scripts.ts';

describe('the check of a mediasoup worker', function () {
  this.timeout(60_000);

  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'veritalk-worker-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('passes the one that setup has made: DTLS, AEAD GCM, a layer raised and lowered', async () => {
    const { code, output, errors } = await check(workerBin);

    assert.equal(code, 0, errors);
    assert.match(output, /^DTLS handshake with SRTP_AEAD_AES_(128|256)_GCM$/m);
    assert.match(output, /^simulcast: pictures 320, then 640, then 320 pixels wide/m);
  });

  it('refuses one that dies when the handshake begins, by one sentence', async () => {
    const binary = await programThat(`"${workerBin}" "$@" & worker=$!; sleep 1; kill -9 $worker; wait $worker`);

    const { code, errors } = await check(binary);

    assert.equal(code, 1);
    assert.match(errors, /^The worker .* failed its check: .*\n$/);
  });

  it('refuses a program that is no worker, by one sentence', async () => {
    const { code, errors } = await check(await programThat('exit 0'));

    assert.equal(code, 1);
    assert.match(errors, /^The worker .* failed its check: .*\n$/);
  });

  async function programThat(does: string): Promise<string> {
    const file = path.join(folder, 'mediasoup-worker');
    await writeFile(file, `#!/bin/sh\n${does}\n`, { mode: 0o755 });
    return file;
  }
});

async function check(binary: string): Promise<ScriptResult> {
  return runScript(['--import', 'tsx', 'scripts/worker/check.ts', binary]);
}
