import type { Evidence } from '../protocol.ts';
import { abstained, looked } from './evidence.ts';
import { distance, spread, type Thumbnail } from './thumbnail.ts';

/** One key frame, as far as this analyzer looks at it. */
export interface IntegritySample {
  atMs: number;
  thumbnail: Thumbnail;
  width: number;
  height: number;
  quantizerIndex: number;
  bytes: number;
}

/**
 * A1, stream integrity: is the picture frozen?
 *
 * A frozen source gives the encoder the same pixels again and again. Two key frames made with the same quantiser are
 * then the same picture, to the last bit or nearly so, whereas the noise of any real sensor makes them differ, even
 * of a scene in which nothing moves. With different quantisers the pictures of a frozen source differ as well, by up
 * to a grey level per cell at coarse ones; so those pairs can only tell that something moved, never that nothing did.
 *
 * Can tell: a stopped picture, from six key frames over five seconds. Cannot tell: a loop, a replay, a still picture to
 * which somebody adds noise or motion; and it has nothing to say of a black or flat picture, which is no evidence of
 * a frozen one.
 */
export class StreamIntegrity {
  readonly #samples: IntegritySample[] = [];
  #frozenInARow = 0;

  /** Forgets the track; another one begins. */
  reset(): void {
    this.#samples.length = 0;
    this.#frozenInARow = 0;
  }

  /** Takes a key frame and says what the newest ones show together. */
  push(sample: IntegritySample): { evidence: Evidence; suspicious: boolean } {
    const last = this.#samples.at(-1);
    if (last && sample.atMs - last.atMs > MAX_GAP_MS) this.reset();
    this.#samples.push(sample);
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    const judgement = judge(this.#samples);
    this.#frozenInARow = judgement.kind === 'frozen' ? this.#frozenInARow + 1 : 0;
    const stretch = {
      analyzer: 'stream_integrity' as const,
      version: VERSION,
      fromMs: this.#samples[0]!.atMs,
      toMs: sample.atMs,
      details: judgement.details,
    };
    const suspicious = judgement.kind === 'frozen' || (last !== undefined && alike(last, sample));
    if (judgement.kind === 'flat') return { evidence: abstained(stretch, 'too_dark'), suspicious: false };
    if (this.#frozenInARow >= WINDOWS_IN_A_ROW) {
      return { evidence: looked(stretch, { llr: FROZEN_LLR, quality: 1, code: 'frozen' }), suspicious: false };
    }
    if (judgement.kind === 'live') {
      const quality = Math.min(1, this.#samples.length / MAX_SAMPLES);
      return { evidence: looked(stretch, { llr: 0, quality, code: 'ok' }), suspicious };
    }
    return { evidence: abstained(stretch, 'gathering'), suspicious };
  }
}

const VERSION = 'frozen-1';
/** DETECTION section 6: a frozen picture alone makes the risk 0.95. */
const FROZEN_LLR = 6;
const WINDOWS_IN_A_ROW = 3;
const MIN_SAMPLES = 5;
const MAX_SAMPLES = 8;
const MIN_SPAN_MS = 3500;
/** Two scans that miss each other by more belong to different stretches of the stream. */
const MAX_GAP_MS = 60_000;

/*
 * Distances in grey levels, root mean square over the thumbnail's cells, over four photos at WebP qualities 1 to 40
 * (quantiser index 59 to 115, key frames of 3 to 15 kB at 640x360): equal quantiser and frozen 0.000; equal quantiser,
 * nothing moving, sensor noise of 2 grey levels 0.34 to 0.96; different quantisers and frozen 0.43 to 1.08; real
 * webcam clips 5 to 42.
 */
const SAME_PICTURE = 0.12;
const NOISE_SEEN = 0.25;
const MOTION_SEEN = 1.6;
const MIN_SAME_PAIRS = 3;
/** Deviation over the cells below which a picture is flat: black, a covered lens, a wall. */
const FLAT_DEVIATION = 4;

interface Judgement {
  kind: 'gathering' | 'flat' | 'live' | 'frozen';
  details: Record<string, number>;
}

function judge(samples: readonly IntegritySample[]): Judgement {
  const newest = samples.at(-1)!;
  if (spread(newest.thumbnail).deviation < FLAT_DEVIATION) return { kind: 'flat', details: {} };
  const spanMs = newest.atMs - samples[0]!.atMs;
  let equalPairs = 0;
  let samePairs = 0;
  let equalMax = 0;
  let anyMax = 0;
  for (const [i, a] of samples.entries()) {
    for (const b of samples.slice(0, i)) {
      const apart = distance(a.thumbnail, b.thumbnail);
      anyMax = Math.max(anyMax, apart);
      if (!sameEncoding(a, b)) continue;
      equalPairs++;
      equalMax = Math.max(equalMax, apart);
      if (apart < SAME_PICTURE) samePairs++;
    }
  }
  const details = { samples: samples.length, spanMs, equalPairs, samePairs, equalMax, anyMax };
  if (samples.length < MIN_SAMPLES || spanMs < MIN_SPAN_MS) return { kind: 'gathering', details };
  if (anyMax >= MOTION_SEEN || equalMax >= NOISE_SEEN) return { kind: 'live', details };
  if (samePairs >= MIN_SAME_PAIRS && samePairs === equalPairs) return { kind: 'frozen', details };
  return { kind: 'gathering', details };
}

/** Whether the encoder would have made the same bytes of the same pixels. */
function sameEncoding(a: IntegritySample, b: IntegritySample): boolean {
  return a.width === b.width && a.height === b.height && a.quantizerIndex === b.quantizerIndex;
}

function alike(a: IntegritySample, b: IntegritySample): boolean {
  return distance(a.thumbnail, b.thumbnail) < (sameEncoding(a, b) ? SAME_PICTURE : MOTION_SEEN / 2);
}
