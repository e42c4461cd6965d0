import { createSocket } from 'node:dgram';
import type { types } from 'mediasoup';

/** 500 kbit/s. */
const framesPerSecond = 20;
const packetsPerFrame = 3;
const packetBytes = 1042;
export const packetsPerSecond = framesPerSecond * packetsPerFrame;
const keyFrameEvery = 2 * framesPerSecond;
const payloadType = 96;

/** Cameras that send VP8 packets without pictures in them: an SFU reads no further than their headers. */
export class Cameras {
  readonly producers: readonly types.Producer[];
  readonly #close: () => void;

  private constructor(producers: readonly types.Producer[], close: () => void) {
    this.producers = producers;
    this.#close = close;
  }

  static async start(router: types.Router, count: number): Promise<Cameras> {
    const socket = createSocket('udp4');
    const streams: { ssrc: number; port: number; sequence: number }[] = [];
    const producers: types.Producer[] = [];
    for (let i = 0; i < count; i++) {
      const ssrc = 10_000 + i;
      const transport = await router.createPlainTransport({
        listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
        comedia: true,
      });
      const producer = await transport.produce({
        kind: 'video',
        rtpParameters: {
          codecs: [
            {
              mimeType: 'video/VP8',
              payloadType,
              clockRate: 90_000,
              rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
            },
          ],
          encodings: [{ ssrc }],
        },
      });
      producers.push(producer);
      streams.push({ ssrc, port: transport.tuple.localPort, sequence: 0 });
    }
    let frame = 0;
    const beganMs = performance.now();
    // By the clock, not by the timer's own idea of it: a late tick sends what is due.
    const timer = setInterval(() => {
      for (; frame * (1000 / framesPerSecond) < performance.now() - beganMs; frame++) {
        for (const [i, stream] of streams.entries()) {
          const isKey = (frame + i) % keyFrameEvery === 0;
          for (let part = 0; part < packetsPerFrame; part++) {
            socket.send(packet({ ...stream, frame, part, isKey }), stream.port, '127.0.0.1');
            stream.sequence = (stream.sequence + 1) & 0xffff;
          }
        }
      }
    }, 1000 / framesPerSecond);
    return new Cameras(producers, () => {
      clearInterval(timer);
      socket.close();
    });
  }

  close(): void {
    this.#close();
  }
}

/** RTP (RFC 3550) with a VP8 payload descriptor and the first byte of a frame (RFC 7741 sections 4.2 and 4.3). */
function packet(of: { ssrc: number; sequence: number; frame: number; part: number; isKey: boolean }): Buffer {
  const bytes = Buffer.alloc(packetBytes);
  const marker = of.part === packetsPerFrame - 1 ? 0x80 : 0;
  bytes.writeUInt8(0x80, 0);
  bytes.writeUInt8(payloadType | marker, 1);
  bytes.writeUInt16BE(of.sequence, 2);
  bytes.writeUInt32BE((of.frame * (90_000 / framesPerSecond)) >>> 0, 4);
  bytes.writeUInt32BE(of.ssrc, 8);
  bytes.writeUInt8(of.part === 0 ? 0x10 : 0, 12);
  bytes.writeUInt8(of.isKey ? 0 : 1, 13);
  return bytes;
}
