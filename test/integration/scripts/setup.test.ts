import assert from 'node:assert/strict';
import { runScript, type ScriptResult } from '../../support/scripts.ts';

describe('setup', function () {
  this.timeout(300_000);

  it('does nothing the second time, and is quick about it', async () => {
    // Sources may have changed since it ran.
    assert.equal((await setup('--test')).code, 0);
    const started = performance.now();

    const { code, output } = await setup('--test');

    assert.equal(code, 0);
    const steps = output.trim().split('\n');
    assert.deepEqual(steps.map((line) => line.split(' ')[0]).sort(), [
      'chromium',
      'firefox',
      'models',
      'packages',
      'page',
      'proxies',
      'server',
      'worker',
    ]);
    for (const line of steps)
      assert.match(line, /^\w+ +\d+\.\d s {2}(up to date|using MEDIASOUP_WORKER_BIN: .*|not to be had here: .*)$/);
    assert.ok(performance.now() - started < 2000, `took ${performance.now() - started} ms`);
  });

  it('explains itself', async () => {
    const { code, output } = await setup('--help');

    assert.equal(code, 0);
    assert.match(output, /^usage: node scripts\/setup\.mjs/);
  });

  it('refuses an option that it does not know, by one sentence', async () => {
    const { code, output, errors } = await setup('--tset');

    assert.equal(code, 1);
    assert.equal(errors, 'Unknown option --tset: see node scripts/setup.mjs --help.\n');
    assert.equal(output, '');
  });

  it('refuses a worker that cannot be run, by one sentence', async () => {
    const { code, errors } = await setup('--dev', { MEDIASOUP_WORKER_BIN: '/nowhere/mediasoup-worker' });

    assert.equal(code, 1);
    assert.equal(
      errors,
      'MEDIASOUP_WORKER_BIN names /nowhere/mediasoup-worker, which cannot be run: correct or unset it.\n',
    );
  });
});

async function setup(option: string, env: NodeJS.ProcessEnv = {}): Promise<ScriptResult> {
  return runScript(['scripts/setup.mjs', option], env);
}
