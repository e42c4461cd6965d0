import type { Rgb, Slot } from './lightCode.ts';
import {
  respond,
  type Code,
  type RegionColour,
  type RespondOptions,
  type Response,
  type Segment,
} from './lightResponse.ts';

/*
 * What a light check shows (DETECTION section 4). Pure. Only a region that measurably follows the screen while the face
 * measurably does not, light that comes back too late, or the answer to an earlier check counts against anybody.
 */

/** What a key frame says in a check; regions that cannot be seen are null. */
export interface Glimpse {
  /** Arrival; epoch, milliseconds. */
  atMs: number;
  face: { x: number; y: number; sizePx: number; mean: Rgb; left: Rgb; right: Rgb } | null;
  neck: Rgb | null;
  background: Rgb | null;
}

/** One run: what was shown when (epoch, milliseconds), and what was seen meanwhile. */
export interface LightEvidence {
  slots: readonly Slot[];
  shownAtMs: readonly number[];
  glimpses: readonly Glimpse[];
}

/** The answer to an earlier check, as an attacker may have recorded it: times from the beginning of its run. */
export interface EarlierCode {
  slots: readonly Slot[];
  shownAfterMs: readonly number[];
}

export type LightOutcome = 'passed' | 'failed' | 'inconclusive';
export type LightReason = 'followed' | 'face_unlit' | 'too_late' | 'replayed' | 'no_face' | 'unlit';

export interface LightVerdict {
  outcome: LightOutcome;
  reason: LightReason;
  face: Response | null;
  /** Measurements for the record. */
  details: Record<string, number>;
}

/** None of 300 decoys fits as well, and the fit stands out by this many of their deviations. */
const PASS_Z = 4;
const PASS_P = 1 / 300;
/** A pass needs the slots of six seconds, so that no lucky start decides. */
const MIN_SLOTS = 6;
/** Late light and earlier answers are looked for at many lags, so chance has more of them: they have to be clearer. */
const AGAINST_Z = 5;
/** Fits below this never stand out by as much. */
const AGAINST = { worthFrom: 0.2 };
/** A face shows less than this share of what the neck, in the same light, shows; of the background, whose light is its own, less. */
const FACE_TO_NECK = 0.35;
const FACE_TO_BACKGROUND = 0.2;
/** Standard errors that a face's answer is given the benefit of. */
const BENEFIT = 2;
/** Beyond the latest that counts as in time. */
const LATE_LAGS = { fromMs: 1800, toMs: 4500 };
/** A recording may be started a little before or after the check. */
const REPLAY_LAGS = { fromMs: -3000, toMs: 3000 };
/** Between two key frames a head may move by this share of its size; beyond it colours are those of something else. */
const MAX_MOVE = 0.2;
/** In so many of a run's key frames a face has to be seen. */
const MIN_FACE_SHARE = 0.5;

/** Whether the face already follows beyond doubt, so that the check can end. */
export function followsAlready(runs: readonly LightEvidence[], decoys: readonly Code[]): LightVerdict | null {
  const shown = runs.reduce((sum, run) => sum + run.shownAtMs.length, 0);
  if (shown < MIN_SLOTS) return null;
  const face = respondOf(runs, 'face', decoys);
  return face && follows(face, PASS_Z) ? passed(face) : null;
}

