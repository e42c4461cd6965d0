import assert from 'node:assert/strict';
import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { z } from 'zod';
import { Accounts } from '../../src/auth/Accounts.ts';
import { Guests } from '../../src/auth/Guests.ts';
import { SingleSignOn } from '../../src/auth/SingleSignOn.ts';
import { Calls } from '../../src/calls/Calls.ts';
import type { RecordOutbox } from '../../src/calls/recordChanges.ts';
import { leastChecks, loadConfig, type Config } from '../../src/config.ts';
import { noOutbox } from './policy.ts';
import { chain } from '../../src/calls/policyChain.ts';
import { PolicyLog } from '../../src/calls/PolicyLog.ts';
import { PostgresPolicyStore } from '../../src/db/PolicyStore.ts';
import { PostgresAdminStore } from '../../src/db/AdminStore.ts';
import { PostgresCallStore } from '../../src/db/CallStore.ts';
import { Database } from '../../src/db/Database.ts';
import { PostgresGuestStore } from '../../src/db/GuestStore.ts';
import { PostgresIdentityStore } from '../../src/db/IdentityStore.ts';
import { PostgresPersonalDataStore } from '../../src/db/PersonalDataStore.ts';
import { PostgresSessionStore } from '../../src/db/SessionStore.ts';
import { PostgresUserStore } from '../../src/db/UserStore.ts';
import { createHttpApp } from '../../src/http/app.ts';
import { configureHttpServer, httpServerOptions } from '../../src/http/httpServer.ts';
import type { NetworkChecks } from '../../src/http/networkChecks.ts';
import { AppError } from '../../src/errors.ts';
import { createLogger } from '../../src/logger.ts';
import { apiBase, routes, type RouteName, type RouteResponse } from '../../src/protocol/rest.ts';
import { testDatabaseUrl } from './postgres.ts';

export interface Person {
  id: string;
  username: string;
  email: string;
  password: string;
  token: string;
  refreshToken: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: unknown;
}

export interface RawRequest {
  method?: string;
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  /** Address to send from: any of 127.0.0.0/8. */
  from?: string;
}

export interface ApiInput {
  token?: string | null;
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
  from?: string;
}

export interface RestServerOptions {
  auth?: Partial<Omit<Config['auth'], 'limits'>> & { limits?: Partial<Config['auth']['limits']> };
  server?: Partial<Config['server']>;
  calls?: Partial<Config['calls']>;
  webRoot?: string;
  databaseUrl?: string;
  connectTimeoutMs?: number;
  outbox?: RecordOutbox;
  oidc?: Config['oidc'];
}

const errorBody = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string(), details: z.unknown().optional() }),
  request_id: z.uuid(),
});

/** Stands for the network test's transports, of which there are none without media. */
const noMedia: NetworkChecks = {
  paths: [{ protocol: 'udp', address: '192.0.2.1', firstPort: 40000, lastPort: 40001 }],
  open: async () => {
    throw new AppError('CAPACITY', 'There are no media here.');
  },
};

const noHealth: RouteResponse<'adminHealth'> = {
  version: '0',
  uptime_s: 0,
  checks: {},
  memory_bytes: 0,
  sockets: 0,
  media_workers: 0,
  event_loop_delay_ms: 0,
};

const noMetrics = { contentType: 'text/plain', text: async () => '', httpRequest: () => undefined };

/** The HTTP side of the server with real accounts, calls and Postgres; there is no media, so nobody can join a call. */
export class RestServer {
  readonly config: Config;
  readonly database: Database;
  readonly accounts: Accounts;
  readonly guests: Guests;
  readonly calls: Calls;
  /** For what only calls with media would write. */
  readonly callStore: PostgresCallStore;
  /** Lines of the log so far. */
  readonly log: string[];
  /** What `/readyz` is told. */
  readonly readiness: Record<string, boolean> = { database: true };
  readonly #http: Server;

  private constructor(
    parts: Pick<RestServer, 'config' | 'database' | 'accounts' | 'guests' | 'calls' | 'callStore' | 'log'>,
    webRoot: string,
  ) {
    this.config = parts.config;
    this.database = parts.database;
    this.accounts = parts.accounts;
    this.guests = parts.guests;
    this.calls = parts.calls;
    this.callStore = parts.callStore;
    this.log = parts.log;
    const { config, accounts, guests, calls } = parts;
    const logger = createLogger('debug', { write: (line) => this.log.push(line) });
    const readiness = async (): Promise<Record<string, boolean>> => this.readiness;
    const sso = config.oidc
      ? new SingleSignOn({
          config: config.oidc,
          accounts,
          identities: new PostgresIdentityStore(parts.database),
          logger,
        })
      : null;
    this.#http = createServer(
      httpServerOptions,
      createHttpApp({
        config,
        accounts,
        guests,
        calls,
        networkChecks: noMedia,
        readiness,
        health: async () => noHealth,
        metrics: noMetrics,
        sso,
        logger,
        webRoot,
      }),
    );
    configureHttpServer(this.#http);
  }

