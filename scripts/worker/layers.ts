import type { types } from 'mediasoup';
import { withTimeLimit } from './timeLimit.ts';

const TIME_LIMIT_MS = 10_000;
const FRAME_INTERVAL_MS = 20;
const CLOCK_RATE = 90_000;
const PAYLOAD_TYPE = 96;
/** The streams of one simulcast camera, smallest first; told apart at the receiver by the width in their key frames. */
const LAYERS = [
  { ssrc: 1001, width: 320, height: 180, payloadBytes: 200 },
  { ssrc: 1002, width: 640, height: 360, payloadBytes: 900 },
];
const VP8 = { kind: 'video', mimeType: 'video/VP8', clockRate: CLOCK_RATE } as const;

/**
 * Sends a simulcast stream of two layers through the worker and lets its receiver prefer the lower, the upper and the
 * lower again.
 *
 * @returns The widths that arrived, in words.
 * @throws Error when a layer does not arrive.
 */
export async function checkLayers(worker: types.Worker): Promise<string> {
  const router = await worker.createRouter({ mediaCodecs: [VP8] });
  const sender = await router.createDirectTransport();
  const receiver = await router.createDirectTransport();
  const producer = await sender.produce({
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: VP8.mimeType, payloadType: PAYLOAD_TYPE, clockRate: CLOCK_RATE }],
      encodings: LAYERS.map(({ ssrc }) => ({ ssrc })),
      rtcp: { cname: 'check' },
    },
  });
  const consumer = await receiver.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
  const stop = sendFrames(sender, producer);
  try {
    const widths: number[] = [];
    for (const spatialLayer of [0, 1, 0]) {
      await consumer.setPreferredLayers({ spatialLayer });
      widths.push(await arrival(consumer, LAYERS[spatialLayer]?.width));
    }
    return `pictures ${widths.join(', then ')} pixels wide arrived as asked for`;
  } finally {
    stop();
    router.close();
  }
}

/** Waits for a key frame of the given width. */
async function arrival(consumer: types.Consumer, width: number | undefined): Promise<number> {
  const arrived = Promise.withResolvers<number>();
  const look = (packet: Buffer) => {
    const seen = widthOf(packet);
    if (seen !== undefined && seen === width) arrived.resolve(seen);
  };
  consumer.on('rtp', look);
  try {
    return await withTimeLimit(arrived.promise, TIME_LIMIT_MS, `No picture ${String(width)} pixels wide arrived.`);
  } finally {
    consumer.off('rtp', look);
  }
}

/** @returns A function that stops it. */
function sendFrames(transport: types.DirectTransport, producer: types.Producer): () => void {
  let sequenceNumber = 0;
  const timer = setInterval(() => {
    sequenceNumber += 1;
    const timestamp = (sequenceNumber * FRAME_INTERVAL_MS * CLOCK_RATE) / 1000;
    for (const layer of LAYERS) {
      producer.send(rtpPacket(layer, sequenceNumber, timestamp));
      // The worker changes to another layer only when it knows how the clocks of both relate.
      transport.sendRtcp(senderReport(layer.ssrc, timestamp, Date.now()));
    }
  }, FRAME_INTERVAL_MS);
  return () => {
    clearInterval(timer);
  };
}

const RTP_HEADER_BYTES = 12;
/** Of a VP8 payload descriptor without extensions (RFC 7741 section 4.2). */
const DESCRIPTOR_BYTES = 1;

/** Before width and height in every VP8 key frame (RFC 6386 section 9.1). */
const START_CODE = Buffer.from([0x9d, 0x01, 0x2a]);

/** A whole key frame in one packet, as far as a forwarder looks at it; the rest is zeros. */
function rtpPacket(layer: (typeof LAYERS)[number], sequenceNumber: number, timestamp: number): Buffer {
  const packet = Buffer.alloc(RTP_HEADER_BYTES + DESCRIPTOR_BYTES + layer.payloadBytes);
  packet[0] = 0x80; // version 2
  packet[1] = 0x80 | PAYLOAD_TYPE; // marker: the last packet of its frame
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(layer.ssrc, 8);
  packet[RTP_HEADER_BYTES] = 0x10; // the start of partition 0
  // The frame tag of a key frame that is shown, the start code, width and height.
  const frame = packet.subarray(RTP_HEADER_BYTES + DESCRIPTOR_BYTES);
  frame.set([0x10, 0x00, 0x00, ...START_CODE]);
  frame.writeUInt16LE(layer.width, 6);
  frame.writeUInt16LE(layer.height, 8);
  return packet;
}

/** The width in a key frame, or undefined; the worker adds header extensions, so its place varies. */
function widthOf(packet: Buffer): number | undefined {
  const at = packet.indexOf(START_CODE);
  return at === -1 ? undefined : packet.readUInt16LE(at + START_CODE.length);
}

const SECONDS_FROM_1900_TO_1970 = 2_208_988_800;

/** RFC 3550 section 6.4.1, without reports on others. */
function senderReport(ssrc: number, timestamp: number, nowMs: number): Buffer {
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = 200;
  report.writeUInt16BE(report.length / 4 - 1, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE((Math.floor(nowMs / 1000) + SECONDS_FROM_1900_TO_1970) >>> 0, 8);
  report.writeUInt32BE(Math.floor(((nowMs % 1000) / 1000) * 2 ** 32), 12);
  report.writeUInt32BE(timestamp, 16);
  return report;
}