/** The verdict at the end of the time. */
export function judgeLight(
  runs: readonly LightEvidence[],
  decoys: readonly Code[],
  earlier: readonly EarlierCode[],
): LightVerdict {
  const face = respondOf(runs, 'face', decoys);
  if (face && follows(face, PASS_Z)) return passed(face);
  const neck = respondOf(runs, 'neck', decoys, AGAINST);
  const background = respondOf(runs, 'background', decoys, AGAINST);
  const details = { ...measured('face', face), ...measured('neck', neck), ...measured('background', background) };
  const say = (outcome: LightOutcome, reason: LightReason): LightVerdict => ({ outcome, reason, face, details });
  if (isUnlitBeside(face, neck, FACE_TO_NECK) || isUnlitBeside(face, background, FACE_TO_BACKGROUND)) {
    return say('failed', 'face_unlit');
  }
  const late = respondOf(runs, 'face', decoys, { ...AGAINST, lags: LATE_LAGS });
  if (late && follows(late, AGAINST_Z)) return say('failed', 'too_late');
  if (earlier.some((code) => answersEarlier(runs, code, decoys))) return say('failed', 'replayed');
  const glimpses = runs.flatMap((run) => run.glimpses);
  const seen = glimpses.filter((glimpse) => glimpse.face !== null).length;
  return say('inconclusive', seen < MIN_FACE_SHARE * Math.max(1, glimpses.length) ? 'no_face' : 'unlit');
}

function passed(face: Response): LightVerdict {
  return { outcome: 'passed', reason: 'followed', face, details: measured('face', face) };
}

function follows({ z, p }: Response, fromZ: number): boolean {
  return z >= fromZ && p <= PASS_P;
}

/** Another region follows, and the face's answer is small beside it even with its uncertainty given to its favour. */
function isUnlitBeside(face: Response | null, region: Response | null, share: number): boolean {
  if (!face || !region || !follows(region, PASS_Z)) return false;
  return face.amplitude + BENEFIT * face.amplitudeError < share * region.amplitude;
}

/** Only the last run: an earlier code is no answer to two of them. */
function answersEarlier(
  runs: readonly LightEvidence[],
  { slots, shownAfterMs }: EarlierCode,
  decoys: readonly Code[],
): boolean {
  const run = runs.at(-1);
  const startMs = run?.shownAtMs[0];
  if (!run || startMs === undefined) return false;
  const replay = { ...run, slots, shownAtMs: shownAfterMs.map((afterMs) => startMs + afterMs) };
  const last = decoys.map((code) => [code.at(-1) ?? []]);
  const response = respondOf([replay], 'face', last, { ...AGAINST, lags: REPLAY_LAGS });
  return response !== null && follows(response, AGAINST_Z);
}

function respondOf(
  runs: readonly LightEvidence[],
  region: 'face' | 'neck' | 'background',
  decoys: readonly Code[],
  options: RespondOptions = {},
): Response | null {
  const segments = runs.map(({ shownAtMs, glimpses }): Segment => {
    const calm = withoutFastMotion(glimpses);
    return { shownAtMs, samples: calm.map((glimpse) => ({ atMs: glimpse.atMs, colour: colourOf(glimpse, region) })) };
  });
  return respond(
    segments,
    runs.map((run) => run.slots),
    decoys,
    options,
  );
}

function colourOf({ face, neck, background }: Glimpse, region: 'face' | 'neck' | 'background'): RegionColour | null {
  if (region === 'face') return face && { mean: face.mean, halves: { left: face.left, right: face.right } };
  const mean = region === 'neck' ? neck : background;
  return mean && { mean, halves: null };
}

function withoutFastMotion(glimpses: readonly Glimpse[]): Glimpse[] {
  return glimpses.filter(({ face }, i) => {
    const before = glimpses[i - 1]?.face;
    if (!face || !before) return true;
    const moved = Math.hypot(face.x - before.x, face.y - before.y) / face.sizePx;
    return moved <= MAX_MOVE && Math.abs(Math.log(face.sizePx / before.sizePx)) <= MAX_MOVE;
  });
}

function measured(region: string, response: Response | null): Record<string, number> {
  if (!response) return {};
  const { z, p, lagMs, samples, amplitude } = response;
  return {
    [`${region}Z`]: z,
    [`${region}P`]: p,
    [`${region}LagMs`]: lagMs,
    [`${region}Samples`]: samples,
    [`${region}Amplitude`]: amplitude,
  };
}
