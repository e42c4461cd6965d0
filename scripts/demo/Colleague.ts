import { io, type Socket } from 'socket.io-client';
import {
  socketPath,
  type Ack,
  type CallInfo,
  type ClientToServerEvents,
  type RequestInput,
  type RequestName,
  type ResponseData,
  type ServerToClientEvents,
} from '../../src/protocol/signaling.ts';
import type { Account } from './Account.ts';
import { Broadcast } from './Broadcast.ts';
import type { Camera } from './camera.ts';
import { MediaSender } from './MediaSender.ts';

const ANSWER_WITHIN_MS = 10_000;
/** Somebody who is called wants to hear it ring. */
const RINGS_FOR_MS = 1_500;
/** The token is renewed when this share of its time is over. */
const RENEW_AT = 0.7;

/** An account that is online and answers every video call, one at a time. It sends only; it looks at nobody. */
export class Colleague {
  readonly #socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  readonly #account: Account;
  readonly #openCamera: () => Camera;
  #renewal: NodeJS.Timeout | undefined;
  #call: { id: string; broadcast: Promise<Broadcast | null> } | null = null;
  #closed = false;

  /** Resolves once the colleague is online. @throws The socket's error when the server turns him away. */
  static async goOnline(url: string, account: Account, openCamera: () => Camera): Promise<Colleague> {
    const colleague = new Colleague(url, account, openCamera);
    await new Promise<void>((resolve, reject) => {
      colleague.#socket.once('connect', resolve);
      colleague.#socket.once('connect_error', reject);
    });
    return colleague;
  }

  private constructor(url: string, account: Account, openCamera: () => Camera) {
    this.#account = account;
    this.#openCamera = openCamera;
    this.#socket = io(url, {
      path: socketPath,
      transports: ['websocket'],
      forceNew: true,
      auth: (give) => {
        give({ token: account.accessToken });
      },
      extraHeaders: { origin: new URL(url).origin },
    });
    this.#socket.on('callRinging', ({ call }) => {
      this.#answer(call);
    });
    this.#socket.on('callEnded', ({ callId }) => void this.#hangUp(callId));
    this.#socket.on('disconnect', () => void this.#hangUp(this.#call?.id));
    // The router is gone with its worker. The call is left rather than rebuilt: calling again is one click.
    this.#socket.on('mediaReset', () => void this.#leave());
    this.#renewLater();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#renewal);
    await this.#hangUp(this.#call?.id);
    this.#socket.disconnect();
  }

  #answer(call: CallInfo): void {
    if (this.#call || call.callee?.id !== this.#account.userId) return;
    const broadcast = this.#join(call).catch((error: unknown) => {
      console.error(`The call could not be answered: ${error instanceof Error ? error.message : String(error)}`);
      this.#call = null;
      return null;
    });
    this.#call = { id: call.callId, broadcast };
  }

  /** Gets its media ready while it rings, as a page does, so that the picture is there with the answer. */
  async #join({ callId, roomId, callType }: CallInfo): Promise<Broadcast> {
    const rang = new Promise((resolve) => setTimeout(resolve, RINGS_FOR_MS));
    const consent = { check: true, evidence: false, version: 1, language: 'en' as const };
    const { sendTransport } = await this.#request('prepare', { roomId, consent });
    const sender = await MediaSender.connect(sendTransport, callType === 'video' ? ['mic', 'camera'] : ['mic'], {
      connect: (dtlsParameters) => this.#request('connectTransport', { transportId: sendTransport.id, dtlsParameters }),
      produce: (source, rtpParameters) =>
        this.#request('produce', { requestId: `${source}-${callId}`, source, rtpParameters }),
    });
    const broadcast = new Broadcast(sender, callType === 'video' ? this.#openCamera() : null);
    try {
      await rang;
      await this.#request('answerCall', { callId });
      return broadcast;
    } catch (error) {
      await broadcast.close();
      throw error;
    }
  }

  async #hangUp(callId: string | undefined): Promise<void> {
    const call = this.#call;
    if (!call || call.id !== callId) return;
    this.#call = null;
    await (await call.broadcast)?.close();
  }

  async #leave(): Promise<void> {
    await this.#hangUp(this.#call?.id);
    await this.#request('leave', {});
  }

  async #request<N extends RequestName>(name: N, data: RequestInput<N>): Promise<ResponseData<N>> {
    // The table guarantees that name, data and answer belong together; socket.io's own type cannot follow a generic name.
    const socket = this.#socket.timeout(ANSWER_WITHIN_MS);
    const emit = socket.emitWithAck.bind(socket) as (name: string, data: unknown) => Promise<Ack<ResponseData<N>>>;
    const answer = await emit(name, data);
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.data;
  }

  #renewLater(): void {
    this.#renewal = setTimeout(() => void this.#renew(), 1000 * RENEW_AT * this.#account.expiresInS);
  }

  async #renew(): Promise<void> {
    try {
      await this.#account.renew();
      await this.#request('reauthenticate', { accessToken: this.#account.accessToken });
    } catch (error) {
      console.error('The colleague could not stay signed in.', error);
    }
    if (!this.#closed) this.#renewLater();
  }
}
