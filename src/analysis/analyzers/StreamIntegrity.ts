import type { Evidence } from '../protocol.ts';
import { abstained, looked } from './evidence.ts';
import { LoopFinder, type LoopJudgement } from './LoopFinder.ts';
import {
  equalEncoding,
  isStill,
  NOISE_SEEN,
  SAME_PICTURE,
  sameSize,
  tolerance,
  type IntegritySample,
} from './pictures.ts';
import { distance, spread } from './thumbnail.ts';

export interface IntegrityJudgement {
  evidence: Evidence;
  /** The newest picture hardly differs from the one before, or came near to an older one: look more often. */
  suspicious: boolean;
  /** When the next picture would tell most; epoch, milliseconds. */
  nextAtMs: number | null;
}

/**
 * A1, stream integrity: is the picture frozen, looped or replayed?
 *
 * [Note: A frozen picture repeats to the bit] A frozen source gives the encoder the same pixels again and again, and VP8
 * key frames depend on nothing else but the quantiser: two of them with the same quantiser are the same picture to the
 * bit. The least noise of a sensor, 0.3 grey levels of a scene in which nothing moves, already makes the encoder decide
 * differently here and there. So repeats are what is looked for, and the absence of motion alone is never enough.
 *
 * Can tell: a stopped picture, as soon as the quantiser has come back to a value twice: within 5 s where the bitrate is
 * steady, 16 s while it climbs after the start. And a loop or a replay of something shown before in which somebody moves
 * (see `LoopFinder`). Cannot tell: a replay of something that was not shown here, a still picture to which somebody adds
 * noise or motion, a loop of somebody who sits still, unless by chance. Abstains on a black or flat picture, which is no evidence of a frozen one.
 */
export class StreamIntegrity {
  readonly #samples: IntegritySample[] = [];
  readonly #loops = new LoopFinder();
  #frozenInARow = 0;

  /** Takes a key frame and says what the newest ones show together. */
  push(sample: IntegritySample): IntegrityJudgement {
    const before = this.#samples.at(-1);
    if (before && sample.atMs - before.atMs > MAX_GAP_MS) this.#samples.length = 0;
    this.#samples.push(sample);
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    const { kind, details } = judge(this.#samples);
    const loop = kind === 'flat' ? NO_LOOP : this.#loops.push(sample);
    this.#frozenInARow = kind === 'frozen' ? this.#frozenInARow + 1 : 0;
    const frozen = this.#frozenInARow >= JUDGEMENTS_IN_A_ROW;
    const stretch = {
      analyzer: 'stream_integrity' as const,
      version: VERSION,
      fromMs: this.#samples[0]!.atMs,
      toMs: sample.atMs,
      details: { ...details, ...loopDetails(loop), score: frozen ? FROZEN_SCORE : 1 - loop.nearest + loop.repeats },
    };
    const still = before !== undefined && isStill(before, sample, SUSPICIOUS_FACTOR);
    const repeating = loop.repeats > 0 && loop.nextAtMs !== null;
    // What is flat or has been found out needs no closer look.
    const suspicious = kind !== 'flat' && !frozen && !loop.looped && (still || repeating);
    return {
      evidence: this.#evidence(stretch, kind, { frozen, looped: loop.looped }),
      suspicious,
      nextAtMs: loop.nextAtMs,
    };
  }

  #evidence(
    stretch: Parameters<typeof looked>[0],
    kind: Judgement['kind'],
    found: { frozen: boolean; looped: boolean },
  ): Evidence {
    if (found.frozen) return looked(stretch, { llr: FROZEN_LLR, quality: 1, code: 'frozen' });
    if (found.looped) return looked(stretch, { llr: LOOPED_LLR, quality: 1, code: 'looped' });
    if (kind === 'flat') return abstained(stretch, 'too_dark');
    if (kind !== 'live') return abstained(stretch, 'gathering');
    const quality = Math.min(1, this.#samples.length / GOOD_SAMPLES);
    return looked(stretch, { llr: 0, quality, code: 'ok' });
  }
}

function loopDetails({ repeats, lagMs, nearest }: LoopJudgement): Record<string, number> {
  return repeats > 0 ? { loopRepeats: repeats, lagMs, nearest } : { nearest };
}

const NO_LOOP: LoopJudgement = { looped: false, repeats: 0, lagMs: 0, nearest: 1, nextAtMs: null };

const VERSION = 'integrity-2';
/** DETECTION section 6: a frozen picture alone makes the risk 0.95. */
const FROZEN_LLR = 6;
const LOOPED_LLR = 6;
/** Above whatever a genuine stream comes to. */
const FROZEN_SCORE = 10;
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
