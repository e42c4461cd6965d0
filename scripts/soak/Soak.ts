import assert from 'node:assert/strict';
import type { RouteResponse, Tokens } from '../../src/protocol/rest.ts';
import { Account } from '../demo/Account.ts';
import { openCamera } from '../demo/camera.ts';
import { Colleague } from '../demo/Colleague.ts';
import { randomOf, type Random } from '../../test/support/random.ts';
import { RequestFailed, SignalingClient } from '../../test/support/SignalingClient.ts';
import { TestServer } from '../../test/support/TestServer.ts';
import { snapshot, type Snapshot } from './snapshot.ts';

const names = ['ann', 'bob', 'carol', 'dave', 'erin', 'frank'] as const;
const password = 'correct horse battery';
/** Cycles after which everything that is made once is there: connections to the database, compiled code, caches. */
const warmUpCycles = 24;
/** One cycle in so many is a call with a colleague who sends media, over ICE and DTLS. */
const mediaEvery = 30;
const mediaMs = 1200;
/** How long people stay at most, ms. */
const longestStayMs = 150;
const settleMs = 60_000;
/** Peers that nobody took leave of are kept for this long; the product's minute would only make the end longer. */
const keepPeerMs = 1000;

/** How a cycle ends. */
const partings = ['leave', 'leave', 'end', 'close', 'reset', 'reset'] as const;
export type Parting = (typeof partings)[number];

export interface SoakReport {
  /** Joins, each with its leaving. */
  cycles: number;
  byParting: Record<Parting, number>;
  /** Calls with real media. */
  mediaCalls: number;
  before: Snapshot;
  after: Snapshot;
  /** What did not come back to where it was. */
  left: string[];
}

/** Where things stand with one whole server in this process, before and after many people came and went. */
export class Soak {
  readonly #server: TestServer;
  readonly #random: Random;
  readonly #byParting: Record<Parting, number> = { leave: 0, end: 0, close: 0, reset: 0 };
  /** Meetings that can be joined. */
  readonly #rooms: string[] = [];
  readonly #tokens = new Map<string, string>();
  #cycles = 0;
  #mediaCalls = 0;
  #before: Snapshot | null = null;

  private constructor(server: TestServer, seed: number) {
    this.#server = server;
    this.#random = randomOf(seed);
  }

