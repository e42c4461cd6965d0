import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Monitor } from './assessment/Monitor.ts';
import { Calls } from './calls/Calls.ts';
import { chain } from './calls/policyChain.ts';
import { PolicyHeads, SignedPolicyStore } from './calls/PolicyHeads.ts';
import { PolicyLog } from './calls/PolicyLog.ts';
import type { RecordOutbox } from './calls/recordChanges.ts';
import { leastChecks, type Config } from './config.ts';
import { PostgresCallStore } from './db/CallStore.ts';
import { Database } from './db/Database.ts';
import { EmbeddedPostgres } from './db/EmbeddedPostgres.ts';
import type { News } from './db/News.ts';
import { FilePolicyOutbox } from './db/PolicyOutbox.ts';
import { PostgresPolicyStore } from './db/PolicyStore.ts';
import { AppError, StartError } from './errors.ts';
import type { Logger } from './logger.ts';
import { Room } from './media/Room.ts';
import type { WorkerPool } from './media/WorkerPool.ts';
import type { Own } from './parts.ts';

/** The database: the configured one, or one of our own. @throws StartError when it does not answer. */
export async function openDatabase(config: Config, logger: Logger, own: Own): Promise<Database> {
  const { url: configured, ...limits } = config.database;
  const url = configured ?? own(await startPostgres(config.dataDir, logger)).url;
  const database = await Database.open({ url, logger, ...limits, backupFolder: join(config.dataDir, 'backups') }).catch(
    (error: unknown) => {
      const away = error instanceof AppError && error.code === 'UNAVAILABLE';
      const advice = 'The database does not answer: check DATABASE_URL, and that Postgres runs there.';
      throw away ? new StartError(advice, { cause: error }) : error;
    },
  );
  return own(database);
}

/** The launcher's errors are sentences for the operator already. */
async function startPostgres(dataDir: string, logger: Logger): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.start({ dataDir, logger }).catch((error: unknown) => {
    throw error instanceof Error ? new StartError(error.message, { cause: error }) : error;
  });
}

/** The log of verdicts and actions: in the database, signed beside it, and in a file while the database is away. */
export async function openPolicyLog(
  { dataDir }: Config,
  { database, news }: { database: Database; news: News | null },
  own: Own,
  logger: Logger,
): Promise<PolicyLog> {
  const heads = own(await PolicyHeads.open(dataDir));
  const kept = new PostgresPolicyStore(database, chain, news);
  // Logs from before there were signatures are vouched for as they are now.
  if (heads.fresh) await Promise.all((await kept.ends()).map((end) => heads.add(end)));
  const store = new SignedPolicyStore(kept, heads);
  const outbox = own(await FilePolicyOutbox.open({ dataDir, store, logger }));
  return new PolicyLog({ store, outbox, logger });
}

/** The calls, those among them that a server before this one left open. */
export async function openCalls(
  config: Config,
  logger: Logger,
  parts: {
    database: Database;
    news: News | null;
    workers: WorkerPool;
    monitor: Monitor;
    policyLog: PolicyLog;
    outbox: RecordOutbox;
  },
): Promise<Calls> {
  const { scanIntervalMs, staleAfterMs, verifiedTtlMs } = config.analysis;
  const calls = new Calls({
    store: new PostgresCallStore(parts.database, parts.news),
    policyLog: parts.policyLog,
    settings: {
      ...config.calls,
      policy: { scanIntervalMs, staleAfterMs, verifiedTtlMs, leastChecks: leastChecks(config.policy) },
    },
    createRoom: () => Room.create(parts.workers, logger),
    checks: parts.monitor,
    logger,
    nodeId: await nodeId(config.dataDir),
    bootId: randomUUID(),
    outbox: parts.outbox,
  });
  await calls.open();
  return calls;
}

/** Tells this server's calls from those of others that use the same database; made once, kept with the data. */
async function nodeId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'node-id');
  await writeFile(file, randomUUID(), { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}
