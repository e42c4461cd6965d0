import { sequenceDistance, timestampDistance, type RtpPacket } from './RtpPacket.ts';
import { parseVp8Payload } from './vp8Payload.ts';

/** A whole VP8 key frame as it was sent: byte for byte the payload of a lossy WebP image. */
export interface KeyFrame {
  rtpTimestamp: number;
  data: Buffer;
}

export interface AssemblerCounters {
  keyFrames: number;
  incomplete: number;
  tooLarge: number;
  malformed: number;
}

interface PartialFrame {
  timestamp: number;
  startedAtMs: number;
  bytes: number;
  /** Sequence number -> VP8 data. Emptied as soon as the frame is known to be of no use. */
  parts: Map<number, Buffer>;
  first: number | null;
  last: number | null;
  /** Null until the packet that begins the frame has come. */
  key: boolean | null;
  done: boolean;
}

/** Frames in the making at a time: packets repaired by retransmission come one round trip late. */
const MAX_PARTIAL_FRAMES = 4;
/** Bounds the memory of a frame cut into crumbs; 1 MiB in packets of 1,200 bytes are 874. */
const MAX_PARTS = 2048;
const TICKS_PER_MS = 90;

/**
 * Puts key frames together from RTP packets in any order; all other frames are dropped. This is also the reorder
 * buffer: packets are kept by frame until the frame is whole, given up or pushed out by newer ones.
 */
export class KeyFrameAssembler {
  readonly counters: AssemblerCounters = { keyFrames: 0, incomplete: 0, tooLarge: 0, malformed: 0 };
  readonly #maxBytes: number;
  readonly #patienceMs: number;
  readonly #frames = new Map<number, PartialFrame>();
  #newestDelivered: number | null = null;
  #pushedOut = 0;

  /**
   * @param options.maxBytes - Larger key frames are given up before they are put together.
   * @param options.patienceMs - How long to wait for the missing packets of a key frame.
   */
  constructor(options: { maxBytes: number; patienceMs: number }) {
    this.#maxBytes = options.maxBytes;
    this.#patienceMs = options.patienceMs;
  }

  /**
   * Takes a packet.
   *
   * @param nowMs - Monotonic clock.
   * @returns The key frame that it completes, `too_large` when it makes one be given up, else null.
   */
  push(packet: RtpPacket, nowMs: number): KeyFrame | 'too_large' | null {
    const payload = parseVp8Payload(packet.payload);
    if (!payload) {
      // An empty payload is a probe for bandwidth, not a fault.
      if (packet.payload.length > 0) this.counters.malformed++;
      return null;
    }
    const frame = this.#frameOf(packet.timestamp, nowMs);
    if (!frame || frame.done || frame.parts.has(packet.sequenceNumber)) return null;
    frame.parts.set(packet.sequenceNumber, payload.data);
    frame.bytes += payload.data.length;
    if (payload.beginsFrame) {
      frame.first = packet.sequenceNumber;
      frame.key = payload.keyFrame;
    }
    if (packet.marker) frame.last = packet.sequenceNumber;
    if (frame.key === false) return finish(frame);
    if (frame.bytes > this.#maxBytes || frame.parts.size > MAX_PARTS) {
      finish(frame);
      this.counters.tooLarge++;
      return 'too_large';
    }
    return this.#completed(frame);
  }

  /**
   * Gives up key frames whose missing packets have not come in time.
   *
   * @returns How many were given up since the last call.
   */
  expire(nowMs: number): number {
    let lost = this.#pushedOut;
    this.#pushedOut = 0;
    for (const frame of this.#frames.values()) {
      if (frame.done || nowMs - frame.startedAtMs < this.#patienceMs) continue;
      if (frame.key) lost++;
      finish(frame);
    }
    this.counters.incomplete += lost;
    return lost;
  }

  /** Forgets what is in the making: after a pause, its rest will not come. */
  clear(): void {
    this.#frames.clear();
  }

  #frameOf(timestamp: number, nowMs: number): PartialFrame | null {
    const known = this.#frames.get(timestamp);
    if (known) return known;
    const age = this.#newestDelivered === null ? 1 : timestampDistance(this.#newestDelivered, timestamp);
    // A late packet of an old frame is of no use; a jump far back is a sender that started again.
    if (age <= 0 && age > -10_000 * TICKS_PER_MS) return null;
    const frame: PartialFrame = {
      timestamp,
      startedAtMs: nowMs,
      bytes: 0,
      parts: new Map(),
      first: null,
      last: null,
      key: null,
      done: false,
    };
    this.#frames.set(timestamp, frame);
    if (this.#frames.size > MAX_PARTIAL_FRAMES) this.#dropOldest();
    return frame;
  }

  #dropOldest(): void {
    const frames = [...this.#frames.values()];
    const victim = frames.find((frame) => frame.done) ?? frames[0];
    if (!victim) return;
    if (victim.key && !victim.done) this.#pushedOut++;
    this.#frames.delete(victim.timestamp);
  }

  #completed(frame: PartialFrame): KeyFrame | null {
    if (frame.first === null || frame.last === null) return null;
    const count = sequenceDistance(frame.first, frame.last) + 1;
    if (count < 1 || frame.parts.size < count) return null;
    const data: Buffer[] = [];
    for (let i = 0; i < count; i++) {
      const part = frame.parts.get((frame.first + i) & 0xffff);
      if (!part) return null;
      data.push(part);
    }
    finish(frame);
    this.#newestDelivered = frame.timestamp;
    this.counters.keyFrames++;
    return { rtpTimestamp: frame.timestamp, data: Buffer.concat(data) };
  }
}

function finish(frame: PartialFrame): null {
  frame.done = true;
  frame.parts.clear();
  return null;
}
