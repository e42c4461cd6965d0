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
}

export interface IntegrityJudgement {
  evidence: Evidence;
  /** The newest picture hardly differs from the one before: look more often. */
  suspicious: boolean;
}

/**
 * A1, stream integrity: is the picture frozen?
 *
 * [Note: A frozen picture repeats to the bit] A frozen source gives the encoder the same pixels again and again, and VP8
 * key frames depend on nothing else but the quantiser: two of them with the same quantiser are the same picture to the
 * bit. The least noise of a sensor, 0.3 grey levels of a scene in which nothing moves, already makes the encoder decide
 * differently here and there. So repeats are what is looked for, and the absence of motion alone is never enough.
 *
 * Can tell: a stopped picture, as soon as the quantiser has come back to a value twice: within 5 s where the bitrate is
 * steady, 16 s while it climbs after the start. Cannot tell: a loop, a replay, a still picture to which somebody adds
 * noise or motion. Abstains on a black or flat picture, which is no evidence of a frozen one.
 */
export class StreamIntegrity {
  readonly #samples: IntegritySample[] = [];
  #frozenInARow = 0;

  /** Takes a key frame and says what the newest ones show together. */
  push(sample: IntegritySample): IntegrityJudgement {
    const before = this.#samples.at(-1);
    if (before && sample.atMs - before.atMs > MAX_GAP_MS) this.#samples.length = 0;
    this.#samples.push(sample);
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    const { kind, details } = judge(this.#samples);
    this.#frozenInARow = kind === 'frozen' ? this.#frozenInARow + 1 : 0;
    const stretch = {
      analyzer: 'stream_integrity' as const,
      version: VERSION,
      fromMs: this.#samples[0]!.atMs,
      toMs: sample.atMs,
      details,
    };
    if (this.#frozenInARow >= JUDGEMENTS_IN_A_ROW) {
      return { evidence: looked(stretch, { llr: FROZEN_LLR, quality: 1, code: 'frozen' }), suspicious: false };
    }
    if (kind === 'flat') return { evidence: abstained(stretch, 'too_dark'), suspicious: false };
    const suspicious = before !== undefined && isStill(before, sample, SUSPICIOUS_FACTOR);
    if (kind !== 'live') return { evidence: abstained(stretch, 'gathering'), suspicious };
    const quality = Math.min(1, this.#samples.length / GOOD_SAMPLES);
    return { evidence: looked(stretch, { llr: 0, quality, code: 'ok' }), suspicious };
  }
}

const VERSION = 'frozen-1';
/** DETECTION section 6: a frozen picture alone makes the risk 0.95. */
const FROZEN_LLR = 6;
/** One look never suffices. */
const JUDGEMENTS_IN_A_ROW = 3;
const MAX_SAMPLES = 32;
/** Scans that miss each other by more belong to different stretches of the stream. */
const MAX_GAP_MS = 60_000;

/** Newest samples that decide whether something moves. */
const LIVE_SAMPLES = 8;
const MIN_LIVE_SAMPLES = 5;
const GOOD_SAMPLES = 8;
const MIN_FROZEN_SPAN_MS = 4000;

/*
 * Distances in grey levels, root mean square over the thumbnail's cells. Measured on key frames of Chromium's encoder at
 * 150 and 600 kbit/s (quantiser index 17 to 106, 2 photos, 20 s each) and of WebP at qualities 1 to 40 (4 photos):
 *
 *                                    same quantiser     other quantiser
 *   frozen                           0.00               up to 0.31 at index 25, 0.62 at 70, 1.17 at 106
 *   nothing moves, noise 0.3 to 2    0.20 to 0.90       the same as frozen
 *   somebody breathes, light drifts  0.45 to 5.2        up to 4.0 at 25, 5.3 at 70 and at 106
 *   webcam clips                     5 to 42
 */
const SAME_PICTURE = 0.1;
const NOISE_SEEN = 0.15;
/** Beyond this multiple of what a change of the quantiser can do, something has moved. */
const MOTION_FACTOR = 2;
/** Up to this one nothing needs to have moved: pictures of 160x90 at the coarsest quantisers come to 1.2. */
const STILL_FACTOR = 1.5;
const SUSPICIOUS_FACTOR = 1;

/** Deviation over the cells below which a picture is flat: black, a covered lens, a wall. */
const FLAT_DEVIATION = 4;

interface Judgement {
  kind: 'gathering' | 'flat' | 'live' | 'frozen';
  details: Record<string, number>;
}

function judge(samples: readonly IntegritySample[]): Judgement {
  const newest = samples.at(-1)!;
  const { mean, deviation } = spread(newest.thumbnail);
  if (deviation < FLAT_DEVIATION) return { kind: 'flat', details: { mean, deviation } };
  const run = unchangedRun(samples);
  const spanMs = newest.atMs - run[0]!.atMs;
  const repeats = equalPairs(run, (apart) => apart < SAME_PICTURE);
  const recent = samples.slice(-LIVE_SAMPLES);
  const differing = equalPairs(recent, (apart) => apart > NOISE_SEEN);
  const motion = motionIn(recent);
  const details = { samples: samples.length, unchanged: run.length, spanMs, repeats, differing, motion };
  if (repeats > 0 && spanMs >= MIN_FROZEN_SPAN_MS) return { kind: 'frozen', details };
  const live = repeats === 0 && (motion > MOTION_FACTOR || differing > 0);
  return { kind: live && samples.length >= MIN_LIVE_SAMPLES ? 'live' : 'gathering', details };
}

/** The newest samples, as far back as nothing moved and no two of equal quantiser differ. */
function unchangedRun(samples: readonly IntegritySample[]): readonly IntegritySample[] {
  const newest = samples.at(-1)!;
  const run = [newest];
  for (const sample of samples.slice(0, -1).reverse()) {
    const differs = (other: IntegritySample): boolean =>
      equalEncoding(sample, other) && distance(sample.thumbnail, other.thumbnail) > NOISE_SEEN;
    if (!isStill(sample, newest, STILL_FACTOR) || run.some(differs)) break;
    run.unshift(sample);
  }
  return run;
}

/** How many pairs of equal quantiser are as far apart as is asked for. */
function equalPairs(samples: readonly IntegritySample[], matches: (apart: number) => boolean): number {
  let count = 0;
  for (const [i, a] of samples.entries()) {
    for (const b of samples.slice(0, i)) {
      if (equalEncoding(a, b) && matches(distance(a.thumbnail, b.thumbnail))) count++;
    }
  }
  return count;
}

/** The greatest difference between two samples, as a multiple of what a change of the quantiser can do. */
function motionIn(samples: readonly IntegritySample[]): number {
  let most = 0;
  for (const [i, a] of samples.entries()) {
    for (const b of samples.slice(0, i))
      if (sameSize(a, b)) most = Math.max(most, distance(a.thumbnail, b.thumbnail) / tolerance(a, b));
  }
  return most;
}

function isStill(a: IntegritySample, b: IntegritySample, factor: number): boolean {
  return sameSize(a, b) && distance(a.thumbnail, b.thumbnail) <= factor * tolerance(a, b);
}

const FULL_PIXELS = 640 * 360;

/** How far apart two pictures of the same pixels may be when their quantisers differ; see the table above. */
function tolerance(a: IntegritySample, b: IntegritySample): number {
  const coarser = Math.max(a.quantizerIndex, b.quantizerIndex);
  // Cells of smaller pictures average fewer pixels.
  const scale = Math.min(2.5, Math.max(1, Math.sqrt(FULL_PIXELS / (a.width * a.height))));
  return (0.25 + 0.009 * coarser) * scale;
}

function equalEncoding(a: IntegritySample, b: IntegritySample): boolean {
  return sameSize(a, b) && a.quantizerIndex === b.quantizerIndex;
}

function sameSize(a: IntegritySample, b: IntegritySample): boolean {
  return a.width === b.width && a.height === b.height;
}
