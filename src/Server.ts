import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Monitor } from './assessment/Monitor.ts';
import { forOthers, forSelf } from './assessment/views.ts';
import type { Accounts } from './auth/Accounts.ts';
import { SingleSignOn } from './auth/SingleSignOn.ts';
import type { Calls } from './calls/Calls.ts';
import { recordChange } from './calls/recordChanges.ts';
import type { Config } from './config.ts';
import { PostgresAssessmentStore } from './db/AssessmentStore.ts';
import type { PolicyLog } from './calls/PolicyLog.ts';
import type { Database } from './db/Database.ts';
import { News } from './db/News.ts';
import { PostgresIdentityStore } from './db/IdentityStore.ts';
import { OutboxFile } from './db/OutboxFile.ts';
import { Retention } from './db/Retention.ts';
import { PostgresWebhookQueue } from './db/WebhookQueue.ts';
import { StartError } from './errors.ts';
import { createHealth } from './health.ts';
import { Metrics } from './metrics.ts';
import { createHttpApp } from './http/app.ts';
import { createWebServer } from './http/httpServer.ts';
import { selfSignedCertificate } from './http/selfSignedCertificate.ts';
import type { Logger } from './logger.ts';
import { NetworkProbes } from './media/NetworkProbes.ts';
import type { WorkerPool } from './media/WorkerPool.ts';
import { authenticatorOf, hearEndedSessions, openAccounts } from './openAccounts.ts';
import { followPolicy, settingsDigest, startAnalysis, useCatalog } from './openAnalysis.ts';
import { openMedia } from './openMedia.ts';
import { openCalls, openDatabase, openPolicyLog } from './openRecord.ts';
import { closeAll, startTogether, type Closable } from './parts.ts';
import { SignalingServer } from './signaling/SignalingServer.ts';
import { VerdictLog } from './verdictLog.ts';
import { Webhooks } from './webhooks/Webhooks.ts';

export interface ServerOptions {
  config: Config;
  logger: Logger;
  /** Folder with `.cache/models` and the built page, `dist/web`. */
  root?: string;
}

const drainLookMs = 250;

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

/** Other systems are told what happens. */
function sendWebhooks(receiver: NonNullable<Config['webhooks']>, database: Database, logger: Logger): Webhooks {
  return new Webhooks({ queue: new PostgresWebhookQueue(database), receiver, logger });
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
