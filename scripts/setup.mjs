#!/usr/bin/env node
/**
 * Makes a checkout ready to run: npm packages, the mediasoup worker, the models, the server and the page.
 * It runs on the system's Node, before any package is there, and does only what is not done yet.
 */
import { allSteps, step } from './setup/step.mjs';
import { provideChromium, provideFirefox } from './setup/browsers.mjs';
import { Failure, MissingPackages } from './setup/Failure.mjs';
import { withLock } from './setup/lock.mjs';
import { convertModels } from './setup/models.mjs';
import { checkNode, installPackages } from './setup/packages.mjs';
import { root } from './setup/paths.mjs';
import { buildPage, buildServer } from './setup/products.mjs';
import { provideProxies } from './setup/proxies.mjs';
import { provideWorker } from './setup/worker.mjs';

const HELP = `usage: node scripts/setup.mjs [--test | --dev]

Makes the checkout ready to run; does only what is not done yet.
  --test   also what the tests need: Chromium and Firefox, nginx and Caddy
  --dev    for "npm run dev": builds neither server nor page
  --help   this text

Environment: MEDIASOUP_WORKER_BIN (a worker to use), CHROMIUM_BIN, FIREFOX_BIN (browsers for the tests),
XDG_CACHE_HOME (the worker is kept below it, else below ~/.cache).`;

const OPTIONS = ['--test', '--dev', '--help'];

/** @param {string[]} args */
async function setup(args) {
  const unknown = args.find((arg) => !OPTIONS.includes(arg));
  if (unknown) throw new Failure(`Unknown option ${unknown}: see node scripts/setup.mjs --help.`);
  if (args.includes('--help')) return console.log(HELP);
  const waiting = () => console.log('waiting for another setup of this checkout');
  await withLock(root, waiting, () =>
    allSteps([...(args.includes('--test') ? forTests() : []), makeProject(args.includes('--dev'))]),
  );
}

function forTests() {
  return [step('chromium', provideChromium), step('firefox', provideFirefox), step('proxies', provideProxies)];
}

async function makeProject(dev) {
  await step('packages', installPackages);
  checkNode();
  const products = dev ? [] : [step('server', buildServer), step('page', buildPage)];
  await allSteps([step('worker', provideWorker), step('models', convertModels), ...products]);
}

/** All missing Debian packages go into one command. */
function sentences(error) {
  const failures = error instanceof AggregateError ? error.errors : [error];
  const missing = failures
    .filter((failure) => failure instanceof MissingPackages)
    .flatMap((failure) => failure.packages);
  const others = failures.filter((failure) => !(failure instanceof MissingPackages));
  return [...others, ...(missing.length > 0 ? [new MissingPackages([...new Set(missing)])] : [])].map(
    (failure) => failure.message,
  );
}

try {
  await setup(process.argv.slice(2));
} catch (error) {
  for (const sentence of sentences(error)) console.error(sentence);
  // CI reads the last line of a test run.
  if (process.argv.includes('--test')) console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
