import type { CauseCode } from '../../protocol/assessment.ts';
import type { Evidence } from '../protocol.ts';
import { abstained, looked } from './evidence.ts';

/** What one key frame shows of the one face in it. All vectors have length 1. */
export interface IdentitySample {
  atMs: number;
  embedding: Float32Array;
  /** The upper and the lower half of the face alone; needed only when `wantsHalves` says so. */
  halves: { upper: Float32Array; lower: Float32Array } | null;
  yawDeg: number;
  quality: number;
}

export interface IdentityJudgement {
  evidence: Evidence;
  /** Something differs, but not yet for long enough: look more often. */
  suspicious: boolean;
}

/**
 * A10, identity continuity: is it still the face with which this camera began?
 *
 * Can tell: a face swap that is switched on (or off) in mid-call, another person in the seat. Cannot tell: a swap that
 * was on from the start, which is perfectly continuous; so no change says nothing, and `llr` is 0 then. A change is no
 * proof of fraud either: a colleague may have sat down. Faces are compared within one participant's stay in one call
 * only; the vectors live here, are never sent, stored or logged, and go with the participant.
 *
 * Numbers: DETECTION section 5 (51 pairs of clips, 46 people, one swap tool, 8.4 minutes of genuine video). With this
 * code, through VP8 at three quantisers: 12 genuine clips at most 0.18 for five faces together and 0.28 for one alone,
 * 7 of them swapped at least 0.30 and 0.33.
 */
export class IdentityContinuity {
  #baseline: Reference | null = null;
  /** The face of the camera before; compared more leniently, as another sensor and angle change the vector. */
  #earlier: Reference | null = null;
  #gathered: IdentitySample[] = [];
  #probe: IdentitySample[] = [];
  readonly #againstBaseline = new Comparison(CHANGE_DISTANCE);
  readonly #againstEarlier = new Comparison(CAMERA_CHANGE_DISTANCE);

  /** Halves tell a covered face from another one. They cost two more embeddings, so they are asked for when needed. */
  get wantsHalves(): boolean {
    return this.#baseline ? this.#suspicious : this.#gathered.length >= BASELINE_SAMPLES - BASELINE_HALVES;
  }

