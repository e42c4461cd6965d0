import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Calls } from '../../src/calls/Calls.ts';
import type { CameraChecks } from '../../src/calls/CameraChecks.ts';
import { PolicyLog, type PolicyStore } from '../../src/calls/PolicyLog.ts';
import { chain, type ChainedEntry } from '../../src/calls/policyChain.ts';
import { leastChecks, loadConfig } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';
import { createLogger } from '../../src/logger.ts';
import type { Room } from '../../src/media/Room.ts';
import type { Ack, Person } from '../../src/protocol/signaling.ts';
import { dispatch } from '../../src/signaling/dispatcher.ts';
import { createHandlers } from '../../src/signaling/handlers.ts';
import { SocketConnection, type SignedIn, type VeritalkSocket } from '../../src/signaling/SocketConnection.ts';
import { MemoryCallStore } from '../../test/support/MemoryCallStore.ts';
import { noOutbox } from '../../test/support/policy.ts';

const config = loadConfig({ env: { NODE_ENV: 'test' }, cwd: new URL('../..', import.meta.url).pathname });

export const people: readonly Person[] = ['ann', 'bob', 'cyd', 'dan'].map((username) => {
  return { id: randomUUID(), username, fullName: username };
});

/** Media that take no time and carry nothing: what flows is the business of other tests. */
function emptyRoom(): Room {
  const endpoint = (): unknown =>
    Object.assign(new EventEmitter(), {
      closed: false,
      sent: [],
      subscriptions: [],
      canReceive: false,
      createTransport: async () => ({ id: randomUUID(), iceParameters: {}, iceCandidates: [], dtlsParameters: {} }),
      connectTransport: async () => undefined,
      restartIce: async () => ({}),
      ownProducer: () => notThere(),
      subscription: () => notThere(),
      produce: () => notThere(),
      subscribed: () => undefined,
      close: () => undefined,
    });
  const room = {
    rtpCapabilities: {},
    createEndpoint: endpoint,
    removeEndpoint: () => undefined,
    close: () => undefined,
  };
  return Object.assign(new EventEmitter(), room) as unknown as Room;
}

function notThere(): never {
  throw new AppError('NOT_FOUND', 'There is no such thing here.');
}

const noChecks: CameraChecks = {
  holdBack: () => undefined,
  setPolicy: () => undefined,
  watch: () => ({
    setConsent: () => undefined,
    setCamera: () => undefined,
    setCameraOn: () => undefined,
    setVirtual: () => undefined,
    close: () => undefined,
    challenges: { invite: notThere, start: notThere, stepShown: notThere, refuse: notThere },
  }),
};

/** The socket of a page, as far as the server's side of it goes. */
class ScriptedSocket extends EventEmitter {
  readonly id = randomUUID();
  readonly conn = new EventEmitter();
  connected = true;
  #onRequest: (event: string, ...args: unknown[]) => void = () => undefined;
  readonly #told: (name: string, data: unknown) => void;

  constructor(told: (name: string, data: unknown) => void) {
    super();
    this.#told = told;
  }

  onAny(listener: (event: string, ...args: unknown[]) => void): void {
    this.#onRequest = listener;
  }

  override emit(name: string, data?: unknown): boolean {
    this.#told(name, data);
    return true;
  }

  timeout(): { emitWithAck: () => Promise<{ ok: boolean }> } {
    return { emitWithAck: async () => ({ ok: true }) };
  }

  disconnect(): void {
    this.connected = false;
  }

  /** @param answered - Called with the answer at once, before anything that is told after it. */
  request(name: string, data: unknown, answered: (ack: Ack<unknown>) => void): Promise<Ack<unknown>> {
    return new Promise((resolve) => {
      this.#onRequest(name, data, (ack: Ack<unknown>) => {
        answered(ack);
        resolve(ack);
      });
    });
  }
}

/** A page that is connected. */
export interface Tab {
  readonly connection: SocketConnection;
  readonly user: Person;
  request: ScriptedSocket['request'];
}

/**
 * The product's calls without sockets, media and database: real `Calls`, real dispatcher, real state tables; everything
 * that takes time stands still until the clock is moved.
 */
export class World {
  readonly store = new MemoryCallStore(people);
  readonly log: { level: string; msg: string }[] = [];
  readonly calls: Calls;
  readonly #handlers: ReturnType<typeof createHandlers>;
  readonly #logger;

  constructor() {
    this.#logger = createLogger('warn', {
      write: (line) => void this.log.push(JSON.parse(line) as { level: string; msg: string }),
    });
    const { scanIntervalMs, staleAfterMs, verifiedTtlMs } = config.analysis;
    this.calls = new Calls({
      store: this.store,
      policyLog: new PolicyLog({ store: memoryPolicyStore(), outbox: noOutbox, logger: this.#logger }),
      settings: {
        ...config.calls,
        policy: { scanIntervalMs, staleAfterMs, verifiedTtlMs, leastChecks: leastChecks(config.policy) },
      },
      createRoom: async () => emptyRoom(),
      checks: noChecks,
      logger: this.#logger,
      nodeId: 'node',
      bootId: 'boot',
    });
    this.#handlers = createHandlers({
      calls: this.calls,
      findUser: async (id) => people.find((person) => person.id === id) ?? null,
      reauthenticate: async (connection) => connection.signedIn,
    });
  }

  /** A page opens. @param guest - The call that it may enter without an account. */
  connect(user: Person, guest: { callId: string } | null, told: (name: string, data: unknown) => void): Tab {
    const socket = new ScriptedSocket(told);
    const signedIn: SignedIn = {
      user,
      guest: guest && { callId: guest.callId, linkId: randomUUID() },
      sessionId: randomUUID(),
      expiresAt: new Date(8_640_000_000_000_000),
    };
    const connection = new SocketConnection(socket as unknown as VeritalkSocket, signedIn);
    dispatch(connection, this.#handlers, this.#logger);
    if (!guest) this.calls.connected(connection);
    return { connection, user, request: (...asked) => socket.request(...asked) };
  }

  /** The page's connection is lost, as `SignalingServer` takes it. */
  drop({ connection }: Tab): void {
    connection.socket.disconnect();
    const { place } = connection;
    if (place) place.call.connectionLost(place.peer, connection.lastSeenAt);
    this.calls.disconnected(connection);
  }

  /** The sign-in behind the page ends, as `SignalingServer` takes it. */
  revoke(tab: Tab): void {
    const { connection } = tab;
    connection.revoked = true;
    this.calls.endSession(connection.sessionId);
    connection.place = null;
    this.drop(tab);
  }
}

function memoryPolicyStore(): PolicyStore {
  const logs = new Map<string, ChainedEntry[]>();
  return {
    append: async (callId, entry) => {
      const log = logs.get(callId) ?? [];
      logs.set(callId, log);
      const chained = chain(callId, entry, log.at(-1) ?? null);
      log.push(chained);
      return chained;
    },
    entries: async (callId) => logs.get(callId) ?? [],
  };
}
