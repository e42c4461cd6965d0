import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AnalysisPool } from './assessment/AnalysisPool.ts';
import { Monitor } from './assessment/Monitor.ts';
import { isTaken } from './assessment/policy.ts';
import { forOthers, forSelf } from './assessment/views.ts';
import { Accounts } from './auth/Accounts.ts';
import { Guests } from './auth/Guests.ts';
import { GuestTokens } from './auth/GuestTokens.ts';
import { loadSecrets } from './auth/secrets.ts';
import { SingleSignOn } from './auth/SingleSignOn.ts';
import { Calls } from './calls/Calls.ts';
import { recordChange, type RecordOutbox } from './calls/recordChanges.ts';
import { leastChecks, type Config } from './config.ts';
import { PostgresAdminStore } from './db/AdminStore.ts';
import { PostgresAssessmentStore } from './db/AssessmentStore.ts';
import { chain } from './calls/policyChain.ts';
import { PolicyHeads, SignedPolicyStore } from './calls/PolicyHeads.ts';
import { PolicyLog } from './calls/PolicyLog.ts';
import { PostgresCallStore } from './db/CallStore.ts';
import { Database } from './db/Database.ts';
import { EmbeddedPostgres } from './db/EmbeddedPostgres.ts';
import { PostgresGuestStore } from './db/GuestStore.ts';
import { FilePolicyOutbox } from './db/PolicyOutbox.ts';
import { News } from './db/News.ts';
import { PostgresPolicyStore } from './db/PolicyStore.ts';
import { PostgresIdentityStore } from './db/IdentityStore.ts';
import { PostgresPersonalDataStore } from './db/PersonalDataStore.ts';
import { OutboxFile } from './db/OutboxFile.ts';
import { Retention } from './db/Retention.ts';
import { PostgresSessionStore } from './db/SessionStore.ts';
import { PostgresUserStore } from './db/UserStore.ts';
import { PostgresWebhookQueue } from './db/WebhookQueue.ts';
import { AppError, StartError } from './errors.ts';
import { createHealth } from './health.ts';
import { Metrics } from './metrics.ts';
import { createHttpApp } from './http/app.ts';
import { createWebServer } from './http/httpServer.ts';
import { selfSignedCertificate } from './http/selfSignedCertificate.ts';
import type { Logger } from './logger.ts';
import { NetworkProbes } from './media/NetworkProbes.ts';
import { Room } from './media/Room.ts';
import type { WorkerPool } from './media/WorkerPool.ts';
import { ModelCatalog, modelFolder } from './modelCatalog.ts';
import { openMedia } from './openMedia.ts';
import { SignalingServer } from './signaling/SignalingServer.ts';
import { VerdictLog } from './verdictLog.ts';
import { Webhooks } from './webhooks/Webhooks.ts';

export interface ServerOptions {
  config: Config;
  logger: Logger;
  /** Folder with `.cache/models` and the built page, `dist/web`. */
  root?: string;
}

/** Milliseconds between two looks at the sessions of open sockets, besides what is heard of them at once. */
const sessionCheckMs = 60_000;
const drainLookMs = 250;

interface Closable {
  close(): Promise<void>;
}

/**
 * Builds the parts and connects them; it is the only place that knows all of them. They are started in the order in
 * which they need each other, nothing listens before all are ready, and they are closed the other way round.
 */
export class Server {
  readonly url: string;
  readonly accounts: Accounts;
  readonly calls: Calls;
  readonly monitor: Monitor;
  readonly policyLog: PolicyLog;
  readonly workers: WorkerPool;
  readonly #drainState: { draining: boolean };
  /** In the order of their start. */
  readonly #parts: Closable[];
  #closing: Promise<void> | null = null;

  private constructor(parts: Closable[], built: Built) {
    this.#parts = parts;
    this.url = built.url;
    this.accounts = built.accounts;
    this.calls = built.calls;
    this.monitor = built.monitor;
    this.policyLog = built.policyLog;
    this.workers = built.workers;
    this.#drainState = built.drainState;
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
    return this.workers.pids;
  }

