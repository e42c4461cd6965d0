import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { apiBase, type Call, type RouteResponse, type Tokens } from '../../src/protocol/rest.ts';
import { randomOf, type Random } from './random.ts';
import { SignalingClient, consent } from './SignalingClient.ts';
import { ServerProcess } from './serverProcess.ts';

const names = ['ann', 'bob', 'carol', 'dave'] as const;
/** Longest time that a round works before the server is killed, ms. */
const longestMs = 1500;
/** `recoverMs` of test.yaml, and what a busy machine takes on top. */
const recoverLimitMs = 20_000;

interface Person {
  name: string;
  tokens: Tokens;
}

/** What a server that was killed has promised before. */
interface Promised {
  started: Set<string>;
  ended: Map<string, Call>;
}

export interface ChaosReport {
  rounds: number;
  started: number;
  ended: number;
  /** Requests that the kill left without an answer. */
  unanswered: number;
}

/**
 * Lets four people start, take and end calls, kills the whole server at a random moment, starts it again and looks
 * whether everything holds that it had answered for. Round by round, the moments and choices come from the seed.
 */
export class Chaos {
  readonly #random: Random;
  readonly #promised: Promised = { started: new Set(), ended: new Map() };
  readonly #report: ChaosReport = { rounds: 0, started: 0, ended: 0, unanswered: 0 };
  #server: ServerProcess;
  #people: Person[] = [];

  private constructor(server: ServerProcess, seed: number) {
    this.#server = server;
    this.#random = randomOf(seed);
  }

  static async start(seed: number): Promise<Chaos> {
    const chaos = new Chaos(await ServerProcess.start(), seed);
    for (const username of names) {
      const body = { username, email: `${username}@example.org`, password: 'correct horse battery' };
      chaos.#people.push({ name: username, tokens: await chaos.#api<Tokens>(null, 'POST', '/auth/register', body) });
    }
    return chaos;
  }

  get report(): ChaosReport {
    return this.#report;
  }

  /** @throws AssertionError naming what was lost. */
  async round(): Promise<void> {
    const killAfterMs = this.#random.below(longestMs);
    const clients: SignalingClient[] = [];
    const working = this.#people.map((person) =>
      this.#work(person, clients).catch(() => (this.#report.unanswered += 1)),
    );
    await new Promise((resolve) => setTimeout(resolve, killAfterMs));
    await this.#server.kill();
    await Promise.all(working);
    for (const client of clients) client.close();
    this.#server = await this.#server.restart();
    await this.#check();
    this.#report.rounds += 1;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  /** Until the server dies: a call to somebody, or a meeting; taken or not; ended or left open. */
  async #work(person: Person, clients: SignalingClient[]): Promise<void> {
    const client = await SignalingClient.connect(this.#server.url, person.tokens.access_token);
    clients.push(client);
    client.socket.on('callRinging', ({ call }) => {
      const taken = this.#random.below(4) > 0;
      const answer = taken
        ? client.request('answerCall', { callId: call.callId, consent })
        : client.request('declineCall', { callId: call.callId });
      answer.catch(() => undefined);
    });
    const { access_token: token } = person.tokens;
    for (;;) {
      const others = names.filter((name) => name !== person.name);
      const callee = others[this.#random.below(others.length)];
      const body = this.#random.below(3) === 0 ? { call_type: 'video' } : { call_type: 'video', callee };
      const started = await this.#api<RouteResponse<'startCall'>>(token, 'POST', '/calls/start', body).catch(
        (error: unknown) => {
          if (error instanceof Refused) return null;
          throw error;
        },
      );
      if (started) {
        this.#promised.started.add(started.call.id);
        this.#report.started += 1;
        await client.join(started.room_id).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, this.#random.below(120)));
        if (this.#random.below(4) > 0) await this.#end(token, started.call.id);
      }
      await client.request('leave', {});
    }
  }

  async #end(token: string, callId: string): Promise<void> {
    const { call } = await this.#api<RouteResponse<'endCall'>>(token, 'POST', '/calls/end', { call_id: callId });
    this.#promised.ended.set(call.id, call);
    this.#report.ended += 1;
  }

  async #check(): Promise<void> {
    const known = new Map<string, Call>();
    const untilMs = Date.now() + recoverLimitMs;
    for (const { tokens } of this.#people) {
      const { access_token: token } = tokens;
      // Meetings that nobody used stay open; all else has to end by itself.
      for (;;) {
        const { calls } = await this.#api<RouteResponse<'activeCalls'>>(token, 'GET', '/calls/active');
        const orphans = calls.filter((call) => call.start_time !== null || call.callee !== null);
        if (orphans.length === 0) {
          for (const call of calls) known.set(call.id, call);
          break;
        }
        assert(Date.now() < untilMs, `orphans: ${orphans.map(({ id, status }) => `${id} ${status}`).join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      for (let cursor: string | null = ''; cursor !== null;) {
        const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = await this.#api<RouteResponse<'callHistory'>>(token, 'GET', `/calls/history?limit=100${query}`);
        for (const call of page.calls) known.set(call.id, call);
        cursor = page.next_cursor;
      }
    }
    for (const id of this.#promised.started) assert(known.has(id), `the call ${id} was answered for and is lost`);
    for (const [id, call] of this.#promised.ended) {
      const kept = known.get(id);
      assert.deepEqual([kept?.status, kept?.end_time, kept?.duration], [call.status, call.end_time, call.duration]);
    }
    for (const call of known.values()) assert(call.duration >= 0 && call.duration < 3600, `duration of ${call.id}`);
    await this.#checkRules();
  }

  /** `npm run check` on the database of the server that runs. */
  async #checkRules(): Promise<void> {
    const env = { ...process.env, NODE_ENV: 'test', DATA_DIR: this.#server.dataDir };
    const { stdout } = await promisify(execFile)(process.execPath, ['dist/src/commands/check.js'], { env });
    assert.match(stdout, /0 rows break one/);
  }

  async #api<T>(token: string | null, method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#server.url}${apiBase}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Refused(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }
}

/** The server answered, and not with success. */
class Refused extends Error {}
