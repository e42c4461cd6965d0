import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import type { Logger } from '../logger.ts';
import { clusterAccount, type Account } from './postgresAccount.ts';
import { findPostgres } from './postgresBinaries.ts';
import { clusterMajor, keepPassword, makeCluster, makeSocketFolder, type Cluster } from './postgresCluster.ts';
import { stopLeftover } from './postgresLeftover.ts';
import { lockDataDir } from './postgresLock.ts';
import { answers, PostgresProcess } from './PostgresProcess.ts';
import { runningPostgresUrl } from './runningPostgres.ts';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster in `postgres/`, its log and its password; made when it is not there. Its path may be long. */
  dataDir: string;
  logger?: Pick<Logger, 'error'>;
  /** False gives up durability for speed: for tests, whose data nobody needs after a crash. */
  durable?: boolean;
  /** Where PG_BINDIR may be set. */
  env?: NodeJS.ProcessEnv;
}

const DATABASE = 'veritalk';

/**
 * A private Postgres as a child of this process, reached by a unix socket only. It is started again when it dies. When
 * we are killed it lives on until the next start, which stops it first; what was committed is never lost.
 */
export class EmbeddedPostgres {
  /** Of the database, for a connection pool: the unix socket, user and password included. */
  readonly url: string;
  readonly #process: PostgresProcess;
  readonly #unlock: () => void;

  private constructor(process: PostgresProcess, unlock: () => void) {
    this.url = process.url(DATABASE);
    this.#process = process;
    this.#unlock = unlock;
  }

  /**
   * Starts Postgres, makes its cluster and database when they are not there, and waits until it answers.
   *
   * @throws Error with one sentence that says what to do.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const dataDir = path.resolve(options.dataDir);
    const account = await clusterAccount(clusterFolder(dataDir));
    await openDataDir(dataDir, account);
    const unlock = await lockDataDir(dataDir);
    try {
      const cluster = await prepareCluster(dataDir, account, options);
      const server = await PostgresProcess.start(cluster, path.join(dataDir, 'postgres.log'), options.logger);
      await createDatabase(server.url('postgres')).catch(async (error: unknown) => {
        await server.close();
        throw error;
      });
      return new EmbeddedPostgres(server, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** Of the database that another process of ours runs in this folder; null when none answers there. */
  static async runningUrl(dataDir: string): Promise<string | null> {
    const url = await runningPostgresUrl(path.resolve(dataDir), DATABASE);
    return url !== null && (await answers(url)) ? url : null;
  }

  /** Stops Postgres and waits until it has written everything. Idempotent. */
  async close(): Promise<void> {
    await this.#process.close();
    this.#unlock();
  }
}

const clusterFolder = (dataDir: string): string => path.join(dataDir, 'postgres');

/** Makes the folder when it is not there. As root, the account passes through to its cluster and sees nothing else. */
async function openDataDir(dataDir: string, account: Account | undefined): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  try {
    await chmod(dataDir, account ? 0o711 : 0o700);
  } catch {
    throw new Error(`${dataDir} belongs to another account: start as that account, or set another DATA_DIR.`);
  }
}

/** Brings everything into place that Postgres needs before it starts. */
async function prepareCluster(
  dataDir: string,
  account: Account | undefined,
  { durable = true, env = process.env }: EmbeddedPostgresOptions,
): Promise<Cluster> {
  const folder = clusterFolder(dataDir);
  await stopLeftover(folder);
  const major = await clusterMajor(folder);
  const binaries = await findPostgres({ major, account, env });
  const password = await keepPassword(path.join(dataDir, 'postgres-password'), major !== undefined);
  const socketFolder = await makeSocketFolder(account);
  const cluster = { folder, binaries, account, socketFolder, password, durable };
  if (major === undefined) {
    await makeCluster(cluster).catch(async (error: unknown) => {
      await rm(socketFolder, { recursive: true, force: true });
      throw error;
    });
  }
  return cluster;
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