  /**
   * Takes no new calls, says so in `/readyz`, and waits until those that run are over.
   *
   * @param limitMs - Longest wait.
   * @param signal - Ends the wait.
   */
  async drain(limitMs: number, signal: AbortSignal): Promise<void> {
    this.#drainState.draining = true;
    this.calls.drain();
    const untilMs = performance.now() + limitMs;
    while (this.calls.inUse && performance.now() < untilMs && !signal.aborted) {
      await delay(drainLookMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Stops taking requests, ends the calls, and closes everything. Idempotent. */
  async close(): Promise<void> {
    this.#closing ??= closeAll(this.#parts);
    await this.#closing;
  }
}

interface Built {
  url: string;
  accounts: Accounts;
  calls: Calls;
  monitor: Monitor;
  policyLog: PolicyLog;
  workers: WorkerPool;
  drainState: { draining: boolean };
}

async function build(options: ServerOptions, parts: Closable[], done: (built: Built) => Server): Promise<Server> {
  const { logger, root = process.cwd() } = options;
  const config = await withCertificate(options.config);
  const own = <T extends Closable>(part: T): T => {
    parts.push(part);
    return part;
  };
  await mkdir(config.dataDir, { recursive: true });
  const [database, media, pool] = await startTogether([
    openDatabase(config, logger, own),
    openMedia(config, logger).then((opened) => {
      own(opened.workers);
      return opened;
    }),
    startAnalysis(config, logger, root).then(own),
  ]);
  const { workers } = media;
  const news = config.webhooks && new News(config.webhooks.events);
  const webhooks = config.webhooks && own(sendWebhooks(config.webhooks, database, logger));
  const catalog = own(useCatalog(pool, config, logger, root));
  const monitor = own(
    new Monitor({
      pool,
      logger,
      store: new PostgresAssessmentStore(database, news),
      times: config.analysis,
      settings: settingsDigest(config, catalog),
      policy: config.policy,
    }),
  );
  const { accounts, guests } = await openAccounts(config, logger, database);
  const policyLog = await openPolicyLog(config, { database, news }, own, logger);
  const verdicts = own(new VerdictLog(policyLog, logger));
  const outbox = own(
    await OutboxFile.open({
      file: join(config.dataDir, 'record-outbox.jsonl'),
      logger,
      parse: (value) => recordChange.parse(value),
    }),
  );
  const calls = own(await openCalls(config, logger, { database, news, workers, monitor, policyLog, outbox }));
  const web = own(createWebServer({ tls: config.server.tls, logger }));
  const httpServer = web.server;
  const networkChecks = own(new NetworkProbes(workers));
  const drainState = { draining: false };
  const readiness = async (): Promise<Record<string, boolean>> => ({
    database: await answers(database),
    media: workers.alive,
    accepting: !drainState.draining,
  });
  const webRoot = join(root, 'dist', 'web');
  const metrics = new Metrics({
    calls: () => calls.running(),
    sockets: () => signaling.connectionCount,
    workerPids: () => workers.pids,
    assessment: () => monitor.counters,
    scanAges: () => monitor.scanAges,
    readiness,
    webhooks,
  });
  const sso = config.oidc
    ? new SingleSignOn({ config: config.oidc, accounts, identities: new PostgresIdentityStore(database), logger })
    : null;
  const health = createHealth({ readiness, workers, sockets: () => signaling.connectionCount });
  own(health);
  httpServer.on(
    'request',
    createHttpApp({
      config,
      accounts,
      guests,
      calls,
      networkChecks,
      readiness,
      health: () => health.report(),
      metrics,
      sso,
      logger,
      webRoot,
    }),
  );
  const signaling = new SignalingServer({
    httpServer,
    authenticator: authenticatorOf(accounts, guests),
    calls,
    logger,
    observe: (...request) => metrics.socketRequest(...request),
    server: config.server,
  });
  accounts.on('sessionRevoked', (sessionId) => {
    signaling.closeSession(sessionId);
  });
  guests.on('linkRevoked', (linkId) => {
    signaling.turnAway(linkId);
  });
  own(new Retention({ database, retention: config.retention, logger }));
  own(hearEndedSessions(database, accounts, signaling, logger));
  monitor.on('assessment', ({ callId, peerId, assessment }) => {
    const views = { forOthers: forOthers(assessment), forSelf: forSelf(assessment) };
    calls.live(callId)?.setAssessment(peerId, views);
  });
  monitor.on('assessment', (result) => verdicts.noteAssessment(result));
  followPolicy({ monitor, calls, verdicts, logger });
  // Before it listens, and closed after it: what it takes in does not keep the server open.
  const gate = await media.open(httpServer);
  await listen(httpServer, config).catch(async (error: unknown) => {
    await gate.close();
    throw error;
  });
  own(signaling);
  own(gate);
  return done({ url: urlOf(httpServer, config), accounts, calls, monitor, policyLog, workers, drainState });
}

/** Where asked for, a certificate of our own takes the place of one that is not there. */
async function withCertificate(config: Config): Promise<Config> {
  const { tls, tlsSelfSigned } = config.server;
  if (tls !== null || !tlsSelfSigned) return config;
  return { ...config, server: { ...config.server, tls: await selfSignedCertificate(join(config.dataDir, 'tls')) } };
}

/** Brings active checks, and what the policy makes of results, into the calls. */
function followPolicy(parts: { monitor: Monitor; calls: Calls; verdicts: VerdictLog; logger: Logger }): void {
  const { monitor, calls, verdicts, logger } = parts;
  const report = (error: unknown): void => logger.error({ err: error }, 'a policy step was not taken');
  monitor.on('challenge', (subject, news) => {
    const { callId, peerId } = subject;
    if (news.type === 'ended') verdicts.noteChallenge(subject, news.end);
    const call = calls.live(callId);
    call?.tellChallenge(peerId, news);
    const user = call?.peers.get(peerId)?.user;
    if (!call || !user || news.type !== 'ended' || news.end.result !== 'passed') return;
    calls.moderation.release(call, user.id).catch(report);
  });
  monitor.on('step', (subject, step, { causes }) => {
    const { callId, peerId } = subject;
    const taken = isTaken(step, monitor.policyOf(callId).mode);
    verdicts.noteStep(subject, step, taken);
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
  const database = await Database.open({ url, logger, ...limits, backupFolder: join(config.dataDir, 'backups') }).catch(
    (error: unknown) => {
      const away = error instanceof AppError && error.code === 'UNAVAILABLE';
      const advice = 'The database does not answer: check DATABASE_URL, and that Postgres runs there.';
      throw away ? new StartError(advice, { cause: error }) : error;
    },
  );
  return own(database);
}

/** The log of verdicts and actions: in the database, signed beside it, and in a file while the database is away. */
async function openPolicyLog(
  { dataDir }: Config,
  { database, news }: { database: Database; news: News | null },
  own: <T extends Closable>(part: T) => T,
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

/** The launcher's errors are sentences for the operator already. */
async function startPostgres(dataDir: string, logger: Logger): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.start({ dataDir, logger }).catch((error: unknown) => {
    throw error instanceof Error ? new StartError(error.message, { cause: error }) : error;
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

/** Other systems are told what happens. */
function sendWebhooks(receiver: NonNullable<Config['webhooks']>, database: Database, logger: Logger): Webhooks {
  return new Webhooks({ queue: new PostgresWebhookQueue(database), receiver, logger });
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
    admin: new PostgresAdminStore(database),
    personalData: new PostgresPersonalDataStore(database),
    secrets,
    logger,
  });
  return { accounts, guests };
}

async function openCalls(
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

/** Sessions may be ended by other processes; after a gap in hearing, and now and then, all are looked at again. */
function hearEndedSessions(
  database: Database,
  accounts: Accounts,
  signaling: SignalingServer,
  logger: Logger,
): Closable {
  const recheck = (): void => {
    accounts.recheck(signaling.accountSessionIds).catch((error: unknown) => {
      logger.warn({ err: error }, 'sessions could not be looked at');
    });
  };
  const listener = database.listen('veritalk_session_ended', {
    onMessage: (sessionId) => accounts.sessionEnded(sessionId),
    onListening: recheck,
  });
  const timer = setInterval(recheck, sessionCheckMs).unref();
  return {
    close: async () => {
      clearInterval(timer);
      await listener.close();
    },
  };
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
