import { io, type Socket } from 'socket.io-client';
import {
  socketPath,
  type Ack,
  type ClientToServerEvents,
  type NotificationData,
  type NotificationName,
  type RequestInput,
  type RequestName,
  type ResponseData,
  type ServerToClientEvents,
} from '../../../src/protocol/signaling.ts';
import { RequestError } from './RequestError.ts';

const answerWithinMs = 10_000;
/** TCP, TLS and the upgrade take five round trips; SYNs that a dead network swallowed are not waited for. */
const connectWithinMs = 4_000;
const longestPauseMs = 2_000;
/** A living connection answers a cheap question by then, ms. */
const aliveWithinMs = 1_500;
/** Codes with which the server turns a connection away because of its token. */
const tokenCodes = ['UNAUTHENTICATED', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'AUTH_EXPIRED'];

type Listener<N extends NotificationName> = ServerToClientEvents[N];

export interface TokenSource {
  accessToken(): Promise<string>;
  /** A token newer than the one that was refused. */
  renew(): Promise<string>;
}

/** What the call code needs of the socket. */
export interface Requests {
  readonly connected: boolean;
  request<N extends RequestName>(name: N, data: RequestInput<N>): Promise<ResponseData<N>>;
}

/** The page's one connection to the server, typed by the protocol's tables; comes back by itself with a fresh token. */
export class Signaling implements Requests {
  readonly #socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  readonly #tokens: TokenSource;
  #closed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #tokenRefused = false;

  constructor(tokens: TokenSource) {
    this.#tokens = tokens;
    this.#socket = io({
      path: socketPath,
      transports: ['websocket'],
      autoConnect: false,
      forceNew: true,
      // A network that swallows packets must not hold up the next attempt.
      timeout: connectWithinMs,
      // Reconnecting is done here, because every attempt needs a token that is still valid.
      reconnection: false,
    });
    this.#socket.on('connect', () => {
      this.#attempts = 0;
      this.#tokenRefused = false;
    });
    this.#socket.on('disconnect', () => this.#connectSoon());
    this.#socket.on('connect_error', (error) => this.#handleRefusal(error));
    window.addEventListener('online', this.#hurry);
    void this.#connect();
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  /** Attempts since the connection was lost. */
  get attempts(): number {
    return this.#attempts;
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @throws RequestError with the server's code, `DISCONNECTED` or `TIMEOUT`.
   */
  async request<N extends RequestName>(
    name: N,
    data: RequestInput<N>,
    withinMs = answerWithinMs,
  ): Promise<ResponseData<N>> {
    if (!this.#socket.connected) throw new RequestError('DISCONNECTED', 'no connection to the server');
    const answer = await new Promise<Ack<ResponseData<N>>>((resolve, reject) => {
      const timer = setTimeout(() => settle(new RequestError('TIMEOUT', `no answer to ${name}`)), withinMs);
      const lost = (): void => settle(new RequestError('DISCONNECTED', 'connection lost'));
      const settle = (outcome: RequestError | Ack<ResponseData<N>>): void => {
        clearTimeout(timer);
        this.#socket.off('disconnect', lost);
        if (outcome instanceof RequestError) reject(outcome);
        else resolve(outcome);
      };
      this.#socket.on('disconnect', lost);
      const args = [data, settle] as unknown as Parameters<ClientToServerEvents[N]>;
      this.#socket.emit(name, ...args);
    });
    if (!answer.ok) throw new RequestError(answer.error.code, answer.error.message, { details: answer.error.details });
    return answer.data;
  }

  /** Waits until there is a connection, as at the start of the page. @throws RequestError `DISCONNECTED` */
  async untilConnected(): Promise<void> {
    if (this.#socket.connected) return;
    await new Promise<void>((resolve, reject) => {
      const up = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#socket.off('connect', up);
        reject(new RequestError('DISCONNECTED', 'no connection to the server'));
      }, answerWithinMs);
      this.#socket.once('connect', up);
    });
  }

  /** Sends without waiting, for pages that are closing. */
  tell(name: 'leave'): void {
    this.#socket.emit(name, {}, () => {});
  }

  /** Listens to a notification; the answer stops listening. */
  on<N extends NotificationName>(name: N, listener: Listener<N>): () => void {
    const socket = this.#socket as unknown as {
      on(event: string, listener: (data: NotificationData<N>, ack: never) => void): void;
      off(event: string, listener: (data: NotificationData<N>, ack: never) => void): void;
    };
    socket.on(name, listener as (data: NotificationData<N>, ack: never) => void);
    return () => socket.off(name, listener as (data: NotificationData<N>, ack: never) => void);
  }

  /** Listens to the connection coming and going; the answer stops listening. */
  onConnection(listener: (connected: boolean) => void): () => void {
    const up = (): void => listener(true);
    const down = (): void => listener(false);
    this.#socket.on('connect', up);
    this.#socket.on('disconnect', down);
    return () => {
      this.#socket.off('connect', up);
      this.#socket.off('disconnect', down);
    };
  }

  /**
   * For when there is reason to doubt that the connection lives, such as media that do not flow: socket.io would take
   * up to 13 s to notice. A connection that does not answer soon is replaced.
   *
   * @returns whether it lives.
   */
  async doubt(): Promise<boolean> {
    if (!this.#socket.connected) return false;
    try {
      // Any state of the connection may ask this, and it changes nothing.
      await this.request('reauthenticate', { accessToken: await this.#tokens.accessToken() }, aliveWithinMs);
      return true;
    } catch (error) {
      if (error instanceof RequestError && error.code === 'TIMEOUT') this.#replace();
      return false;
    }
  }

  /** Tells the server the session's new access token. */
  async reauthenticate(accessToken: string): Promise<void> {
    if (this.connected) await this.request('reauthenticate', { accessToken });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    window.removeEventListener('online', this.#hurry);
    this.#socket.disconnect();
  }

  #hurry = (): void => {
    // A connection that was made over the network of before is dead, though nobody has noticed yet.
    this.#replace();
  };

  #replace(): void {
    if (this.#closed) return;
    if (this.#socket.connected) this.#socket.io.engine.close();
    clearTimeout(this.#retry);
    void this.#connect();
  }

  async #connect(): Promise<void> {
    try {
      const token = await (this.#tokenRefused ? this.#tokens.renew() : this.#tokens.accessToken());
      if (this.#closed) return;
      this.#socket.auth = { token };
      this.#socket.connect();
    } catch {
      // No token: the session says whether that is for now or for good, and closes this connection if it is.
      this.#connectSoon();
    }
  }

  #handleRefusal(error: Error & { data?: { code?: string } }): void {
    this.#tokenRefused = tokenCodes.includes(error.data?.code ?? error.message);
    this.#connectSoon();
  }

  /** Waits 0.2 s, then doubling up to 2 s, with jitter so that a restarted server is not met by all at once. */
  #connectSoon(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    const waitMs = Math.min(longestPauseMs, 200 * 2 ** this.#attempts) * (0.7 + Math.random() * 0.6);
    this.#attempts += 1;
    this.#retry = setTimeout(() => void this.#connect(), waitMs);
  }
}
