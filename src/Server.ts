import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AnalysisPool } from './assessment/AnalysisPool.ts';
import { Monitor } from './assessment/Monitor.ts';
import { isTaken } from './assessment/policy.ts';
import { forOthers, forSelf } from './assessment/views.ts';
import { Accounts } from './auth/Accounts.ts';
import { Guests } from './auth/Guests.ts';
import { GuestTokens } from './auth/GuestTokens.ts';
import { loadSecrets } from './auth/secrets.ts';
import { Calls } from './calls/Calls.ts';
import type { Config } from './config.ts';
import { PostgresAssessmentStore } from './db/AssessmentStore.ts';
import { chain } from './calls/policyChain.ts';
import { PolicyLog } from './calls/PolicyLog.ts';
import { PostgresCallStore } from './db/CallStore.ts';
import { Database } from './db/Database.ts';
import { EmbeddedPostgres } from './db/EmbeddedPostgres.ts';
import { PostgresGuestStore } from './db/GuestStore.ts';
import { FilePolicyOutbox } from './db/PolicyOutbox.ts';
import { PostgresPolicyStore } from './db/PolicyStore.ts';
import { PostgresSessionStore } from './db/SessionStore.ts';
import { PostgresUserStore } from './db/UserStore.ts';
import { AppError, StartError } from './errors.ts';
import { createHttpApp } from './http/app.ts';
import { configureHttpServer, httpServerOptions } from './http/httpServer.ts';
import type { Logger } from './logger.ts';
import { announcedAddress, announcedAddressProblem } from './media/announcedAddress.ts';
import { NetworkProbes } from './media/NetworkProbes.ts';
import { Room } from './media/Room.ts';
import { WorkerPool } from './media/WorkerPool.ts';
import { ModelCatalog, modelFolder } from './modelCatalog.ts';
import { SignalingServer } from './signaling/SignalingServer.ts';

export interface ServerOptions {
  config: Config;
  logger: Logger;
  /** Folder with `.cache/models` and the built page, `dist/web`. */
  root?: string;
}

interface Closable {
  close(): Promise<void>;
}

/**
 * Builds the parts and connects them; it is the only place that knows all of them. They are started in the order in
 * which they need each other, nothing listens before all are ready, and they are closed the other way round.
 */
export class Server {
  readonly url: string;
  readonly calls: Calls;
  readonly monitor: Monitor;
  readonly policyLog: PolicyLog;
  readonly #workers: WorkerPool;
  /** In the order of their start. */
  readonly #parts: Closable[];
  #closing: Promise<void> | null = null;

  private constructor(parts: Closable[], built: Built) {
    this.#parts = parts;
    this.url = built.url;
    this.calls = built.calls;
    this.monitor = built.monitor;
    this.policyLog = built.policyLog;
    this.#workers = built.workers;
  }

  /** @throws StartError or ConfigError with one sentence that says what to do; what was started is closed again. */
  static async start(options: ServerOptions): Promise<Server> {
    const parts: Closable[] = [];
    try {
      return await build(options, parts, (built) => new Server(parts, built));
    } catch (error) {
      await closeAll(parts);
      throw error;
    }
  }

  get workerPids(): readonly number[] {
    return this.#workers.pids;
  }

  /** Stops taking requests, ends the calls, and closes everything. Idempotent. */
  async close(): Promise<void> {
    this.#closing ??= closeAll(this.#parts);
    await this.#closing;
  }
}

interface Built {
  url: string;
  calls: Calls;
  monitor: Monitor;
  policyLog: PolicyLog;
  workers: WorkerPool;
}

