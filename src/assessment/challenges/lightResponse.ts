import { directionOf, HUES, oppositeOf, type Rgb, type Slot } from './lightCode.ts';

/*
 * Does a region of the picture follow a sequence of colours? The statistic of DETECTION section 4: logarithm, channel
 * mean subtracted (exposure cancels), prewhitened, scaled by the median absolute deviation, clipped, correlated over
 * lags, and compared with decoy sequences that were never shown. No training data; every run calibrates itself.
 */

/** Mean colours of one region in one key frame, 0 to 255; the halves are those of the picture as it was sent. */
export interface RegionColour {
  mean: Rgb;
  /** Left and right half of the face; null for regions without. */
  halves: { left: Rgb; right: Rgb } | null;
}

export interface Sample {
  /** Arrival of the key frame; epoch, milliseconds. */
  atMs: number;
  /** Null where the region could not be seen. */
  colour: RegionColour | null;
}

/** One run of a challenge: when each of its slots was on the screen, and what a region looked like. */
export interface Segment {
  /** Epoch, milliseconds, ascending; the panel was neutral before the first. */
  shownAtMs: readonly number[];
  samples: readonly Sample[];
}

/** Slots of each segment, in order; longer than what was shown is fine. */
export type Code = readonly (readonly Slot[])[];

export interface Response {
  /** Key frames that counted. */
  samples: number;
  /** Largest normalised correlation, -1 to 1. */
  correlation: number;
  lagMs: number;
  /** How far that stands out from the decoys' in their standard deviations. */
  z: number;
  /** Share of decoys that fit as well, the true one counted: (1 + k) / (n + 1). */
  p: number;
  /** Change of the region's log colour per unit of direction, with its standard error. */
  amplitude: number;
  amplitudeError: number;
}

export interface LagRange {
  fromMs: number;
  toMs: number;
}

/** How late light may come back: camera, encoder, network and jitter buffer. */
export const NORMAL_LAGS: LagRange = { fromMs: 0, toMs: 1200 };
const LAG_STEP_MS = 150;
/** A region's slow changes (head, lamps, white balance) predict its next sample: taken out, at the rate this was tuned at. */
const MEMORY = 0.85;
const MEMORY_MS = 350;
const CLIP = 3;
/** Key frames further apart say nothing of each other. */
const MAX_GAP_MS = 2500;
/** Means of thousands of pixels change by no less than this, in natural logarithms. */
const MIN_SPREAD = 2e-4;
/** The two sides of a face differ by about half of what both change by. */
const SIDES_WEIGHT = 0.5;
export const MIN_SAMPLES = 8;

/** Colour channels of the whole region, then of its right half against its left. */
const CHANNELS = 6;

export interface RespondOptions {
  lags?: LagRange;
  /** A correlation below this is not worth the comparison with decoys: z is then 0 and p is 1. */
  worthFrom?: number;
}

/** Correlates a region with the true code and with decoys; null while there is too little to tell. */
export function respond(
  segments: readonly Segment[],
  code: Code,
  decoys: readonly Code[],
  { lags = NORMAL_LAGS, worthFrom = -1 }: RespondOptions = {},
): Response | null {
  const series = scaledSeries(segments);
  if (series.count < MIN_SAMPLES) return null;
  const plans = stepsOf(lags).map((lagMs) => ({ lagMs, shown: slotsInSight(series, segments, lagMs) }));
  const fitOf = (candidate: Code): Fit & { lagMs: number } => {
    const templates = candidate.map((slots) => Uint8Array.from(slots, templateIndex));
    const fits = plans.map(({ lagMs, shown }) => ({ ...fitTemplate(series, shown, templates), lagMs }));
    return fits.reduce((best, fit) => (fit.correlation > best.correlation ? fit : best));
  };
  const own = fitOf(code);
  if (own.correlation < worthFrom) return { samples: series.count, ...own, z: 0, p: 1 };
  const others = decoys.map((decoy) => fitOf(decoy).correlation);
  const mean = others.reduce((sum, value) => sum + value, 0) / others.length;
  const spread = Math.sqrt(others.reduce((sum, value) => sum + (value - mean) ** 2, 0) / others.length);
  const asGood = others.filter((value) => value >= own.correlation).length;
  return {
    samples: series.count,
    ...own,
    z: spread > 0 ? (own.correlation - mean) / spread : 0,
    p: (1 + asGood) / (others.length + 1),
  };
}

function stepsOf({ fromMs, toMs }: LagRange): number[] {
  return Array.from({ length: Math.floor((toMs - fromMs) / LAG_STEP_MS) + 1 }, (_, i) => fromMs + i * LAG_STEP_MS);
}

/** The samples of all segments that can be compared with the one before, in one row. */
interface Series {
  count: number;
  /** Of each sample and of the one before it, and how much of that one it remembers. */
  times: { segment: number; atMs: number; beforeMs: number; memory: number }[];
  /** Prewhitened, centred, in spreads and clipped: `CHANNELS` numbers for each sample. */
  values: Float64Array;
  /** Of each channel; infinite where the region has no such channel. */
  spreads: number[];
  /** Of each channel. */
  sums: number[];
  norm: number;
}