  get #suspicious(): boolean {
    return this.#againstBaseline.suspicious || this.#againstEarlier.suspicious;
  }

  /** Another camera or track: it begins with a baseline of its own. */
  changeTrack(): void {
    this.#earlier = this.#baseline ?? this.#earlier;
    this.#baseline = null;
    this.#gathered = [];
    this.#probe = [];
    this.#againstBaseline.reset();
    this.#againstEarlier.reset();
  }

  /** Whoever is there from now on is the one to compare with. */
  forget(): void {
    this.changeTrack();
    this.#earlier = null;
  }

  /** The key frame shows no face that could be compared. The ones before it stay: a turn of the head ends nothing. */
  skip(atMs: number, reason: CauseCode): IdentityJudgement {
    return { evidence: abstained(stretch(atMs, atMs), reason), suspicious: false };
  }

  /** Takes a face and says whether it is the one that was there before. */
  push(sample: IdentitySample): IdentityJudgement {
    if (this.#baseline && Math.abs(sample.yawDeg - this.#baseline.yawDeg) > MAX_YAW_DEG) {
      return this.skip(sample.atMs, 'turned_away');
    }
    const last = this.#probe.at(-1);
    if (last && sample.atMs - last.atMs > MAX_PROBE_GAP_MS) this.#probe = [];
    this.#probe.push(sample);
    if (this.#probe.length > PROBE_SAMPLES) this.#probe.shift();
    const probe = referenceOf(this.#probe);
    const details: Record<string, number> = {};
    if (this.#earlier) details.earlierDistance = this.#againstEarlier.update(this.#earlier, probe, this.#probe);
    if (this.#baseline) details.distance = this.#againstBaseline.update(this.#baseline, probe, this.#probe);
    else this.#gather(sample);
    return this.#judge(probe, details);
  }

  #judge(probe: Reference, details: Record<string, number>): IdentityJudgement {
    const at = stretch(this.#probe[0]!.atMs, this.#probe.at(-1)!.atMs, details);
    if (this.#againstBaseline.changed && this.#baseline) {
      const ratio = ratioOfHalves(this.#baseline, probe);
      if (ratio !== null) details.halvesRatio = ratio;
      // Glasses change the upper half alone, a mask the lower one; another face changes both.
      if (ratio !== null && (ratio < MIN_HALVES_RATIO || ratio > MAX_HALVES_RATIO)) {
        return { evidence: abstained(at, 'face_covered'), suspicious: false };
      }
      return { evidence: looked(at, { llr: CHANGED_LLR, quality: 1, code: 'face_changed' }), suspicious: false };
    }
    if (this.#againstEarlier.changed) {
      return { evidence: looked(at, { llr: CAMERA_CHANGED_LLR, quality: 1, code: 'face_changed' }), suspicious: false };
    }
    const suspicious = this.#suspicious;
    if (!this.#baseline || suspicious) return { evidence: abstained(at, 'gathering'), suspicious };
    const quality = this.#probe.reduce((sum, sample) => sum + sample.quality, 0) / this.#probe.length;
    return { evidence: looked(at, { llr: 0, quality, code: 'ok' }), suspicious: false };
  }

  #gather(sample: IdentitySample): void {
    this.#gathered.push(sample);
    if (this.#gathered.length < BASELINE_SAMPLES) return;
    this.#baseline = referenceOf(this.#gathered);
    this.#gathered = [];
  }
}

/** How the newest faces compare with one reference. */
class Comparison {
  /** The newest face alone, or the newest ones together, are too far away; that is not enough to say so. */
  suspicious = false;
  /** Too far away in several full windows in a row, and suspicious ever since. */
  changed = false;
  readonly #threshold: number;
  #windows = 0;

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** @returns The distance of the newest faces together. */
  update(reference: Reference, probe: Reference, samples: readonly IdentitySample[]): number {
    const apart = cosineDistance(reference.embedding, probe.embedding);
    const newestApart = cosineDistance(reference.embedding, samples.at(-1)!.embedding);
    const above = apart > this.#threshold;
    this.suspicious = above || newestApart > this.#threshold;
    if (!above) this.#windows = 0;
    else if (samples.length === PROBE_SAMPLES) this.#windows++;
    if (this.#windows >= WINDOWS_IN_A_ROW) this.changed = true;
    else if (!this.suspicious) this.changed = false;
    return apart;
  }

  reset(): void {
    this.suspicious = false;
    this.changed = false;
    this.#windows = 0;
  }
}

const VERSION = 'faceres-1';
const BASELINE_SAMPLES = 8;
/** The last ones of a baseline, of which the halves are taken as well. */
const BASELINE_HALVES = 3;
const PROBE_SAMPLES = 5;
const CHANGE_DISTANCE = 0.25;
const CAMERA_CHANGE_DISTANCE = 0.4;
const WINDOWS_IN_A_ROW = 3;
const MAX_YAW_DEG = 25;
/** Looks of a window on a machine that is too busy may be so far apart. */
const MAX_PROBE_GAP_MS = 8000;
const CHANGED_LLR = 3;
const CAMERA_CHANGED_LLR = 1;
const MIN_HALVES_RATIO = 0.45;
const MAX_HALVES_RATIO = 4;

interface Reference {
  embedding: Float32Array;
  halves: { upper: Float32Array; lower: Float32Array } | null;
  yawDeg: number;
}

function referenceOf(samples: readonly IdentitySample[]): Reference {
  const halves = samples.flatMap((sample) => sample.halves ?? []);
  return {
    embedding: meanOf(samples.map((sample) => sample.embedding)),
    halves:
      halves.length > 0
        ? { upper: meanOf(halves.map((h) => h.upper)), lower: meanOf(halves.map((h) => h.lower)) }
        : null,
    yawDeg: samples.reduce((sum, sample) => sum + sample.yawDeg, 0) / samples.length,
  };
}

function ratioOfHalves(reference: Reference, probe: Reference): number | null {
  if (!reference.halves || !probe.halves) return null;
  const upper = cosineDistance(reference.halves.upper, probe.halves.upper);
  const lower = cosineDistance(reference.halves.lower, probe.halves.lower);
  return upper / Math.max(lower, 1e-6);
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]! / vectors.length;
  return mean;
}

/** 1 - cos of the angle: 0 for the same direction, 1 for none in common. */
export function cosineDistance(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return aa > 0 && bb > 0 ? 1 - dot / Math.sqrt(aa * bb) : 1;
}

function stretch(fromMs: number, toMs: number, details: Record<string, number> = {}) {
  return { analyzer: 'identity_continuity' as const, version: VERSION, fromMs, toMs, details };
}