  static async start(seed: number): Promise<Soak> {
    const server = await TestServer.start({
      calls: { keepPeerMs, keepTransportsMs: keepPeerMs / 2, emptyMeetingMs: 500, maxActivePerUser: 1000 },
    });
    const soak = new Soak(server, seed);
    try {
      for (const name of names) await server.register(name);
      await soak.#signIn();
      await soak.#many(warmUpCycles);
      await soak.#mediaCall();
      soak.#before = await soak.#settled(null);
      return soak;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  get cycles(): number {
    return this.#cycles;
  }

  /** All people at once come and go, until there were so many cycles more. */
  async run(count: number): Promise<void> {
    await this.#signIn();
    await this.#many(count);
  }

  /** Waits until everything is over, and compares. */
  async finish(): Promise<SoakReport> {
    const before = this.#before;
    assert(before);
    const after = await this.#settled(before);
    return {
      cycles: this.#cycles,
      byParting: this.#byParting,
      mediaCalls: this.#mediaCalls,
      before,
      after,
      left: after.beyond(before),
    };
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  /** Access tokens end before a long run does. */
  async #signIn(): Promise<void> {
    for (const login of names) {
      const response = await this.#server.fetch(null, 'POST', '/auth/login', { login, password });
      assert.equal(response.status, 200);
      this.#tokens.set(login, ((await response.json()) as Tokens).access_token);
    }
  }

  async #many(count: number): Promise<void> {
    let left = count;
    const person = async (name: string): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.#cycle(name);
        this.#cycles += 1;
      }
    };
    const media = async (): Promise<void> => {
      for (let due = Math.floor(count / mediaEvery); due > 0 && left > 0; due--) await this.#mediaCall();
    };
    await Promise.all([...names.map(person), media()]);
  }

  /** Comes, joins with microphone and camera, does this and that, and goes. */
  async #cycle(name: string): Promise<void> {
    const token = this.#tokens.get(name) ?? '';
    const parting = partings[this.#random.below(partings.length)] ?? 'leave';
    const client = await SignalingClient.connect(this.#server.url, token);
    try {
      const { roomId, callId } = await this.#meeting(client, token);
      await this.#busy(client);
      await new Promise((resolve) => setTimeout(resolve, this.#random.below(longestStayMs)));
      await this.#part(client, parting, callId === null ? null : { callId, token });
      if (parting === 'end') this.#forget(roomId);
    } catch (error) {
      // Others end meetings, and the one who comes then is told so.
      if (!(error instanceof RequestFailed)) throw error;
    } finally {
      client.close();
    }
    this.#byParting[parting] += 1;
  }

  /** One in three opens a meeting, the others come to one that is open. */
  async #meeting(client: SignalingClient, token: string): Promise<{ roomId: string; callId: string | null }> {
    const open = this.#rooms[this.#random.below(this.#rooms.length + 1)];
    if (open !== undefined && this.#random.below(3) > 0) {
      const came = await client.join(open).catch((error: unknown) => {
        if (!(error instanceof RequestFailed)) throw error;
        this.#forget(open);
        return null;
      });
      if (came) return { roomId: open, callId: null };
    }
    const response = await this.#server.fetch(token, 'POST', '/calls/start', { call_type: 'video' });
    assert.equal(response.status, 201);
    const { call, room_id: roomId } = (await response.json()) as RouteResponse<'startCall'>;
    if (this.#random.below(2) === 0) await client.prepare(roomId);
    await client.join(roomId);
    this.#rooms.push(roomId);
    if (this.#rooms.length > names.length) this.#rooms.shift();
    return { roomId, callId: call.id };
  }

  async #busy(client: SignalingClient): Promise<void> {
    const media = await client.setUpMedia().catch((error: unknown) => {
      // Whoever had prepared has his transports already.
      if (error instanceof RequestFailed) return null;
      throw error;
    });
    if (this.#random.below(2) === 0)
      await client.request('sendChat', { requestId: crypto.randomUUID(), text: 'hello' });
    if (this.#random.below(2) === 0) await client.request('raiseHand', { raised: true });
    const producerId = media?.producers.camera;
    if (producerId && this.#random.below(2) === 0) await client.request('pauseProducer', { producerId });
  }

  async #part(client: SignalingClient, parting: Parting, own: { callId: string; token: string } | null): Promise<void> {
    if (parting === 'leave' || (parting === 'end' && !own)) await client.request('leave', {});
    else if (parting === 'end' && own) {
      const response = await this.#server.fetch(own.token, 'POST', '/calls/end', { call_id: own.callId });
      await response.body?.cancel();
      assert.equal(response.status, 200);
    } else if (parting === 'close') client.drop();
    else client.reset();
  }

  #forget(roomId: string): void {
    const at = this.#rooms.indexOf(roomId);
    if (at >= 0) this.#rooms.splice(at, 1);
  }

  /** A call with somebody who sends a drawn picture and a tone: real ICE, DTLS and RTP, looked at by the analysis. */
  async #mediaCall(): Promise<void> {
    const { url } = this.#server;
    const [callerName] = names;
    const account = await Account.open(url, { username: 'robin', password, fullName: 'Robin' });
    const colleague = await Colleague.goOnline(url, account, () => openCamera('live'));
    const token = this.#tokens.get(callerName) ?? '';
    const client = await SignalingClient.connect(url, token);
    try {
      const body = { call_type: 'video', callee: 'robin' };
      const response = await this.#server.fetch(token, 'POST', '/calls/start', body);
      assert.equal(response.status, 201);
      const { call, room_id: roomId } = (await response.json()) as RouteResponse<'startCall'>;
      const answered = client.next('callAnswered', () => true, 20_000);
      await client.join(roomId);
      await client.setUpMedia();
      await answered;
      await new Promise((resolve) => setTimeout(resolve, mediaMs));
      const ended = await this.#server.fetch(token, 'POST', '/calls/end', { call_id: call.id });
      assert.equal(ended.status, 200);
      await ended.body?.cancel();
      this.#mediaCalls += 1;
    } finally {
      await colleague.close();
      client.close();
    }
  }

  /**
   * Waits until all is over: no calls, no sockets, and as little as before, if there is a before.
   */
  async #settled(before: Snapshot | null): Promise<Snapshot> {
    const { server } = this.#server;
    await this.#server.eventually(
      () => server.calls.running().every((call) => call.startTime === null && !call.direct),
      settleMs,
    );
    const untilMs = Date.now() + settleMs;
    for (;;) {
      const now = await snapshot(server);
      const quiet = before === null ? now.idle : now.idle && now.beyond(before).length === 0;
      if (quiet || Date.now() > untilMs) return now;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
