import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inRoot, localCache } from '../setup/paths.mjs';

/** @typedef {{ passed: number, failed: number }} Counts */

const CHECKS = {
  typecheck: [
    ['tsc', '-p', 'test/tsconfig.json'],
    ['tsc', '-p', 'web/tsconfig.json'],
  ],
  lint: [['eslint', '-c', '.config/eslint.config.js', 'src', 'web', 'test', 'scripts', 'migrations']],
  imports: [['depcruise', '-c', '.config/dependency-cruiser.cjs', 'src', 'migrations', 'web/src']],
  format: [['prettier', '--check', '--log-level', 'warn', '.']],
};

/**
 * Test suites: the minutes after which one that has not ended is stopped (it has left something open), and how often a
 * test is tried again. Only what waits for real media, browsers and processes is: once, and it is named at the end, so
 * that a test which passes only now and then is seen and mended.
 */
const SUITES = {
  unit: { minutes: 5, retries: 0 },
  integration: { minutes: 20, retries: 1 },
  e2e: { minutes: 25, retries: 1 },
};

export const CHECK_NAMES = Object.keys(CHECKS);
export const SUITE_NAMES = Object.keys(SUITES);

/**
 * Runs a check; each of its commands counts as one. What it says is shown when it has ended.
 *
 * @param {string} name
 * @returns {Promise<Counts>}
 */
export async function runCheck(name) {
  const counts = { passed: 0, failed: 0 };
  for (const [tool, ...args] of CHECKS[name]) {
    const started = performance.now();
    const { code, output } = await runQuietly(inRoot('node_modules/.bin', tool), args);
    counts[code === 0 ? 'passed' : 'failed'] += 1;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`\n[${name}] ${tool} ${code === 0 ? 'passed' : 'failed'} in ${seconds} s`);
    if (code !== 0) console.log(output.trimEnd());
  }
  return counts;
}

function runQuietly(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: inRoot(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: -1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/**
 * Runs a suite of mocha's and shows its output as it comes.
 *
 * @param {string} name
 * @returns {Promise<Counts>} A suite that breaks off counts as one failure more.
 */
export async function runSuite(name) {
  console.log(`\n[${name}]`);
  const summary = path.join(localCache, `test-${name}.json`);
  mkdirSync(localCache, { recursive: true });
  rmSync(summary, { force: true });
  const ended = await runMocha(name, summary);
  const counts = existsSync(summary) ? JSON.parse(readFileSync(summary, 'utf8')) : { passed: 0, failed: 0 };
  const brokeOff = !existsSync(summary) || (counts.failed === 0 && ended !== 0);
  if (brokeOff) console.log(`[${name}] broke off: ${ended}`);
  return { passed: counts.passed, failed: counts.failed + (brokeOff ? 1 : 0) };
}

/** @returns {Promise<number | string>} The exit code, or why there is none. */
function runMocha(name, summary) {
  return new Promise((resolve) => {
    const { minutes, retries } = SUITES[name];
    const reporter = inRoot('scripts/test/reporter.cjs');
    const args = ['--forbid-only', '--retries', String(retries), '--reporter', reporter, `test/${name}/**/*.test.ts`];
    const child = spawn(inRoot('node_modules/.bin/mocha'), args, {
      cwd: inRoot(),
      env: { ...process.env, NODE_ENV: 'test', TEST_SUMMARY: summary },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    let tooLong = false;
    const limit = setTimeout(() => {
      tooLong = true;
      child.kill('SIGKILL');
    }, minutes * 60_000);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      resolve(tooLong ? `it did not end within ${minutes} minutes` : (code ?? signal));
    });
  });
}
