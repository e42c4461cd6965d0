import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type Config } from '../../src/config.ts';
import { apiBase, type Call, type ErrorBody, type RouteBody, type RouteResponse } from '../../src/protocol/rest.ts';
import type { Joined } from '../../src/protocol/signaling.ts';
import { Server } from '../../src/Server.ts';
import { testDatabaseUrl } from './postgres.ts';
import type { SignalingClient } from './SignalingClient.ts';
import { silent } from './webrtc.ts';

/** Everybody's. */
export const password = 'correct horse battery';

export interface Account {
  id: string;
  username: string;
  token: string;
}

type Changes = { [K in Exclude<keyof Config, 'webhooks'>]?: Partial<Config[K]> } & Partial<Pick<Config, 'webhooks'>>;

/** The whole server in this process: real workers, sockets, analysis and Postgres; ports and data of its own. */
export class TestServer {
  readonly server: Server;
  readonly url: string;
  readonly databaseUrl: string;
  readonly #dataDir: string;

  private constructor(server: Server, databaseUrl: string, dataDir: string) {
    this.databaseUrl = databaseUrl;
    this.server = server;
    this.url = server.url;
    this.#dataDir = dataDir;
  }

  static async start(changes: Changes = {}): Promise<TestServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'veritalk-test-'));
    const base = loadConfig({ env: { NODE_ENV: 'test' }, cwd: new URL('../..', import.meta.url).pathname });
    const config: Config = { ...base, dataDir };
    config.server = { ...base.server, port: 0, host: '127.0.0.1', ...changes.server };
    config.rtc = {
      port: randomInt(30_000, 35_000),
      address: '127.0.0.1',
      announcedAddress: '127.0.0.1',
      singlePort: false,
      fullAtLoad: 0.95,
      workers: 1,
      ...changes.rtc,
    };
    const databaseUrl = changes.database?.url ?? (await testDatabaseUrl());
    config.database = { ...base.database, url: databaseUrl };
    config.calls = { ...base.calls, ...changes.calls };
    config.analysis = { ...base.analysis, processes: 1, ...changes.analysis };
    config.policy = { ...base.policy, ...changes.policy };
    config.auth = { ...base.auth, ...changes.auth };
    config.turn = { ...base.turn, ...changes.turn };
    config.metrics = { ...base.metrics, ...changes.metrics };
    config.webhooks = changes.webhooks ?? null;
    return new TestServer(await Server.start({ config, logger: silent }), databaseUrl, dataDir);
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async fetch(token: string | null, method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.url}${apiBase}${path}`, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async statusOf(account: Account, method: string, path: string, body?: unknown): Promise<number> {
    const response = await this.fetch(account.token, method, path, body);
    await response.arrayBuffer();
    return response.status;
  }

  async register(username: string): Promise<Account> {
    const body = { username, email: `${username}@example.org`, password };
    const tokens = await this.#json<RouteResponse<'register'>>(null, 'POST', '/auth/register', body);
    return { id: tokens.user.id, username, token: tokens.access_token };
  }

  /** @returns the access token of a further session. */
  async login({ username }: Account): Promise<string> {
    const tokens = await this.#json<RouteResponse<'login'>>(null, 'POST', '/auth/login', { login: username, password });
    return tokens.access_token;
  }

  async startCall(account: Account, options: Partial<RouteBody<'startCall'>>): Promise<RouteResponse<'startCall'>> {
    return this.#json(account.token, 'POST', '/calls/start', { call_type: 'video', ...options });
  }

  async tryStartCall(account: Account, options: Partial<RouteBody<'startCall'>>): Promise<Partial<ErrorBody>> {
    const response = await this.fetch(account.token, 'POST', '/calls/start', { call_type: 'video', ...options });
    return (await response.json()) as Partial<ErrorBody>;
  }

  async endCall(account: Account, callId: string): Promise<Call> {
    const body = { call_id: callId };
    return (await this.#json<RouteResponse<'endCall'>>(account.token, 'POST', '/calls/end', body)).call;
  }

  async details(account: Account, callId: string): Promise<RouteResponse<'callDetails'>> {
    return this.#json(account.token, 'GET', `/calls/${callId}`);
  }

  async active(account: Account): Promise<Call[]> {
    return (await this.#json<RouteResponse<'activeCalls'>>(account.token, 'GET', '/calls/active')).calls;
  }

  /** What the client's peer would be answered if it joined now, its resume token among it. */
  async answerOf(client: SignalingClient): Promise<Joined> {
    for (const call of this.server.calls.running()) {
      const peer = [...call.peers.values()].find((p) => p.connection?.id === client.socket.id);
      if (peer) return call.joinedAnswer(peer);
    }
    throw new Error('the client is in no call');
  }

  /** How many consumers of people in a call let media through. */
  flowingConsumers(callId: string): number {
    const peers = [...(this.server.calls.live(callId)?.peers.values() ?? [])];
    return peers.flatMap((p) => p.endpoint?.subscriptions ?? []).filter((s) => !s.consumer.paused).length;
  }

  killWorker(index: number): void {
    const pid = this.server.workerPids[index];
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
  }

  /** Waits until no call is running any more, meetings that nobody has used excepted. */
  async noCalls(): Promise<void> {
    await this.eventually(() => this.server.calls.running().every((call) => call.startTime === null && !call.direct));
  }

  /** Waits for something of which nobody tells. */
  async eventually(condition: () => boolean | Promise<boolean>, timeoutMs = 5000): Promise<void> {
    const untilMs = Date.now() + timeoutMs;
    while (!(await condition())) {
      assert.ok(Date.now() < untilMs, `did not happen within ${String(timeoutMs)} ms: ${condition.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async #json<T>(token: string | null, method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.fetch(token, method, path, body);
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${String(response.status)} ${text}`);
    return JSON.parse(text) as T;
  }
}
