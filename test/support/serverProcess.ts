import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const root = new URL('../..', import.meta.url).pathname;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 15_000;

export interface ServerProcessOptions {
  env?: Record<string, string>;
  /** Arguments for node, before the program. */
  nodeArgs?: string[];
  /** What runs, with its arguments; the built server if absent. */
  program?: string[];
  /** A command that runs node, such as one that enters a network namespace. */
  wrapper?: readonly [command: string, ...args: string[]];
  /** Go on with the data of an earlier process. */
  dataDir?: string;
}

/** The built server as people run it: its own process, its own data, ports of its own, on loopback. */
export class ServerProcess {
  readonly url: string;
  readonly dataDir: string;
  readonly logLines: string[];
  readonly #child: ChildProcess;
  readonly #env: Record<string, string>;

  private constructor(child: ChildProcess, url: string, dataDir: string, env: Record<string, string>, lines: string[]) {
    this.#child = child;
    this.url = url;
    this.dataDir = dataDir;
    this.#env = env;
    this.logLines = lines;
  }

  static async start(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'veritalk-e2e-')));
    const env: Record<string, string> = {
      HOST: '127.0.0.1',
      PORT: String(randomInt(20_000, 25_000)),
      RTC_PORT: String(randomInt(25_000, 30_000)),
      RTC_ADDRESS: '127.0.0.1',
      ANNOUNCED_ADDRESS: '127.0.0.1',
      NODE_ENV: 'test',
      ...options.env,
    };
    const { nodeArgs = [], program = ['dist/src/main.js'] } = options;
    const [command, ...args] = [...(options.wrapper ?? []), process.execPath, ...nodeArgs, ...program];
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env, DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    const ready = Promise.withResolvers<string>();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const url = /Veritalk is ready: (\S+)/.exec(line)?.[1];
        if (url) ready.resolve(url);
      });
    }
    child.once('exit', (code) => {
      ready.reject(new Error(`the server stopped with ${String(code)}:\n${lines.slice(-20).join('\n')}`));
    });
    const timer = setTimeout(() => {
      ready.reject(new Error(`the server did not get ready:\n${lines.slice(-20).join('\n')}`));
    }, startTimeoutMs);
    const url = await ready.promise.finally(() => {
      clearTimeout(timer);
    });
    return new ServerProcess(child, url, dataDir, env, lines);
  }

  get rtcPort(): string {
    return this.#env.RTC_PORT ?? '';
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the server has no process');
    return this.#child.pid;
  }

  /** Settles with its exit code once it has ended, and all that it said has been read. */
  async exited(): Promise<number | null> {
    const [code] = (await once(this.#child, 'close')) as [number | null];
    return code;
  }

  /** `kill -9`, as a power cut would. Its children end by themselves. */
  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** The same server again: same data, same ports. */
  async restart(): Promise<ServerProcess> {
    return ServerProcess.start({ env: this.#env, dataDir: this.dataDir });
  }

  /** What an operator would do with `npm run admin`, while the server runs. @returns what it printed. */
  async admin(...args: string[]): Promise<string> {
    const env = { ...process.env, ...this.#env, DATA_DIR: this.dataDir };
    const program = ['dist/src/commands/admin.js', ...args];
    return (await promisify(execFile)(process.execPath, program, { cwd: root, env })).stdout;
  }

  /** Stops it as an operator would, and removes its data. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeoutMs);
      await exited;
      clearTimeout(timer);
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
