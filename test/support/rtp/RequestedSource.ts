import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { CameraSource } from './RtpSource.ts';
import type { Scene } from './scenes.ts';
import { encodeKeyFrame, packetize, type PacketizerState } from './vp8.ts';

export interface RequestedSourceOptions {
  scene: Scene;
  /** WebP quality of a key frame by its number; see `encodeKeyFrame`. */
  quality: (frame: number) => number;
  ssrc: number;
  payloadType: number;
  /** Share of packets that are lost on the way, 0 to 1; nothing is sent again. */
  loss?: number;
}

/** libwebrtc ignores what is asked for within this time of the last key frame (DETECTION section 3). */
const DEAF_MS = 300;
const FILLER_EVERY_MS = 200;
const FILLER_BYTES = 120;

/**
 * A live sender that makes key frames only when it is asked for one by RTCP, as browsers do, so that many of them fit on
 * one core. Between them it sends frames that depend on others and show nothing, which keep the stream alive; whoever
 * looks at key frames only never sees them.
 */
export class RequestedSource implements CameraSource {
  readonly #socket: Socket;
  readonly #options: RequestedSourceOptions;
  readonly #state: PacketizerState;
  #startedAtMs = performance.now();
  #destination: { ip: string; port: number } | null = null;
  #filler: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();
  #lastKeyFrameMs = -Infinity;
  #frames = 0;

  static async create(options: RequestedSourceOptions): Promise<RequestedSource> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new RequestedSource(socket, options);
  }

  private constructor(socket: Socket, options: RequestedSourceOptions) {
    this.#socket = socket;
    this.#options = options;
    const { ssrc, payloadType } = options;
    this.#state = { ssrc, payloadType, sequenceNumber: 65_500, pictureId: 1 };
    socket.on('message', (datagram) => {
      if (asksForKeyFrame(datagram)) this.#answer();
    });
  }

  get address(): { ip: string; port: number } {
    return { ip: '127.0.0.1', port: this.#socket.address().port };
  }

  get frames(): number {
    return this.#frames;
  }

  /** Begins to send: the scene's time runs from here on. */
  start(destination: { ip: string; port: number }): void {
    this.stop();
    this.#destination = destination;
    this.#startedAtMs = performance.now();
    this.#filler = setInterval(() => this.#send(fillerFrame()), FILLER_EVERY_MS);
    this.#answer();
  }

  stop(): void {
    if (this.#filler) clearInterval(this.#filler);
    this.#filler = null;
  }

  async close(): Promise<void> {
    this.stop();
    await this.#sending;
    this.#socket.close();
  }

  #answer(): void {
    const nowMs = performance.now();
    if (!this.#filler || nowMs - this.#lastKeyFrameMs < DEAF_MS) return;
    this.#lastKeyFrameMs = nowMs;
    this.#sending = this.#sending.then(() => this.#sendKeyFrame());
  }

  async #sendKeyFrame(): Promise<void> {
    const { scene, quality } = this.#options;
    const atS = (performance.now() - this.#startedAtMs) / 1000;
    this.#send(await encodeKeyFrame(await scene(atS), quality(this.#frames++)));
  }

  #send(frame: Buffer): void {
    if (!this.#destination || !this.#filler) return;
    const { port, ip } = this.#destination;
    const { loss = 0 } = this.#options;
    const timestamp = Math.round((performance.now() - this.#startedAtMs) * 90);
    for (const packet of packetize(frame, timestamp, this.#state)) {
      if (Math.random() >= loss) this.#socket.send(packet, port, ip);
    }
  }
}

/** A frame that is no key frame: the lowest bit of its first byte is set (RFC 6386, section 9.1). */
function fillerFrame(): Buffer {
  return Buffer.alloc(FILLER_BYTES, 0x01);
}

const PAYLOAD_SPECIFIC_FEEDBACK = 206;
const PICTURE_LOSS = 1;
const FULL_INTRA_REQUEST = 4;

/** Whether a compound RTCP packet asks for a key frame (RFC 4585, section 6.3.1; RFC 5104, section 4.3.1). */
export function asksForKeyFrame(datagram: Buffer): boolean {
  for (let at = 0; at + 4 <= datagram.length; at += 4 * (datagram.readUInt16BE(at + 2) + 1)) {
    const format = datagram.readUInt8(at) & 0x1f;
    const asks = format === PICTURE_LOSS || format === FULL_INTRA_REQUEST;
    if (datagram.readUInt8(at + 1) === PAYLOAD_SPECIFIC_FEEDBACK && asks) return true;
  }
  return false;
}
