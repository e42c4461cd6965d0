import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { observer, type types } from 'mediasoup';
import sharp from 'sharp';
import { drawLook, drawnPeople, type DrawnLook } from '../screens/drawnPeople.ts';
import { consent, SignalingClient } from '../SignalingClient.ts';
import { TestServer } from '../TestServer.ts';
import { audioParameters, dtlsParameters, videoParameters } from '../webrtc.ts';
import { packetize, vp8Chunk, type PacketizerState } from './vp8.ts';

const fps = 10;
const framesEach = 16;
/** Their pictures come round again and again, which the check would call a risk. */
const unchecked = { ...consent, check: false };
const size = { width: 320, height: 180 };

interface Member {
  client: SignalingClient;
  /** Where the member's transport listens. */
  port: number;
  stream: PacketizerState;
  frames: readonly Buffer[];
}

/**
 * Many people in a call at little cost: real sockets and producers, whose pictures were drawn and encoded beforehand and
 * come as plain RTP. The server is in this process, so that the members can be given plain transports.
 */
export class Crowd {
  readonly server: TestServer;
  readonly #socket: Socket;
  readonly #pictures: readonly (readonly Buffer[])[];
  readonly #plain: PlainTransports;
  readonly #members = new Set<Member>();
  readonly #timer: NodeJS.Timeout;
  #accounts = 0;
  #ticks = 0;

  private constructor(
    server: TestServer,
    socket: Socket,
    pictures: readonly (readonly Buffer[])[],
    plain: PlainTransports,
  ) {
    this.server = server;
    this.#socket = socket;
    this.#pictures = pictures;
    this.#plain = plain;
    this.#timer = setInterval(() => this.#sendFrames(), 1000 / fps);
  }

  static async create(changes: Parameters<typeof TestServer.start>[0] = {}): Promise<Crowd> {
    const pictures = await Promise.all(Object.values(drawnPeople).map(({ look }) => drawFrames(look)));
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const plain = new PlainTransports();
    return new Crowd(await TestServer.start(changes), socket, pictures, plain);
  }

  get size(): number {
    return this.#members.size;
  }

  /** Somebody new enters a call with a moving picture. @returns How they leave. */
  async enter(roomId: string): Promise<() => Promise<void>> {
    const number = this.#accounts++;
    const { token } = await this.server.register(`crowd${number}`);
    return this.come(roomId, token, number);
  }

  /** Somebody with an account enters. @param number - Whose picture. */
  async come(roomId: string, token: string, number: number): Promise<() => Promise<void>> {
    const client = await SignalingClient.connect(this.server.url, token);
    const { result, transports } = await this.#plain.during(() =>
      client.request('prepare', { roomId, consent: unchecked }),
    );
    const { sendTransport, recvTransport } = result;
    for (const { id } of [sendTransport, recvTransport]) {
      await client.request('connectTransport', { transportId: id, dtlsParameters: dtlsParameters() });
    }
    const rtpParameters = videoParameters();
    const ssrc = rtpParameters.encodings?.[0]?.ssrc ?? 0;
    await client.request('produce', { requestId: 'mic', source: 'mic', rtpParameters: audioParameters() });
    await client.request('produce', { requestId: 'camera', source: 'camera', rtpParameters });
    await client.request('join', { roomId, consent: unchecked });
    const transport = transports.find(({ id }) => id === sendTransport.id);
    const member: Member = {
      client,
      port: transport?.tuple.localPort ?? 0,
      stream: { ssrc, payloadType: 96, sequenceNumber: randomInt(60_000), pictureId: 1 },
      frames: this.#pictures[number % this.#pictures.length] ?? [],
    };
    this.#members.add(member);
    return async () => {
      this.#members.delete(member);
      await client.request('leave', {});
      client.close();
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#plain.close();
    for (const { client } of this.#members) client.close();
    this.#members.clear();
    this.#socket.close();
    await this.server.close();
  }

  #sendFrames(): void {
    const tick = this.#ticks++;
    let offset = 0;
    for (const { port, stream, frames } of this.#members) {
      const frame = frames[(tick + offset++) % frames.length];
      if (!frame) continue;
      for (const packet of packetize(frame, (tick * 90_000) / fps, stream))
        this.#socket.send(packet, port, '127.0.0.1');
    }
  }
}

/** Lets routers give plain transports, which take RTP from anybody on loopback, in place of WebRTC ones for a while. */
class PlainTransports {
  readonly #routers = new Set<types.Router>();
  #given: types.PlainTransport[] | null = null;

  constructor() {
    observer.on('newworker', this.#watch);
  }

  /** What `work` makes the server create are plain transports. */
  async during<T>(work: () => Promise<T>): Promise<{ result: T; transports: types.PlainTransport[] }> {
    const transports: types.PlainTransport[] = [];
    this.#given = transports;
    try {
      return { result: await work(), transports };
    } finally {
      this.#given = null;
    }
  }

  close(): void {
    observer.off('newworker', this.#watch);
  }

  #watch = (worker: types.Worker): void => {
    worker.observer.on('newrouter', (router) => this.#prepare(router));
  };

  #prepare(router: types.Router): void {
    if (this.#routers.has(router)) return;
    this.#routers.add(router);
    const createWebRtcTransport = router.createWebRtcTransport.bind(router);
    const create = async (options: types.WebRtcTransportOptions): Promise<types.Transport> => {
      const given = this.#given;
      if (!given) return createWebRtcTransport(options);
      const listenInfo = { protocol: 'udp', ip: '127.0.0.1' } as const;
      const transport = await router.createPlainTransport({ listenInfo, rtcpMux: true, comedia: true });
      given.push(transport);
      // What a page would need of it, and what our server does with it.
      return Object.assign(transport, {
        iceParameters: {},
        iceCandidates: [],
        dtlsParameters: {},
        connect: () => Promise.resolve(),
      });
    };
    Object.assign(router, { createWebRtcTransport: create });
  }
}

/** Key frames of a person who sways. */
async function drawFrames(look: DrawnLook): Promise<Buffer[]> {
  const { room, figure } = drawLook(look);
  const [behind, person] = await Promise.all([
    sharp(Buffer.from(room)).resize(size).png().toBuffer(),
    sharp(Buffer.from(figure)).resize(size).png().toBuffer(),
  ]);
  return Promise.all(
    Array.from({ length: framesEach }, async (_, i) => {
      const [x, y] = [
        12 + 8 * Math.sin((2 * Math.PI * i) / framesEach),
        6 + 3 * Math.cos((4 * Math.PI * i) / framesEach),
      ];
      const moved = await sharp(person)
        .extract({ left: Math.round(x), top: Math.round(y), width: size.width - 24, height: size.height - 12 })
        .toBuffer();
      const webp = await sharp(behind)
        .composite([{ input: moved, left: 12, top: 12 }])
        .webp({ quality: 40, effort: 0 })
        .toBuffer();
      return vp8Chunk(webp);
    }),
  );
}
