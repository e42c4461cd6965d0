import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Scene } from './scenes.ts';
import { encodeKeyFrame, packetize, type PacketizerState } from './vp8.ts';

export interface RtpSourceOptions {
  scene: Scene;
  /** Frames per second; every one is a key frame, generated when it is due. */
  fps: number;
  /** WebP quality of a frame by its number; see `encodeKeyFrame`. */
  quality: (frame: number) => number;
  ssrc: number;
  payloadType: number;
  /** What is done to a frame's packets before they are sent. */
  spoil?: (packets: Buffer[], frame: number) => Buffer[];
  /** Replaces the frame's bytes. */
  tamper?: (frame: Buffer) => Buffer;
}

/** What sends a camera's RTP. */
export interface CameraSource {
  start(destination: { ip: string; port: number }): void;
  stop(): void;
  close(): Promise<void>;
}

/** A live sender of VP8 over plain RTP: what a camera is in tests, without a browser and without an encoder. */
export class RtpSource implements CameraSource {
  readonly #socket: Socket;
  readonly #options: RtpSourceOptions;
  readonly #state: PacketizerState;
  readonly #startedAtMs = performance.now();
  #destination: { ip: string; port: number } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();
  #frames = 0;

  static async create(options: RtpSourceOptions): Promise<RtpSource> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new RtpSource(socket, options);
  }

  private constructor(socket: Socket, options: RtpSourceOptions) {
    this.#socket = socket;
    this.#options = options;
    const { ssrc, payloadType } = options;
    this.#state = { ssrc, payloadType, sequenceNumber: 65_500, pictureId: 1 };
  }

  get address(): { ip: string; port: number } {
    return { ip: '127.0.0.1', port: this.#socket.address().port };
  }

  get frames(): number {
    return this.#frames;
  }

  /** Sends until `stop` or `close`. May be called again for another destination. */
  start(destination: { ip: string; port: number }): void {
    this.stop();
    this.#destination = destination;
    const tick = (): void => {
      this.#sending = this.#sendFrame().finally(() => {
        if (this.#timer) this.#timer = setTimeout(tick, 1000 / this.#options.fps);
      });
    };
    this.#timer = setTimeout(tick, 0);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async close(): Promise<void> {
    this.stop();
    await this.#sending;
    this.#socket.close();
  }

  async #sendFrame(): Promise<void> {
    const { scene, quality, tamper, spoil } = this.#options;
    const atS = (performance.now() - this.#startedAtMs) / 1000;
    const number = this.#frames++;
    const encoded = await encodeKeyFrame(await scene(atS), quality(number));
    const frame = tamper ? tamper(encoded) : encoded;
    const packets = packetize(frame, Math.round(atS * 90_000), this.#state);
    const { port, ip } = this.#destination ?? {};
    if (port === undefined || !this.#timer) return;
    for (const packet of spoil ? spoil(packets, number) : packets) this.#socket.send(packet, port, ip);
  }
}
