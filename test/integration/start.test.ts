import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../support/serverProcess.ts';

interface Outcome {
  code: number | null;
  output: string;
}

/** Runs the built server with some settings; it is told to stop once its output matches `stopAt`, if given. */
async function run(env: Record<string, string>, stopAt?: RegExp): Promise<Outcome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'veritalk-start-'));
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    cwd: new URL('../..', import.meta.url).pathname,
    env: {
      ...process.env,
      NODE_ENV: 'test',
      PORT: '0',
      RTC_PORT: String(randomInt(35_000, 39_000)),
      DATA_DIR: dataDir,
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (stopAt?.test(output) && !child.killed) child.kill('SIGTERM');
    });
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  await rm(dataDir, { recursive: true, force: true });
  return { code, output };
}

describe('starting the server', function () {
  this.timeout(60_000);
  let running: ServerProcess;

  before(async () => {
    running = await ServerProcess.start();
  });
  after(() => running.stop());

  const failures: [string, () => Record<string, string>, RegExp][] = [
    ['a port that is no port', () => ({ PORT: '70000' }), /^PORT: .*\n$/],
    ['a level of log that is none', () => ({ LOG_LEVEL: 'loud' }), /^LOG_LEVEL: .*\n$/],
    ['a port that is taken', () => ({ PORT: new URL(running.url).port }), /^Port \d+ .*set PORT.*\n$/],
    ['a media port that is taken', () => ({ RTC_PORT: running.rtcPort }), /^(UDP|TCP) port \d+ .*set RTC_PORT.*\n$/],
    ['data that another one uses', () => ({ DATA_DIR: running.dataDir }), /is used by another Veritalk.*DATA_DIR.*\n$/],
    [
      'a database that is not there',
      () => ({ DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' }),
      /check DATABASE_URL.*\n$/,
    ],
  ];
  for (const [what, env, sentence] of failures) {
    it(`fails with one sentence for ${what}`, async () => {
      const { code, output } = await run(env());
      assert.equal(code, 1);
      assert.match(output, sentence);
      assert.equal(output.trim().split('\n').length, 1, output);
    });
  }

  for (const [when, stopAt] of [
    ['while its parts are starting', /worker started/],
    ['when it is ready', /Veritalk is ready/],
  ] as const) {
    it(`stops cleanly when it is told to ${when}`, async () => {
      const { code } = await run({ LOG_LEVEL: 'info' }, stopAt);
      assert.equal(code, 0);
    });
  }
});
