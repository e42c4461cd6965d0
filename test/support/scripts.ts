import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface ScriptResult {
  code: number | null;
  output: string;
  errors: string;
}

/** Runs a script of the project by the Node that runs the tests, and waits for its end. */
export async function runScript(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ScriptResult> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { code, output, errors };
}
