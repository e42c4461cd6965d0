import type { Socket as TcpSocket } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import {
  socketPath,
  type Ack,
  type ClientToServerEvents,
  type Joined,
  type NotificationData,
  type NotificationName,
  type Prepared,
  type RequestInput,
  type RequestName,
  type ResponseData,
  type ServerToClientEvents,
} from '../../src/protocol/signaling.ts';
import type { Consent, MediaSource } from '../../src/protocol/values.ts';
import { audioParameters, dtlsParameters, receiveCapabilities, videoParameters } from './webrtc.ts';

export const consent: Consent = { check: true, evidence: false, version: 1, language: 'en' };

/** A failed ack as an error, so that `assert.rejects(…, {code})` reads well. */
export class RequestFailed extends Error {
  readonly code: string;
  constructor(error: { code: string; message: string }) {
    super(`${error.code}: ${error.message}`);
    this.code = error.code;
  }
}

interface Received {
  name: NotificationName;
  data: unknown;
}

/** A page's socket without the page: every notification is kept until somebody asks for it. */
export class SignalingClient {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  /** What has come and was not asked for yet, oldest first. */
  readonly received: Received[] = [];
  /** Whether new consumers are acknowledged. */
  consumes = true;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket<ServerToClientEvents, ClientToServerEvents>) {
    this.socket = socket;
    socket.onAny((name: NotificationName, data: unknown, ack?: (answer: { ok: boolean }) => void) => {
      this.received.push({ name, data });
      if (this.consumes) ack?.({ ok: true });
      for (const check of this.#waiting) check();
    });
  }

  /** @throws The connect error, whose `data.code` is the server's code. */
  static async connect(
    url: string,
    accessToken: unknown,
    options: { origin?: string | null; ca?: string } = {},
  ): Promise<SignalingClient> {
    const origin = options.origin === undefined ? new URL(url).origin : options.origin;
    const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
      path: socketPath,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { token: accessToken },
      ...(options.ca !== undefined && { ca: options.ca }),
      ...(origin !== null && { extraHeaders: { origin } }),
    });
    const client = new SignalingClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      const refuse = (error: Error): void => {
        socket.close();
        reject(error);
      };
      socket.once('connect_error', refuse);
      // A server that dies between the WebSocket and its answer to the namespace.
      socket.once('disconnect', (reason) => refuse(new Error(`the server closed the socket: ${reason}`)));
    });
    return client;
  }

  async request<N extends RequestName>(name: N, data: RequestInput<N>): Promise<ResponseData<N>> {
    return this.raw(name, data) as Promise<ResponseData<N>>;
  }

  /** Sends anything under any name. */
  async raw(name: string, ...args: unknown[]): Promise<unknown> {
    const emit = this.socket.timeout(5000).emitWithAck.bind(this.socket.timeout(5000)) as (
      name: string,
      ...args: unknown[]
    ) => Promise<Ack<unknown>>;
    const answer = await emit(name, ...args);
    if (!answer.ok) throw new RequestFailed(answer.error);
    return answer.data;
  }

  /** The next notification of a name that fits, taken out of what was received; waits for it if need be. */
  async next<N extends NotificationName>(
    name: N,
    fits: (data: NotificationData<N>) => boolean = () => true,
    timeoutMs = 5000,
  ): Promise<NotificationData<N>> {
    const take = (): NotificationData<N> | undefined => {
      const index = this.received.findIndex((r) => r.name === name && fits(r.data as NotificationData<N>));
      return index < 0 ? undefined : (this.received.splice(index, 1)[0]?.data as NotificationData<N>);
    };
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const data = take();
        if (data === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(data);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        const seen = this.received.map((r) => r.name).join(', ');
        reject(new Error(`no ${name} within ${String(timeoutMs)} ms; received: ${seen}`));
      }, timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  /** Whether a notification of this name is waiting. */
  has(name: NotificationName): boolean {
    return this.received.some((r) => r.name === name);
  }

  /** Prepares media as a page does: both transports connected, the given sources produced. */
  async prepare(roomId: string, sources: readonly MediaSource[] = ['mic', 'camera']): Promise<Prepared & Produced> {
    const prepared = await this.request('prepare', { roomId, consent });
    return { ...prepared, ...(await this.#produceOn(prepared.sendTransport.id, prepared.recvTransport.id, sources)) };
  }

  /** Makes transports and producers after a join without preparation, or after a reset. */
  async setUpMedia(sources: readonly MediaSource[] = ['mic', 'camera']): Promise<Produced> {
    const send = await this.request('createTransport', { direction: 'send' });
    const recv = await this.request('createTransport', { direction: 'recv' });
    return this.#produceOn(send.id, recv.id, sources);
  }

  async join(roomId: string): Promise<Joined> {
    return this.request('join', { roomId, consent });
  }

  async produce(source: MediaSource, layers = 1): Promise<string> {
    const rtpParameters = source === 'mic' || source === 'screenAudio' ? audioParameters() : videoParameters(layers);
    const requestId = `${source}-${String(Math.random())}`;
    return (await this.request('produce', { requestId, source, rtpParameters })).producerId;
  }

  /** Settles once the server has closed the connection. */
  async disconnected(): Promise<void> {
    await new Promise((resolve) => this.socket.once('disconnect', resolve));
  }

  /** Closes without a word, as a lost network does. */
  drop(): void {
    this.socket.io.engine.close();
  }

  /** As a network that breaks a connection off: RST instead of FIN, nothing of WebSocket or socket.io. */
  reset(): void {
    const { ws } = this.socket.io.engine.transport as unknown as { ws: { _socket: TcpSocket } };
    ws._socket.resetAndDestroy();
    this.socket.disconnect();
  }

  close(): void {
    this.socket.disconnect();
  }

  async #produceOn(sendId: string, recvId: string, sources: readonly MediaSource[]): Promise<Produced> {
    await Promise.all([
      this.request('connectTransport', { transportId: sendId, dtlsParameters: dtlsParameters() }),
      this.request('connectTransport', {
        transportId: recvId,
        dtlsParameters: dtlsParameters(),
        rtpCapabilities: receiveCapabilities,
      }),
    ]);
    const producers: Partial<Record<MediaSource, string>> = {};
    for (const source of sources) producers[source] = await this.produce(source);
    return { sendId, recvId, producers };
  }
}

export interface Produced {
  sendId: string;
  recvId: string;
  producers: Partial<Record<MediaSource, string>>;
}
