import { performance } from 'node:perf_hooks';
import { IdentityContinuity } from '../../src/analysis/analyzers/IdentityContinuity.ts';
import { FrameInspector } from '../../src/analysis/FrameInspector.ts';
import { Stream } from '../../src/analysis/Stream.ts';
import { generator } from '../../test/support/random.ts';
import { pattern, stillPerson } from '../../test/support/rtp/scenes.ts';
import { encodeKeyFrame } from '../../test/support/rtp/vp8.ts';

export interface FuzzResult {
  frames: number;
  /** Reason of the refusal, or `looked`, -> how many frames. */
  outcomes: Record<string, number>;
  worstMs: number;
  /** Growth of the resident memory after the first tenth of the frames. */
  grownBytes: number;
  /** What was thrown, which nothing may be; with the seed of its frame. */
  thrown: string[];
}

type Random = () => number;

const below = (random: Random, end: number): number => Math.floor(random() * end);

/** Ways to spoil a frame. Most of them leave the header whole, so that the decoder is reached. */
const MUTATIONS: Record<string, (frame: Buffer, random: Random) => Buffer> = {
  flipBits: (frame, random) => {
    for (let i = 0; i <= below(random, 40); i++) frame[below(random, frame.length)]! ^= 1 << below(random, 8);
    return frame;
  },
  flipBody: (frame, random) => {
    for (let i = 0; i <= below(random, 400); i++)
      frame[10 + below(random, frame.length - 10)]! ^= 1 << below(random, 8);
    return frame;
  },
  truncate: (frame, random) => frame.subarray(0, below(random, frame.length)),
  extend: (frame, random) => Buffer.concat([frame, Buffer.alloc(below(random, 5000), below(random, 256))]),
  bomb: (frame, random) => {
    frame.writeUInt16LE(random() < 0.5 ? 0x3fff : below(random, 0x10000), 6);
    frame.writeUInt16LE(random() < 0.5 ? 0x3fff : below(random, 0x10000), 8);
    return frame;
  },
  largest: (frame) => {
    frame.writeUInt16LE(1920, 6);
    frame.writeUInt16LE(1080, 8);
    return frame;
  },
  partition: (frame, random) => {
    const tag = (frame.readUIntLE(0, 3) & 0x1f) | (below(random, 1 << 19) << 5);
    frame.writeUIntLE(tag & 0xffffff, 0, 3);
    return frame;
  },
  repeatMiddle: (frame, random) => {
    const at = below(random, frame.length);
    return Buffer.concat([frame.subarray(0, at), frame.subarray(at >> 1)]);
  },
  noise: (frame, random) => {
    for (let i = 10; i < frame.length; i++) frame[i] = below(random, 256);
    return frame;
  },
  garbage: (_, random) => Buffer.from(Array.from({ length: below(random, 3000) }, () => below(random, 256))),
};

/**
 * Puts spoiled key frames through header, limits, decoder and analyzers, as the analysis process does with what senders
 * send. The same seed gives the same frames. A crash of the decoder ends this process, which is a finding too.
 *
 * @param modelsDir - Null leaves faces out: most frames never come to them, and a hundred times more fit in the time.
 */
export async function fuzzFrames(frames: number, seed: number, modelsDir: string | null = null): Promise<FuzzResult> {
  const inspector = await FrameInspector.create(modelsDir ?? '/nonexistent');
  const stream = testStream();
  const originals = await wholeFrames();
  const names = Object.keys(MUTATIONS);
  const result: FuzzResult = { frames, outcomes: {}, worstMs: 0, grownBytes: 0, thrown: [] };
  let settledBytes = 0;
  for (let i = 0; i < frames; i++) {
    const random = generator(seed + i);
    const original = originals[below(random, originals.length)]!;
    const data = MUTATIONS[names[below(random, names.length)]!]!(Buffer.from(original), random);
    const startedAtMs = performance.now();
    try {
      const inspection = await inspector.inspect(stream, { data, atMs: 1_000_000 + 1000 * i });
      const outcome = typeof inspection === 'string' ? inspection : 'looked';
      result.outcomes[outcome] = (result.outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      result.thrown.push(`seed ${seed + i}: ${String(error).slice(0, 200)}`);
    }
    result.worstMs = Math.max(result.worstMs, performance.now() - startedAtMs);
    if (i === Math.floor(frames / 10)) settledBytes = process.memoryUsage.rss();
  }
  result.grownBytes = process.memoryUsage.rss() - settledBytes;
  return result;
}

async function wholeFrames(): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  for (const [width, height] of [
    [64, 48],
    [320, 180],
    [640, 360],
  ] as const) {
    const scene = stillPerson(pattern(width, height));
    for (const quality of [2, 30, 80]) frames.push(await encodeKeyFrame(await scene(quality), quality));
  }
  return frames;
}

function testStream(): Stream {
  const source = { ip: '127.0.0.1', port: 9 };
  const ids = { streamId: 1, subjectId: 1, groupId: 1, nonce: '0'.repeat(32) };
  return new Stream({ type: 'openStream', ...ids, ssrc: 1, payloadType: 96, source }, new IdentityContinuity());
}
