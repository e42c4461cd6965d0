import { randomUUID } from 'node:crypto';
import { mock } from 'node:test';
import { allowedStates } from '../../src/calls/states.ts';
import { AppError } from '../../src/errors.ts';
import { errorStatus } from '../../src/protocol/errors.ts';
import { requests, type Ack, type RequestName } from '../../src/protocol/signaling.ts';
import { consent } from '../../test/support/SignalingClient.ts';
import { randomOf, type Random } from '../../test/support/random.ts';
import { PageView } from './PageView.ts';
import { people, World, type Tab } from './World.ts';

export interface StatesResult {
  sequences: number;
  events: number;
  /** Pairs of state and request that were tried. */
  pairs: number;
  /** What broke a rule, with the seed that repeats it; nothing may. */
  broken: string[];
}

interface Page extends Tab {
  view: PageView;
  guest: boolean;
  /** Requests under way. */
  asking: number;
  /** It asked several things at once, as no page of ours does: what it believes is its own affair. */
  confused: boolean;
}

const names = Object.keys(requests) as RequestName[];
const eventsPerSequence = 30;
const maxPages = 7;
/** Events before the fault that are shown with it. */
const shownEvents = 30;
/** Waits around every limit of time that calls know: rings, lost peers and their media, empty meetings, denials. */
const waitsMs = [50, 1_500, 11_000, 29_000, 31_000, 36_000, 61_000];
/** The rest of what is refused before the state counts, or for want of media that this world has none of. */
const anyState = new Set(['VALIDATION', 'RATE_LIMITED']);

/**
 * Random sequences of everything that can happen to calls: pages that come, go, are lost and come back, every request in
 * every state with ids of its own and of others, REST's starts and ends, administrators, policy, time. After each event
 * the whole state must keep its rules, every page must know what is so, and in the end the record must be closed.
 *
 * @param seed - The first sequence's; the others follow it. One sequence is repeated by its own seed.
 */
export async function fuzzStates(sequences: number, seed: number): Promise<StatesResult> {
  const result: StatesResult = { sequences, events: 0, pairs: 0, broken: [] };
  const tried = new Set<string>();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.UTC(2026, 5, 1) });
  try {
    for (let i = 0; i < sequences && result.broken.length < 20; i++) {
      const sequence = new Sequence(randomOf(seed + i), tried);
      const fault = await sequence
        .run()
        .catch((error: unknown) => String(error instanceof Error ? error.stack : error));
      result.events += sequence.log.length;
      if (fault !== null)
        result.broken.push(`seed ${seed + i}: ${fault}\n  ${sequence.log.slice(-shownEvents).join('\n  ')}`);
    }
  } finally {
    mock.timers.reset();
  }
  result.pairs = tried.size;
  return result;
}

class Sequence {
  readonly log: string[] = [];
  readonly #random: Random;
  readonly #tried: Set<string>;
  readonly #world = new World();
  readonly #pages: Page[] = [];
  /** Calls that were started: known to everybody, as by a link. */
  readonly #callsMade: { id: string; roomId: string }[] = [];
  readonly #actions: string[] = [];
  readonly #tokens: string[] = [];
  /** Joins into calls that had begun: each must be in the record. */
  readonly #stays = new Set<string>();

  constructor(random: Random, tried: Set<string>) {
    this.#random = random;
    this.#tried = tried;
  }

