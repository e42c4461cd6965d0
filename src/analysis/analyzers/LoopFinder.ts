import { distance } from './thumbnail.ts';
import { equalEncoding, NOISE_SEEN, SAME_PICTURE, sameSize, tolerance, type IntegritySample } from './pictures.ts';

/** What the newest picture says of a loop. */
export interface LoopJudgement {
  looped: boolean;
  /** Pictures that came again at the lag that fits best. */
  repeats: number;
  /** Milliseconds from a picture to its repetition; 0 while there is none. */
  lagMs: number;
  /** How near the newest picture came to an earlier one, as a share of what moves: 1 is what strangers have. */
  nearest: number;
  /** When the next picture would tell most; epoch, milliseconds. Null when any time is as good. */
  nextAtMs: number | null;
}

/**
 * The part of A1 that looks for loops and replays: does what was shown come again?
 *
 * [Note: How a loop is found by few pictures] A person who moves never comes back to the very same picture: 29 genuine
 * clips had, at lags of 3 s and more, no two pictures nearer than 0.29 of what moved, while the same picture of a file,
 * encoded at another quantiser, is within `tolerance`, and 50 ms beside it mostly within 0.4 of what moves. One
 * picture a second at random moments hits an earlier moment of the loop by that much every few seconds. Such a chance
 * hit proposes a lag; from then on the next pictures are asked for exactly one lag after earlier ones, with small steps
 * to both sides, so that in a loop each of them is a repetition, and in a genuine stream hardly any.
 *
 * A repetition counts only where something moves: it has to be far nearer than the pictures before it are, both then
 * and now. So somebody who sits still for minutes repeats nothing, and a loop of somebody who sits still is found only
 * by pictures that are equal to the bit, which takes long.
 */
export class LoopFinder {
  #samples: IntegritySample[] = [];
  #hits: Hit[] = [];
  #candidate: Candidate | null = null;
  #sinceRepeat = Infinity;
  #found = false;

  push(sample: IntegritySample): LoopJudgement {
    const nearest = this.#compare(sample);
    this.#samples.push(sample);
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    const group = this.#bestGroup();
    const repeated = this.#hits.some(({ atMs, repeat }) => repeat && atMs === sample.atMs);
    this.#sinceRepeat = repeated ? 0 : this.#sinceRepeat + 1;
    if (group.repeats >= REPEATS_NEEDED) this.#found = this.#found || repeated;
    if (this.#sinceRepeat > LOOKS_TO_RECOVER) {
      this.#found = false;
      this.#hits = [];
    }
    this.#propose(sample);
    return { looped: this.#found, ...group, nearest, nextAtMs: this.#nextAtMs(sample) };
  }

  /** Compares a picture with all before it and keeps what comes near. */
  #compare(sample: IntegritySample): number {
    const before = this.#samples.filter((other) => sameSize(other, sample));
    const previous = before.at(-1);
    if (before.length < MIN_SAMPLES || !previous) return 1;
    const distances = before.map((other) => distance(other.thumbnail, sample.thumbnail));
    const typical = medianOf(distances);
    const now = Math.min(typical, distances.at(-1)!);
    // A frozen picture repeats itself to the bit as well; in a loop others of the same quantiser lie between.
    const varied = before.some((o, i) => equalEncoding(o, sample) && distances[i]! > NOISE_SEEN);
    let nearest = 1;
    for (const [i, other] of before.entries()) {
      const lagMs = sample.atMs - other.atMs;
      if (lagMs < MIN_LAG_MS) break;
      const apart = distances[i]!;
      const exact = varied && apart < SAME_PICTURE && equalEncoding(other, sample);
      if (!exact && apart >= now) continue;
      const motion = Math.min(now, motionAround(before, i));
      const limit = tolerance(other, sample);
      const moving = motion >= MOVES * limit;
      if (moving) nearest = Math.min(nearest, apart / motion);
      if (!exact && !(moving && apart <= CANDIDATE_SHARE * motion)) continue;
      const repeat = exact || apart <= Math.max(limit, REPEAT_SHARE * motion);
      this.#hits.push({ atMs: sample.atMs, lagMs, nearness: apart / Math.max(motion, limit), repeat });
    }
    this.#hits = this.#hits.slice(-MAX_HITS);
    return nearest;
  }

  /** The lag at which most pictures came again. */
  #bestGroup(): { repeats: number; lagMs: number } {
    let best = { repeats: 0, lagMs: 0 };
    const repeats = this.#hits.filter(({ repeat }) => repeat);
    for (const { lagMs } of repeats) {
      const times = new Set(repeats.filter((hit) => Math.abs(hit.lagMs - lagMs) <= LAG_SPREAD_MS).map((h) => h.atMs));
      if (times.size > best.repeats) best = { repeats: times.size, lagMs };
    }
    return best;
  }

  /** Takes the newest hit as the lag to try, and gives a lag up that was tried at all its steps in vain. */
  #propose({ atMs }: IntegritySample): void {
    const newest = this.#hits.filter((hit) => hit.atMs === atMs);
    const [nearest] = newest.toSorted((a, b) => a.nearness - b.nearness);
    const candidate = this.#candidate;
    if (nearest && (nearest.repeat || !candidate || nearest.nearness < candidate.nearness)) {
      this.#candidate = { lagMs: nearest.lagMs, nearness: nearest.nearness, step: 0 };
    } else if (candidate && ++candidate.step >= STEPS_MS.length) {
      this.#candidate = null;
    }
  }

  /** One lag after an earlier picture, soon. */
  #nextAtMs({ atMs }: IntegritySample): number | null {
    if (!this.#candidate) return null;
    const shiftMs = this.#candidate.lagMs + STEPS_MS[this.#candidate.step]!;
    const times = this.#samples.map((sample) => sample.atMs + shiftMs);
    const next = times.find((time) => time >= atMs + SOONEST_MS);
    return next !== undefined && next <= atMs + LATEST_MS ? Math.round(next) : null;
  }
}

interface Hit {
  atMs: number;
  lagMs: number;
  /** Distance as a share of what moves. */
  nearness: number;
  /** Near enough to be the same picture. */
  repeat: boolean;
}

interface Candidate {
  lagMs: number;
  nearness: number;
  /** Which of the steps beside the lag is tried next. */
  step: number;
}

/** 0.6 MB a camera; some four minutes of windows. */
const MAX_SAMPLES = 240;
const MAX_HITS = 200;
const MIN_SAMPLES = 3;
/** Nearer ones are alike because little time has passed. */
const MIN_LAG_MS = 2500;
/** Motion below this multiple of what a change of the quantiser does says nothing. */
const MOVES = 2.5;
/** Shares of what moves; see the note above. */
const REPEAT_SHARE = 0.15;
const CANDIDATE_SHARE = 0.45;
const LAG_SPREAD_MS = 120;
const REPEATS_NEEDED = 3;
/** A stream that repeats nothing for so many looks loops no more. */
const LOOKS_TO_RECOVER = 20;
/** Half a picture at 20 to 30 a second, to both sides. */
const STEPS_MS = [0, 25, -25, 50, -50, 75, -75, 100, -100, 0];
const SOONEST_MS = 600;
const LATEST_MS = 1600;

/** How far a picture is from the ones before and after it. */
function motionAround(samples: readonly IntegritySample[], i: number): number {
  const sample = samples[i]!;
  const neighbours = [samples[i - 1], samples[i + 1]].filter((other) => other !== undefined);
  if (neighbours.length === 0) return 0;
  return Math.min(...neighbours.map((other) => distance(other.thumbnail, sample.thumbnail)));
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
