import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromChild, type FromChild, type ToChild } from '../analysis/protocol.ts';

export type Ready = Extract<FromChild, { type: 'ready' }>;

export interface StartOptions {
  modelsDir: string;
  /** Gives the start up. */
  signal?: AbortSignal;
  /** What to run instead of `analysis/main`; it has to speak `analysis/protocol`. */
  program?: string;
}

export interface StartedProcess {
  process: ChildProcess;
  ready: Ready;
}

/** Loading the models takes half a second; a machine that is starting everything at once may need far longer. */
const START_TIMEOUT_MS = 15_000;
/** Pictures and tensors live outside of V8's heap, which holds little else. */
const HEAP_MB = 96;

/**
 * Starts an analysis process and waits until it listens and has loaded its models.
 *
 * @throws When it ends, fails or stays silent instead, or the signal aborts; the process is then killed.
 */
export async function startAnalysisProcess(options: StartOptions): Promise<StartedProcess> {
  const { modelsDir, signal, program = analysisProgram() } = options;
  const process = forkProgram(program);
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  const fail = (message: string): void => reject(new Error(message));
  const onError = (error: Error): void => reject(error);
  const onExit = (): void => fail('the analysis process ended while it was starting');
  const onAbort = (): void => fail('the start of the analysis process was given up');
  const onMessage = (raw: unknown): void => {
    const { data } = fromChild.safeParse(raw);
    if (data?.type === 'ready') resolve(data);
    if (data?.type === 'fault') fail(data.message);
  };
  const timer = setTimeout(() => fail('the analysis process did not get ready in time'), START_TIMEOUT_MS);
  process.on('error', onError).on('exit', onExit).on('message', onMessage);
  signal?.addEventListener('abort', onAbort);
  try {
    if (signal?.aborted) onAbort();
    const start: ToChild = { type: 'start', modelsDir: path.resolve(modelsDir) };
    process.send(start, (error) => error && reject(error));
    return { process, ready: await promise };
  } catch (error) {
    process.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    process.off('exit', onExit).off('message', onMessage);
    // `onError` stays: an error later on must not throw for want of a listener, and rejects nothing any more.
  }
}

/** The program beside this file: compiled in production, TypeScript in development and tests. */
function analysisProgram(): string {
  return fileURLToPath(new URL(`../analysis/main${path.extname(import.meta.url)}`, import.meta.url));
}

/** Of the environment it gets only what finds programs and time zones. */
function forkProgram(program: string): ChildProcess {
  const inherited = Object.fromEntries(
    ['PATH', 'TZ', 'LANG', 'NODE_ENV'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const loader = path.extname(program) === '.ts' ? ['--import', 'tsx'] : [];
  return fork(program, [], {
    // Where the loader is found, whatever the current folder is.
    cwd: path.dirname(program),
    env: inherited,
    execArgv: [`--max-old-space-size=${HEAP_MB}`, ...loader],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}