function scaledSeries(segments: readonly Segment[]): Series {
  const times: Series['times'] = [];
  const vectors: number[][] = [];
  segments.forEach((segment, index) => {
    const part = prewhiten(segment.samples);
    centre(part.vectors);
    times.push(...part.times.map((time) => ({ segment: index, ...time })));
    vectors.push(...part.vectors);
  });
  const spreads = Array.from({ length: CHANNELS }, (_, channel) => {
    const sizes = vectors.map((vector) => Math.abs(vector[channel]!));
    return sizes.every((size) => size === 0) ? Infinity : Math.max(MIN_SPREAD, median(sizes));
  });
  const clip = (value: number, i: number): number => Math.max(-CLIP, Math.min(CLIP, value / spreads[i % CHANNELS]!));
  const values = Float64Array.from(vectors.flat(), clip);
  const sums = spreads.map((_, channel) => vectors.reduce((sum, _v, i) => sum + values[i * CHANNELS + channel]!, 0));
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return { count: times.length, times, values, spreads, sums, norm };
}

function prewhiten(samples: readonly Sample[]): {
  times: Omit<Series['times'][number], 'segment'>[];
  vectors: number[][];
} {
  const times: Omit<Series['times'][number], 'segment'>[] = [];
  const vectors: number[][] = [];
  let before: { atMs: number; vector: number[] } | null = null;
  for (const { atMs, colour } of samples) {
    if (!colour) continue;
    const vector = vectorOf(colour);
    if (before && atMs - before.atMs <= MAX_GAP_MS) {
      const { atMs: beforeMs, vector: earlier } = before;
      const memory = MEMORY ** ((atMs - beforeMs) / MEMORY_MS);
      times.push({ atMs, beforeMs, memory });
      vectors.push(vector.map((value, i) => value - memory * earlier[i]!));
    }
    before = { atMs, vector };
  }
  return { times, vectors };
}

function centre(vectors: readonly number[][]): void {
  for (let channel = 0; channel < CHANNELS; channel++) {
    const middle = median(vectors.map((vector) => vector[channel]!));
    for (const vector of vectors) vector[channel]! -= middle;
  }
}

function vectorOf({ mean, halves }: RegionColour): number[] {
  const whole = logChroma(mean);
  if (!halves) return [...whole, 0, 0, 0];
  const left = logChroma(halves.left);
  return [...whole, ...logChroma(halves.right).map((value, i) => value - left[i]!)];
}

function logChroma(rgb: Rgb): number[] {
  const logs = rgb.map((value) => Math.log(Math.max(1, value)));
  const mean = (logs[0]! + logs[1]! + logs[2]!) / 3;
  return logs.map((value) => value - mean);
}

/** Number of the slot that lit each sample, and the one before it; -1 for the neutral panel. */
function slotsInSight({ times }: Series, segments: readonly Segment[], lagMs: number): Int16Array {
  const indexAt = (segment: number, atMs: number): number =>
    segments[segment]!.shownAtMs.findLastIndex((shown) => shown <= atMs - lagMs);
  return Int16Array.from(
    times.flatMap(({ segment, atMs, beforeMs }) => [indexAt(segment, atMs), indexAt(segment, beforeMs)]),
  );
}

interface Fit {
  correlation: number;
  amplitude: number;
  amplitudeError: number;
}

/** Least squares of the series on one candidate's template. The innermost loop of all: numbers only, nothing is made. */
function fitTemplate(series: Series, shown: Int16Array, templates: readonly Uint8Array[]): Fit {
  const { count, times, values, spreads, sums, norm } = series;
  let cross = 0;
  let power = 0;
  let free = 0;
  for (let channel = 0; channel < CHANNELS; channel++) {
    const spread = spreads[channel]!;
    if (spread === Infinity) continue;
    let sum = 0;
    let squares = 0;
    let products = 0;
    for (let i = 0; i < count; i++) {
      const { segment, memory } = times[i]!;
      const template = templates[segment]!;
      const now = shown[2 * i]!;
      const before = shown[2 * i + 1]!;
      const expected =
        (now < 0 ? 0 : TEMPLATES[template[now]! * CHANNELS + channel]!) -
        memory * (before < 0 ? 0 : TEMPLATES[template[before]! * CHANNELS + channel]!);
      sum += expected;
      squares += expected * expected;
      products += expected * values[i * CHANNELS + channel]!;
    }
    cross += (products - (sum * sums[channel]!) / count) / spread;
    power += (squares - (sum * sum) / count) / (spread * spread);
    free += count;
  }
  if (power <= 0 || norm === 0) return { correlation: 0, amplitude: 0, amplitudeError: Infinity };
  const left = Math.max(0, norm ** 2 - (cross * cross) / power);
  // The three channels of a colour have their mean taken out: two of them are free.
  const freedom = Math.max(1, (2 / 3) * free - 1);
  return {
    correlation: cross / (norm * Math.sqrt(power)),
    amplitude: cross / power,
    amplitudeError: Math.sqrt(left / freedom / power),
  };
}

function templateIndex({ hue, halves }: Slot): number {
  return hue + (halves ? HUES : 0);
}

/** `CHANNELS` numbers for each kind of slot. */
const TEMPLATES = Float64Array.from(
  Array.from({ length: 2 * HUES }, (_, i) => makeTemplate({ hue: i % HUES, halves: i >= HUES })).flat(),
);

/**
 * What a slot does to log colours. Whoever faces the screen has its left half on the left side of his face, which is on
 * the right of the picture that his camera sends.
 */
function makeTemplate({ hue, halves }: Slot): number[] {
  const left = directionOf(hue);
  const right = halves ? directionOf(oppositeOf(hue)) : left;
  const whole = withoutMean(left.map((value, i) => (value + right[i]!) / 2));
  const sides = withoutMean(left.map((value, i) => SIDES_WEIGHT * (value - right[i]!)));
  return [...whole, ...sides];
}

function withoutMean(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
