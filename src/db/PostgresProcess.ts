import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from '../logger.ts';
import { CLUSTER_PORT, CLUSTER_USER, type Cluster } from './postgresCluster.ts';
import { FOLDER_BY_DESCRIPTOR, spawnInFolder } from './postgresSpawn.ts';

const START_LIMIT_MS = 60_000;
const CONNECT_LIMIT_MS = 5000;
const POLL_MS = 50;
const RESTART_DELAY_MS = 1000;
const FAST_SHUTDOWN_MS = 15_000;
const MAX_LOG_BYTES = 4 * 2 ** 20;

/** The running server of a cluster. It is started again when it dies. */
export class PostgresProcess {
  readonly #cluster: Cluster;
  readonly #logFile: string;
  readonly #logger: Pick<Logger, 'error'> | undefined;
  #child: ChildProcess | undefined;
  #restart: Promise<void> | undefined;
  readonly #closing = new AbortController();

  private constructor(cluster: Cluster, logFile: string, logger: Pick<Logger, 'error'> | undefined) {
    this.#cluster = cluster;
    this.#logFile = logFile;
    this.#logger = logger;
  }

  /**
   * Starts Postgres and waits until it answers.
   *
   * @param logFile - Postgres writes there; one older file is kept.
   * @throws Error when it does not answer in time.
   */
  static async start(cluster: Cluster, logFile: string, logger?: Pick<Logger, 'error'>): Promise<PostgresProcess> {
    await rotate(logFile);
    const started = new PostgresProcess(cluster, logFile, logger);
    try {
      await started.#run();
    } catch (error) {
      await started.close();
      throw error;
    }
    return started;
  }

  /** Stops Postgres and waits until it has written everything. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#restart;
    const child = this.#child;
    if (child && isRunning(child)) {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      const impatience = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS);
      await ended;
      clearTimeout(impatience);
    }
    await rm(this.#cluster.socketFolder, { recursive: true, force: true });
  }

  /** Of a database in the cluster. */
  url(database: string): string {
    return clusterUrl(this.#cluster, database);
  }

  /**
   * Starts the program until it answers. Right after a kill it may refuse, until the last process of the one before has
   * gone.
   */
  async #run(): Promise<void> {
    const limit = Date.now() + START_LIMIT_MS;
    while (!this.#closing.signal.aborted) {
      const child = await this.#spawn();
      this.#child = child;
      while (isRunning(child) && !this.#closing.signal.aborted) {
        if (await answers(this.url('postgres'))) {
          this.#watch(child);
          return;
        }
        if (Date.now() > limit) throw new Error(`Postgres does not answer: see ${this.#logFile}.`);
        await sleep(POLL_MS);
      }
      if (Date.now() > limit || !(await isTemporary(this.#logFile))) {
        throw new Error(`Postgres does not start: ${await lastWords(this.#logFile)} (${this.#logFile}).`);
      }
      await sleep(RESTART_DELAY_MS);
    }
  }

  async #spawn(): Promise<ChildProcess> {
    const { binaries, socketFolder, durable, folder, account } = this.#cluster;
    const settings = {
      listen_addresses: '',
      unix_socket_directories: socketFolder,
      port: CLUSTER_PORT,
      log_checkpoints: 'off',
      ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    };
    const output = await open(this.#logFile, 'a', 0o600);
    try {
      const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${String(value)}`]);
      return await spawnInFolder(path.join(binaries, 'postgres'), ['-D', FOLDER_BY_DESCRIPTOR, ...options], {
        folder,
        account,
        output,
      });
    } finally {
      await output.close();
    }
  }

  #watch(child: ChildProcess): void {
    const onExit = () => {
      if (!this.#closing.signal.aborted) this.#restart = this.#runAgain();
    };
    if (isRunning(child)) child.once('exit', onExit);
    else onExit();
  }

  /** Tries until it runs: what keeps it from starting, a full disk for one, may pass. */
  async #runAgain(): Promise<void> {
    this.#logger?.error({ logFile: this.#logFile }, 'the database died and is started again');
    while (!this.#closing.signal.aborted) {
      try {
        return await this.#run();
      } catch (error) {
        this.#logger?.error({ err: error }, 'the database could not be started again');
        await sleep(RESTART_DELAY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }
}

/** Of a database in a cluster that runs. */
export function clusterUrl(
  { password, socketFolder }: Pick<Cluster, 'password' | 'socketFolder'>,
  database: string,
): string {
  const place = `host=${encodeURIComponent(socketFolder)}&port=${String(CLUSTER_PORT)}`;
  return `postgres://${CLUSTER_USER}:${password}@localhost/${database}?${place}`;
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Whether a database lets us in. */
export async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch {
    // Not ended: the end of a client that never connected may never come.
    return false;
  }
  await client.end();
  return true;
}

/** Postgres' complaint while processes of its killed predecessor still hold the shared memory. */
async function isTemporary(logFile: string): Promise<boolean> {
  return (await lastWords(logFile)).includes('shared memory block');
}

/** The last complaint in the log. */
async function lastWords(logFile: string): Promise<string> {
  const log = await readFile(logFile, 'utf8');
  return [...log.matchAll(/(?:FATAL|PANIC|error): +(.*)/g)].at(-1)?.[1] ?? 'it says nothing';
}

async function rotate(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await rename(logFile, `${logFile}.1`);
}
