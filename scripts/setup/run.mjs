import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Failure } from './Failure.mjs';
import { inRoot } from './paths.mjs';

const PROGRESS_EVERY_MS = 3000;
const TAIL_LINES = 25;

/**
 * Runs a command and shows its progress: at most one line every three seconds.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {(text: string) => void} options.say Prints one line of progress.
 * @param {(line: string) => string | undefined} [options.progress] What a line of output tells about the progress.
 * @param {string} options.failure The sentence to stop with when the command fails; its last lines of output are printed before.
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {boolean} [options.quiet] Keeps the output to itself also when the command fails.
 * @returns {Promise<string>} Everything the command printed.
 */
export async function run(
  command,
  args,
  { say, progress = () => undefined, failure, cwd = inRoot(), env = process.env, quiet = false },
) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  let latest;
  const read = (line) => {
    lines.push(line);
    latest = progress(line) ?? latest;
  };
  let shown;
  const timer = setInterval(() => {
    if (latest !== shown) say(latest);
    shown = latest;
  }, PROGRESS_EVERY_MS);
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read);
  try {
    const code = await new Promise((resolve) => {
      child.once('error', (error) => {
        lines.push(error.message);
        resolve(-1);
      });
      child.once('close', (exitCode, signal) => resolve(signal ?? exitCode));
    });
    if (code !== 0) {
      if (!quiet) console.error(lines.slice(-TAIL_LINES).join('\n'));
      throw new Failure(failure);
    }
  } finally {
    clearInterval(timer);
  }
  return lines.join('\n');
}

/** The Node that runs the project: the one among its packages, where that exists for this platform. */
export function projectNode() {
  const bundled = inRoot('node_modules/.bin/node');
  return existsSync(bundled) ? bundled : process.execPath;
}