  /** @returns what broke a rule, or null. */
  async run(): Promise<string | null> {
    for (const user of people.slice(0, 3)) this.#open(user, null);
    for (let i = 0; i < eventsPerSequence; i++) {
      // Now and then several things happen at once.
      const atOnce = this.#random.below(6) === 0 ? 3 : 1;
      const faults = await Promise.all(Array.from({ length: atOnce }, () => this.#happen()));
      await settle();
      const fault = faults.find((one) => one !== null) ?? this.#fault();
      if (fault) return fault;
    }
    return this.#end();
  }

  #open(user: (typeof people)[number], guest: { callId: string } | null): void {
    const view = new PageView(user.id);
    const tab = this.#world.connect(user, guest, (name, data) => view.told(name, data));
    this.#pages.push({ ...tab, view, guest: guest !== null, asking: 0, confused: false });
  }

  async #happen(): Promise<string | null> {
    const dice = this.#random.below(100);
    if (dice < 60) return this.#request();
    if (dice < 70) return this.#comeAndGo();
    if (dice < 82) return this.#rest();
    if (dice < 88) return this.#policy();
    const ms = this.#random.pick(waitsMs);
    this.log.push(`wait ${ms}`);
    mock.timers.tick(ms);
    return null;
  }

  async #request(): Promise<string | null> {
    const page = this.#random.pick(this.#pages);
    // Joining and answering are what leads anywhere.
    const usual = ['join', 'join', 'prepare', 'answerCall', 'admitPeer', 'leave'] as const;
    const name = this.#random.below(2) === 0 ? this.#random.pick(usual) : this.#random.pick(names);
    // The dispatcher looks at it at once; answers to what was asked before may come in between.
    const before = page.connection.state;
    const [data, said] = this.#payload(name, page);
    const line = this.log.push(`${page.user.username}/${before} ${name} ${said}`) - 1;
    this.#tried.add(`${before} ${name}`);
    page.asking += 1;
    page.confused ||= page.asking > 1;
    const ack = await page.request(name, data, (answer) => {
      page.asking -= 1;
      if (answer.ok) page.view.answered(name, answer.data);
    });
    this.log[line] = `${this.log[line] ?? ''} -> ${ack.ok ? 'ok' : ack.error.code}`;
    return this.#judge(page, before, name, ack);
  }

  #judge(page: Page, before: Page['view']['state'], name: RequestName, ack: Ack<unknown>): string | null {
    if (ack.ok) {
      const { state, callId, peerId, resumeToken } = page.view;
      if (resumeToken !== null) this.#tokens.push(resumeToken);
      // Who waits inside while it rings takes part from the answer on.
      const begun = (this.#world.calls.live(callId ?? '')?.startTime ?? null) !== null;
      if ((name === 'join' || name === 'answerCall') && begun && page.view.inside && peerId !== null)
        this.#stays.add(peerId);
      if (typeof ack.data === 'object' && ack.data !== null && 'actionId' in ack.data) {
        this.#actions.push(String(ack.data.actionId));
      }
      if (!allowedStates[name].includes(before)) return `${name} was allowed in ${before} (now ${state})`;
      return null;
    }
    const { code } = ack.error;
    if (!Object.hasOwn(errorStatus, code) || code === 'INTERNAL') return `${name} answered ${code}`;
    if (anyState.has(code)) return null;
    const refused = before === 'idle' ? 'NOT_JOINED' : 'FORBIDDEN';
    if (!allowedStates[name].includes(before) && code !== refused) return `${name} in ${before} answered ${code}`;
    return null;
  }

  #payload(name: RequestName, page: Page): [data: unknown, said: string] {
    const callOf =
      this.#callsMade.length > 0 ? this.#random.pick(this.#callsMade) : { id: randomUUID(), roomId: 'x'.repeat(22) };
    const near = this.#world.calls.live(page.view.callId ?? callOf.id);
    const peers = [...(near?.peers.keys() ?? [])];
    const peerId = peers.length > 0 ? this.#random.pick(peers) : randomUUID();
    const resumeToken =
      this.#tokens.length > 0 && this.#random.below(3) === 0 ? { resumeToken: this.#random.pick(this.#tokens) } : {};
    const kind = 'movement';
    const payloads: Partial<Record<RequestName, object>> = {
      reauthenticate: { accessToken: 'x' },
      prepare: { roomId: callOf.roomId, consent },
      join: { roomId: callOf.roomId, consent, ...resumeToken },
      answerCall: { callId: callOf.id, consent },
      declineCall: { callId: callOf.id },
      watchPresence: { userIds: people.map(({ id }) => id) },
      createTransport: { direction: 'send' },
      restartIce: { transportId: 'x' },
      declareBackground: { producerId: 'x', changed: true },
      setConsumerLayers: { consumerId: 'x', spatialLayer: 0 },
      sendChat: { requestId: randomUUID(), text: 'hello' },
      ringPerson: { userId: this.#random.pick(people).id },
      startChallenge: { kind },
      challengeStep: { challengeId: 'x', step: 0, shownAfterMs: 0 },
      refuseChallenge: { challengeId: 'x' },
      requestChallenge: { peerId, kind },
      lockCall: { locked: this.#random.below(2) === 0 },
      muteProducer: { peerId, enforced: this.#random.below(2) === 0 },
      undoAction: { actionId: this.#actions.length > 0 ? this.#random.pick(this.#actions) : randomUUID() },
      raiseHand: { raised: this.#random.below(2) === 0 },
      react: { reaction: 'clap' },
      reportQuality: { bitrateBps: 1, loss: 0, rttMs: 1, freezeS: 0 },
      pauseProducer: { producerId: 'x' },
      resumeProducer: { producerId: 'x' },
      closeProducer: { producerId: 'x' },
      pauseConsumer: { consumerId: 'x' },
      resumeConsumer: { consumerId: 'x' },
    };
    const aboutSomebody = ['admitPeer', 'denyPeer', 'pauseVideo', 'ejectPeer', 'transferHost', 'lowerHand'];
    const data = payloads[name] ?? (aboutSomebody.includes(name) ? { peerId } : {});
    return [data, 'peerId' in data ? `peer ${peerId.slice(0, 4)}` : `call ${callOf.id.slice(0, 4)}`];
  }

  async #comeAndGo(): Promise<null> {
    const dice = this.#random.below(10);
    if (dice < 4 && this.#pages.length < maxPages) {
      const guestOf =
        this.#random.below(3) === 0 && this.#callsMade.length > 0 ? this.#random.pick(this.#callsMade) : null;
      const user = guestOf ? { id: randomUUID(), username: '', fullName: 'Guest' } : this.#random.pick(people);
      this.log.push(`open ${user.username || 'guest'}`);
      this.#open(user, guestOf && { callId: guestOf.id });
      return null;
    }
    if (this.#pages.length < 2) return null;
    const [page] = this.#pages.splice(this.#random.below(this.#pages.length), 1);
    if (!page) return null;
    const ends = dice === 9 ? 'revoke' : 'drop';
    this.log.push(`${ends} ${page.user.username}/${page.view.state}`);
    this.#world[ends](page);
    return null;
  }

  async #rest(): Promise<string | null> {
    const [caller, callee] = [this.#random.pick(people), this.#random.pick(people)];
    const dice = this.#random.below(10);
    const { calls } = this.#world;
    return this.#refusable(async () => {
      if (dice < 6) {
        const direct = dice < 3;
        this.log.push(`${caller.username} starts ${direct ? `a call to ${callee.username}` : 'a meeting'}`);
        const lobby = !direct && this.#random.below(2) === 0;
        const call = await calls.start({
          caller,
          callee: direct ? callee : null,
          callType: 'video',
          title: null,
          lobby,
        });
        this.#callsMade.push({ id: call.id, roomId: call.roomId });
        return;
      }
      const id = this.#callsMade.length > 0 ? this.#random.pick(this.#callsMade).id : randomUUID();
      this.log.push(`${dice < 9 ? caller.username : 'administrator'} ends ${id.slice(0, 4)}`);
      await (dice < 9 ? calls.end(id, caller.id) : calls.endAsAdministrator(id));
    });
  }

  async #policy(): Promise<string | null> {
    const call = this.#callsMade.length > 0 ? this.#world.calls.live(this.#random.pick(this.#callsMade).id) : undefined;
    const peer = call && call.presentPeers.length > 0 ? this.#random.pick(call.presentPeers) : null;
    if (!call || !peer) return null;
    const holds = this.#random.below(2) === 0;
    this.log.push(`policy ${holds ? 'holds' : 'releases'} ${peer.user.username}`);
    const { moderation } = this.#world.calls;
    return this.#refusable(() =>
      holds ? moderation.hold(call, peer.id, 'frozen') : moderation.release(call, peer.user.id),
    );
  }

  async #refusable(work: () => Promise<unknown>): Promise<string | null> {
    try {
      await work();
      return null;
    } catch (error) {
      const known = error instanceof AppError && error.code !== 'INTERNAL';
      return known ? null : String(error instanceof Error ? error.stack : error);
    }
  }

  /** @returns the first rule that does not hold now. */
  #fault(): string | null {
    const { calls, store, log } = this.#world;
    const serious = log.find(({ level }) => level === 'error');
    if (serious) return `logged as an error: ${serious.msg}`;
    for (const call of calls.running()) {
      if (call.over) return `call ${call.id} is over and still in memory`;
      const users = call.presentPeers.map(({ user }) => user.id);
      if (new Set(users).size < users.length) return 'somebody is in a call twice';
      for (const peer of call.peers.values()) {
        const line = peer.connection;
        if (line && !this.#pages.some(({ connection }) => connection === line)) return `a ghost: ${peer.user.username}`;
        if (peer.present && call.restrictions.ejected(peer.user.id))
          return `${peer.user.username} is in, though removed`;
        if (peer.present && (call.restrictions.holdOf(peer.user.id) !== null) !== (peer.state === 'held')) {
          return `${peer.user.username} is ${peer.state}, which the policy log does not say`;
        }
      }
    }
    for (const page of this.#pages) {
      const fault = this.#pageFault(page);
      if (fault) return `${page.user.username}: ${fault}`;
    }
    return store.faults()[0] ?? null;
  }

  #pageFault({ connection, view, user, guest, confused }: Page): string | null {
    const { place, state } = connection;
    if (!confused && state !== view.state) return `the page takes itself for ${view.state}, and is ${state}`;
    if (!guest) {
      const inCall = this.#world.calls
        .running()
        .some((call) => call.presentPeers.some((peer) => peer.user.id === user.id));
      const presence = this.#world.calls.presenceOf(user.id);
      if (presence !== (inCall ? 'in_call' : 'online')) return `presence is ${presence}`;
    }
    if (confused) return null;
    if (!place || !view.inside) return view.peers.size > 0 ? 'it knows of people in a call it is not in' : null;
    const others = place.call.presentPeers.filter((peer) => peer !== place.peer).map(({ id }) => id);
    const same = others.length === view.peers.size && others.every((id) => view.peers.has(id));
    if (!same) return `it sees ${view.peers.size} others, and there are ${others.length}`;
    return null;
  }

  /** Everybody goes, time passes: then nothing may be left, and the record is complete. */
  async #end(): Promise<string | null> {
    for (const page of this.#pages.splice(0)) this.#world.drop(page);
    for (let i = 0; i < 4; i++) {
      mock.timers.tick(40_000);
      await settle();
    }
    const { calls, store } = this.#world;
    const left = calls.running().find((call) => call.startTime !== null || call.peers.size > 0 || call.direct);
    if (left) return `a call is left over: ${left.status}, ${left.peers.size} people`;
    const rows = [...store.rows.values()];
    const open = rows.find(({ startTime, endTime }) => startTime !== null && endTime === null);
    if (open) return 'a call that began has no end';
    const written = new Set(rows.flatMap(({ stays }) => stays.map(({ peerId }) => peerId)));
    const lost = [...this.#stays].filter((peerId) => !written.has(peerId));
    if (lost.length > 0) return `${lost.length} stays are not in the record`;
    await calls.close();
    return store.faults()[0] ?? null;
  }
}

/** Until everything that does not wait for time is done. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
