import type { ChallengeReason, Movement } from '../../protocol/challenge.ts';
import type { Dice } from './lightCode.ts';
import type { TimedGlimpse, Verdict } from './Run.ts';

/*
 * The movement check (DETECTION section 2, A3): which movements, and whether landmarks show them. Pure. A recording
 * would have to hold the right movements in the right order: side and order of the turns and the place of the third one
 * are drawn anew each time. It never fails anybody: who mixes up the sides, or cannot turn, could not be told from it.
 */

export interface MovementStep {
  movement: Movement;
  /** Epoch, milliseconds; null until the page has shown it. */
  shownAtMs: number | null;
  glimpses: TimedGlimpse[];
}

/** 15 % of clips turn further unasked (measured), hence also side and order. */
const TURN_DEG = 25;
/** One key frame may deceive. */
const KEY_FRAMES = 2;
/** Against the same face at rest. */
const MOUTH_OPENS_BY = 0.22;
const EYES_CLOSE_TO = 0.66;
/** A pupil that looks down closes the lid in one key frame; two seconds give three or four of them. */
const EYE_FRAMES = 3;
/** Nobody reacts sooner: what is seen before was not an answer. */
const REACTION_MS = 200;

/** Both turns in random order, with an open mouth or closed eyes somewhere among them. */
export function drawMovements(dice: Dice): Movement[] {
  const movements: Movement[] = dice(2) === 0 ? ['turn_left', 'turn_right'] : ['turn_right', 'turn_left'];
  movements.splice(dice(3), 0, dice(2) === 0 ? 'open_mouth' : 'close_eyes');
  return movements;
}

/** `wrong`: the opposite turn was seen, and not the one that was asked for. */
export function judgeStep(step: MovementStep, atRest: readonly TimedGlimpse[]): 'done' | 'wrong' | 'missing' {
  const { movement, shownAtMs } = step;
  if (shownAtMs === null) return 'missing';
  const faces = facesOf(step.glimpses.filter(({ atMs }) => atMs >= shownAtMs + REACTION_MS));
  const rest = facesOf(atRest);
  const count = (shows: (face: Face) => boolean): number => faces.filter(shows).length;
  switch (movement) {
    case 'turn_left':
    case 'turn_right': {
      // The person's left is the right of the picture, which is where positive angles point to.
      const side = movement === 'turn_left' ? 1 : -1;
      if (count(({ yawDeg }) => side * yawDeg > TURN_DEG) >= KEY_FRAMES) return 'done';
      return count(({ yawDeg }) => -side * yawDeg > TURN_DEG) >= KEY_FRAMES ? 'wrong' : 'missing';
    }
    case 'open_mouth': {
      const closed = middleOf(rest.map(({ mouthOpen }) => mouthOpen)) ?? 0;
      return count(({ mouthOpen }) => mouthOpen > closed + MOUTH_OPENS_BY) >= KEY_FRAMES ? 'done' : 'missing';
    }
    case 'close_eyes': {
      const open = middleOf(rest.map(({ eyesOpen }) => eyesOpen));
      if (open === null) return 'missing';
      return count(({ eyesOpen }) => eyesOpen < open * EYES_CLOSE_TO) >= EYE_FRAMES ? 'done' : 'missing';
    }
  }
}

export function judgeMovements(
  steps: readonly MovementStep[],
  atRest: readonly TimedGlimpse[],
): Omit<Verdict, 'version'> {
  const judged = steps.map((step) => judgeStep(step, atRest));
  const done = judged.filter((outcome) => outcome === 'done').length;
  const details = { steps: steps.length, done, wrong: judged.filter((outcome) => outcome === 'wrong').length };
  if (done === steps.length) return { result: 'passed', reason: 'followed', llr: -2, details };
  const glimpses = steps.flatMap((step) => step.glimpses);
  const faceless = facesOf(glimpses).length < glimpses.length / 2;
  const reason: ChallengeReason = faceless ? 'no_face' : details.wrong > 0 ? 'wrong_movement' : 'not_seen';
  return { result: 'inconclusive', reason, llr: 0, details };
}

type Face = NonNullable<TimedGlimpse['face']>;

function facesOf(glimpses: readonly TimedGlimpse[]): Face[] {
  return glimpses.flatMap(({ face }) => (face ? [face] : []));
}

function middleOf(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null;
}
