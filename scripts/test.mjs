#!/usr/bin/env node
/** Runs the project's checks and tests, or some of them. Its last line is "N passed, N failed", over all of them. */
import { CHECK_NAMES, SUITE_NAMES, runCheck, runSuite } from './test/parts.mjs';

const HELP = `usage: npm test [-- PART...]

Parts: ${[...CHECK_NAMES, ...SUITE_NAMES].join(', ')}; all of them when none is named.
Setup has built server and page before. A single file: npx mocha test/unit/....test.ts`;

/** @param {string[]} wanted */
async function main(wanted) {
  const isWanted = (name) => wanted.length === 0 || wanted.includes(name);
  // The checks and the unit tests run together; the suites after them measure times and get the machine for themselves.
  const counts = (
    await Promise.all([inTurn(CHECK_NAMES.filter(isWanted), runCheck), inTurn(['unit'].filter(isWanted), runSuite)])
  ).flat();
  counts.push(
    ...(await inTurn(
      SUITE_NAMES.filter((name) => name !== 'unit' && isWanted(name)),
      runSuite,
    )),
  );
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}

async function inTurn(names, run) {
  const results = [];
  for (const name of names) results.push(await run(name));
  return results;
}

const args = process.argv.slice(2);
const unknown = args.filter((arg) => ![...CHECK_NAMES, ...SUITE_NAMES].includes(arg));
if (unknown.length > 0) {
  console.log(HELP);
  process.exitCode = args.includes('--help') ? 0 : 2;
} else {
  await main(args);
}