  static async start(options: RestServerOptions = {}): Promise<RestServer> {
    const base = loadConfig({ env: { NODE_ENV: 'test' }, cwd: new URL('../..', import.meta.url).pathname });
    const manyLimits = { registerPerAddress: 1000, loginPerAccount: 1000, loginPerAddress: 1000 };
    const config: Config = {
      ...base,
      server: { ...base.server, ...options.server },
      auth: { ...base.auth, ...options.auth, limits: { ...base.auth.limits, ...manyLimits, ...options.auth?.limits } },
      calls: { ...base.calls, ...options.calls },
      oidc: options.oidc ?? null,
    };
    const log: string[] = [];
    const logger = createLogger('debug', { write: (line) => log.push(line) });
    const { url: _none, ...pool } = config.database;
    const database = await Database.open({
      ...pool,
      url: options.databaseUrl ?? (await testDatabaseUrl()),
      connectTimeoutMs: options.connectTimeoutMs ?? pool.connectTimeoutMs,
      logger,
    });
    const key = (): KeyObject => createSecretKey(randomBytes(32));
    const secrets = { accessTokenKey: key(), refreshTokenKey: key() };
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
    const { scanIntervalMs, staleAfterMs, verifiedTtlMs } = config.analysis;
    const callStore = new PostgresCallStore(database);
    const calls = new Calls({
      store: callStore,
      policyLog: new PolicyLog({ store: new PostgresPolicyStore(database, chain), outbox: noOutbox, logger }),
      settings: {
        ...config.calls,
        policy: { scanIntervalMs, staleAfterMs, verifiedTtlMs, leastChecks: leastChecks(config.policy) },
      },
      createRoom: () => Promise.reject(new Error('there is no media here')),
      checks: {
        watch: () => assert.fail('nobody can join here'),
        setPolicy: () => undefined,
        holdBack: () => assert.fail('nobody can join here'),
      },
      logger,
      nodeId: 'test',
      bootId: randomUUID(),
      ...(options.outbox && { outbox: options.outbox }),
    });
    const server = new RestServer(
      { config, database, accounts, guests, calls, callStore, log },
      options.webRoot ?? '/nonexistent',
    );
    server.#http.listen(0, '127.0.0.1');
    await once(server.#http, 'listening');
    return server;
  }

  get port(): number {
    const address = this.#http.address();
    assert(address && typeof address === 'object');
    return address.port;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
    await this.calls.close();
    await this.database.close();
  }

  /** Sends exactly this: no header is added but Host and the body's length. */
  async send({ method = 'GET', path, headers = {}, body, from }: RawRequest): Promise<Answer> {
    const length =
      body === undefined || 'Transfer-Encoding' in headers ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const request = httpRequest({
      host: '127.0.0.1',
      port: this.port,
      method,
      path,
      headers: { ...length, ...headers },
      agent: false,
      ...(from === undefined ? {} : { localAddress: from }),
    });
    const answered = once(request, 'response');
    // A server that has seen enough answers and closes while the rest of the body is still being sent.
    request.on('error', () => undefined);
    request.end(body);
    const [response] = (await answered) as [IncomingMessage];
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer);
    } catch (error) {
      if (response.headers.connection !== 'close') throw error;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const isJson = response.headers['content-type']?.startsWith('application/json') === true && text !== '';
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : null,
    };
  }

  /** An API request. What comes back is checked against the table's schema, or that of errors. */
  async api(name: RouteName, input: ApiInput = {}): Promise<Answer> {
    const route = routes[name];
    const answer = await this.send({
      method: route.method.toUpperCase(),
      path: `${apiBase}${routePath(name, input)}`,
      headers: {
        ...(input.token ? { Authorization: `Bearer ${input.token}` } : {}),
        ...(input.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...input.headers,
      },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.from === undefined ? {} : { from: input.from }),
    });
    if (answer.status < 400) {
      assert.equal(answer.status, route.status, `${name} answered another status than its table says`);
      if (route.status === 204) assert.equal(answer.text, '');
      else route.response.parse(answer.json);
    } else errorBody.parse(answer.json);
    return answer;
  }

  /** An API request that has to succeed. */
  async ok<N extends RouteName>(name: N, input: ApiInput = {}): Promise<RouteResponse<N>> {
    const answer = await this.api(name, input);
    assert(answer.status < 400, `${name}: ${answer.status} ${answer.text}`);
    return answer.json as RouteResponse<N>;
  }

  /** @returns The code of an API request that has to fail. */
  async errorOf(name: RouteName, input: ApiInput = {}): Promise<string> {
    return codeOf(await this.api(name, input));
  }

  async register(username: string): Promise<Person> {
    const account = { username, email: `${username}@example.org`, password: `password of ${username}` };
    const tokens = await this.ok('register', { body: account });
    return { ...account, id: tokens.user.id, token: tokens.access_token, refreshToken: tokens.refresh_token };
  }

  /** His token is one of an administrator from now on. */
  async makeAdmin(person: Person): Promise<void> {
    await this.accounts.admin.setRole(person.id, 'admin');
    await this.accounts.recheck([]);
  }

  /** Counts the statements that the database is asked for while `work` runs. */
  async countStatements(work: () => Promise<unknown>): Promise<number> {
    const { database } = this;
    const rows = database.rows.bind(database);
    const run = database.run.bind(database);
    const transaction = database.transaction.bind(database);
    let count = 0;
    database.rows = (...values) => ((count += 1), rows(...values) as never);
    database.run = (...values) => ((count += 1), run(...values));
    database.transaction = (...values) => ((count += 1), transaction(...values));
    try {
      await work();
    } finally {
      Object.assign(database, { rows, run, transaction });
    }
    return count;
  }
}

/** The code of an error's answer. */
export function codeOf(answer: Answer): string {
  assert(answer.status >= 400, `expected an error, got ${answer.status} ${answer.text}`);
  return errorBody.parse(answer.json).error.code;
}

/** A route's path below `apiBase`, with its parameters and query. */
export function routePath(name: RouteName, { params, query }: Pick<ApiInput, 'params' | 'query'>): string {
  const path = routes[name].path.replace(/:(\w+)/g, (_all, key: string) => encodeURIComponent(params?.[key] ?? ''));
  return query ? `${path}?${new URLSearchParams(query)}` : path;
}