async function build(options: ServerOptions, parts: Closable[], done: (built: Built) => Server): Promise<Server> {
  const { config, logger, root = process.cwd() } = options;
  const own = <T extends Closable>(part: T): T => {
    parts.push(part);
    return part;
  };
  await mkdir(config.dataDir, { recursive: true });
  const [database, workers, pool] = await startTogether([
    openDatabase(config, logger, own),
    startWorkers(config, logger).then(own),
    startAnalysis(config, logger, root).then(own),
  ]);
  const catalog = own(useCatalog(pool, config, logger, root));
  const monitor = own(
    new Monitor({
      pool,
      logger,
      store: new PostgresAssessmentStore(database),
      times: config.analysis,
      settings: settingsDigest(config, catalog),
      policy: config.policy,
    }),
  );
  const { accounts, guests } = await openAccounts(config, logger, database);
  const policyStore = new PostgresPolicyStore(database, chain);
  const outbox = own(await FilePolicyOutbox.open({ dataDir: config.dataDir, store: policyStore, logger }));
  const policyLog = new PolicyLog({ store: policyStore, outbox, logger });
  const calls = own(await openCalls(config, logger, { database, workers, monitor, policyLog }));
  const httpServer = config.server.tls
    ? createHttpsServer({ ...httpServerOptions, ...config.server.tls })
    : createHttpServer(httpServerOptions);
  configureHttpServer(httpServer);
  const networkChecks = own(new NetworkProbes(workers));
  const readiness = async (): Promise<Record<string, boolean>> => ({
    database: await answers(database),
    media: workers.alive,
  });
  const webRoot = join(root, 'dist', 'web');
  const app = { config, accounts, guests, calls, networkChecks, readiness, logger, webRoot };
  httpServer.on('request', createHttpApp(app));
  const signaling = new SignalingServer({
    httpServer,
    authenticator: authenticatorOf(accounts, guests),
    calls,
    logger,
    server: config.server,
  });
  accounts.on('sessionRevoked', (sessionId) => {
    signaling.closeSession(sessionId);
  });
  guests.on('linkRevoked', (linkId) => {
    signaling.turnAway(linkId);
  });
  monitor.on('assessment', ({ callId, peerId, assessment }) => {
    const views = { forOthers: forOthers(assessment), forSelf: forSelf(assessment) };
    calls.live(callId)?.setAssessment(peerId, views);
  });
  followPolicy({ monitor, calls, mode: config.policy.mode, logger });
  await listen(httpServer, config);
  own(signaling);
  return done({ url: urlOf(httpServer, config), calls, monitor, policyLog, workers });
}

/** Brings active checks, and what the policy makes of results, into the calls. */
function followPolicy(parts: { monitor: Monitor; calls: Calls; mode: Config['policy']['mode']; logger: Logger }): void {
  const { monitor, calls, mode, logger } = parts;
  const report = (error: unknown): void => logger.error({ err: error }, 'a policy step was not taken');
  monitor.on('challenge', ({ callId, peerId }, news) => {
    const call = calls.live(callId);
    call?.tellChallenge(peerId, news);
    const user = call?.peers.get(peerId)?.user;
    if (!call || !user || news.type !== 'ended' || news.end.result !== 'passed') return;
    calls.moderation.release(call, user.id).catch(report);
  });
  monitor.on('step', ({ callId, peerId }, step, { causes }) => {
    const taken = isTaken(step, mode);
    logger.info({ callId, peerId, ...step, taken }, 'policy step');
    const found = causes.find(({ outcome }) => outcome === 'found');
    const call = calls.live(callId);
    if (!taken || step.measure !== 'hold' || !call?.peers.get(peerId)?.present) return;
    calls.moderation.hold(call, peerId, found?.code ?? 'failed').catch(report);
  });
}

/** Waits for all even if one fails, so that what has started is known and can be closed. */
async function startTogether<T extends readonly unknown[]>(starts: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(starts);
  return Promise.all(starts);
}

async function openDatabase(
  config: Config,
  logger: Logger,
  own: <T extends Closable>(part: T) => T,
): Promise<Database> {
  const { url: configured, ...limits } = config.database;
  const url = configured ?? own(await startPostgres(config.dataDir, logger)).url;
  const database = await Database.open({ url, logger, ...limits }).catch((error: unknown) => {
    const away = error instanceof AppError && error.code === 'UNAVAILABLE';
    const advice = 'The database does not answer: check DATABASE_URL, and that Postgres runs there.';
    throw away ? new StartError(advice, { cause: error }) : error;
  });
  return own(database);
}

/** The launcher's errors are sentences for the operator already. */
async function startPostgres(dataDir: string, logger: Logger): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.start({ dataDir, logger }).catch((error: unknown) => {
    throw error instanceof Error ? new StartError(error.message, { cause: error }) : error;
  });
}

async function startWorkers(config: Config, logger: Logger): Promise<WorkerPool> {
  const { address, port, workers } = config.rtc;
  const announced = announcedAddress(config.rtc.announcedAddress);
  const problem = announcedAddressProblem(announced, config.server.host);
  if (problem) logger.warn({ announced }, problem);
  return WorkerPool.create({
    count: workers ?? availableParallelism(),
    address,
    announcedAddress: announced,
    port,
    logger,
  });
}

