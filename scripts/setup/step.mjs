import { Failure } from './Failure.mjs';

/**
 * Runs one step of setup and tells how it goes, each line with the step's name and its time so far.
 *
 * @param {string} name
 * @param {(say: (text: string) => void) => Promise<string>} work Answers in a few words what came of it.
 */
export async function step(name, work) {
  const started = performance.now();
  const say = (text) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${name.padEnd(9)}${seconds.padStart(6)} s  ${text}`);
  };
  try {
    say(await work(say));
  } catch (error) {
    say('failed');
    throw error instanceof Failure
      ? error
      : new Failure(`The step "${name}" broke off (${error.message}): start again, and report it if it repeats.`, {
          cause: error,
        });
  }
}

/**
 * Waits until all steps have ended, also when one fails: a package manager must not be cut off in the middle.
 *
 * @param {Promise<void>[]} steps
 * @throws {AggregateError} of the failures.
 */
export async function allSteps(steps) {
  const failures = (await Promise.allSettled(steps)).flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason] : [],
  );
  if (failures.length > 0) throw new AggregateError(failures.flatMap((failure) => failure.errors ?? [failure]));
}