async function startAnalysis(config: Config, logger: Logger, root: string): Promise<AnalysisPool> {
  const modelsDir = join(root, '.cache', 'models');
  return AnalysisPool.create({ processes: config.analysis.processes, modelsDir, logger });
}

/** Models that operators bring: loaded beside the running checks, and again when the catalog changes. */
function useCatalog(pool: AnalysisPool, { dataDir }: Config, logger: Logger, root: string): ModelCatalog {
  const catalog = new ModelCatalog(join(root, 'config', 'models.yaml'), logger);
  const use = (): void => pool.useModels(modelFolder(dataDir), catalog.entries);
  catalog.on('change', use);
  if (catalog.entries.length > 0) use();
  return catalog;
}

/** SHA-256 of the settings that the analysis runs under, for the record. */
function settingsDigest({ analysis }: Config, catalog: ModelCatalog): () => string {
  const digest = (): string =>
    createHash('sha256')
      .update(JSON.stringify({ analysis, models: catalog.entries }))
      .digest('hex');
  let current = digest();
  catalog.on('change', () => {
    current = digest();
  });
  return () => current;
}

async function openAccounts(
  config: Config,
  logger: Logger,
  database: Database,
): Promise<{ accounts: Accounts; guests: Guests }> {
  const secrets = await loadSecrets(config.dataDir);
  const guests = new Guests({ config: config.auth, store: new PostgresGuestStore(database), secrets, logger });
  const accounts = new Accounts({
    config: config.auth,
    users: new PostgresUserStore(database),
    sessions: new PostgresSessionStore(database),
    secrets,
    logger,
  });
  return { accounts, guests };
}

async function openCalls(
  config: Config,
  logger: Logger,
  parts: { database: Database; workers: WorkerPool; monitor: Monitor; policyLog: PolicyLog },
): Promise<Calls> {
  const { scanIntervalMs, staleAfterMs, verifiedTtlMs } = config.analysis;
  const calls = new Calls({
    store: new PostgresCallStore(parts.database),
    policyLog: parts.policyLog,
    settings: { ...config.calls, policy: { scanIntervalMs, staleAfterMs, verifiedTtlMs } },
    createRoom: () => Room.create(parts.workers, logger),
    checks: parts.monitor,
    logger,
    nodeId: await nodeId(config.dataDir),
    bootId: randomUUID(),
  });
  await calls.open();
  return calls;
}

/** The sockets know a person by what they show of him; the account has more. */
function authenticatorOf(
  accounts: Accounts,
  guests: Guests,
): ConstructorParameters<typeof SignalingServer>[0]['authenticator'] {
  return {
    findUser: (userId) => accounts.findUser(userId),
    async authenticate(accessToken) {
      // Each kind is verified by its own; a token that claims the wrong one fails there.
      if (GuestTokens.claims(accessToken)) return guests.authenticate(accessToken);
      const { user, sessionId, expiresAt } = await accounts.authenticate(accessToken);
      const { id, username, fullName } = user;
      return { user: { id, username, fullName }, guest: null, sessionId, expiresAt };
    },
  };
}

/** Tells this server's calls from those of others that use the same database; made once, kept with the data. */
async function nodeId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'node-id');
  await writeFile(file, randomUUID(), { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}

async function listen(httpServer: HttpServer, config: Config): Promise<void> {
  const { port, host } = config.server;
  httpServer.listen(port, host);
  try {
    await once(httpServer, 'listening');
  } catch (error) {
    throw new StartError(
      `Port ${String(port)} on ${host} cannot be opened: set PORT to another one, or stop what uses it.`,
      {
        cause: error,
      },
    );
  }
}

/** Where a browser on this machine finds the page. */
function urlOf(httpServer: HttpServer, config: Config): string {
  if (config.server.publicUrl !== null) return config.server.publicUrl;
  const { port, address } = httpServer.address() as AddressInfo;
  const everywhere = address === '0.0.0.0' || address === '::';
  const host = everywhere ? 'localhost' : address.includes(':') ? `[${address}]` : address;
  return `${config.server.tls ? 'https' : 'http'}://${host}:${String(port)}`;
}

async function answers(database: Database): Promise<boolean> {
  return database.ping().then(
    () => true,
    () => false,
  );
}

async function closeAll(parts: Closable[]): Promise<void> {
  for (const part of parts.splice(0).reverse()) await part.close();
}
