import assert from 'node:assert/strict';
import {
  drawMovements,
  judgeMovements,
  judgeStep,
  type MovementStep,
} from '../../../../src/assessment/challenges/movements.ts';
import type { TimedGlimpse } from '../../../../src/assessment/challenges/Run.ts';
import type { Movement } from '../../../../src/protocol/challenge.ts';
import { seededDice } from '../../../support/lightTraces.ts';

type Face = NonNullable<TimedGlimpse['face']>;

const START_MS = 1_800_000_000_000;

function glimpse(atMs: number, face: Partial<Face> | null = {}): TimedGlimpse {
  const rgb: [number, number, number] = [120, 110, 100];
  const shape = { x: 100, y: 100, sizePx: 80, yawDeg: 0, pitchDeg: 0, mouthOpen: 0.02, eyesOpen: 0.3 };
  return {
    atMs,
    face: face && { ...shape, mean: rgb, left: rgb, right: rgb, ...face },
    neck: null,
    background: null,
  };
}

const atRest = [0, 1, 2, 3].map((i) => glimpse(START_MS - 2000 + 500 * i));

/** A step in which each face was seen, half a second apart, the first 600 ms after the instruction. */
function step(movement: Movement, faces: readonly (Partial<Face> | null)[]): MovementStep {
  return { movement, shownAtMs: START_MS, glimpses: faces.map((face, i) => glimpse(START_MS + 600 + 500 * i, face)) };
}

describe('movement check', () => {
  it('asks for both turns and one thing more, in every order', () => {
    const drawn = Array.from({ length: 200 }, (_, seed) => drawMovements(seededDice(seed)));
    for (const movements of drawn) {
      assert.equal(movements.length, 3);
      assert.ok(movements.includes('turn_left') && movements.includes('turn_right'));
      assert.ok(movements.includes('open_mouth') !== movements.includes('close_eyes'));
    }
    assert.equal(new Set(drawn.map((movements) => movements.join())).size, 12);
  });

  it('sees a turn to the side that was asked for, in two key frames', () => {
    assert.equal(judgeStep(step('turn_left', [{}, { yawDeg: 30 }, { yawDeg: 33 }]), atRest), 'done');
    assert.equal(judgeStep(step('turn_right', [{ yawDeg: -28 }, { yawDeg: -40 }]), atRest), 'done');
    assert.equal(judgeStep(step('turn_left', [{ yawDeg: 30 }, {}]), atRest), 'missing');
    assert.equal(judgeStep(step('turn_left', [{ yawDeg: 20 }, { yawDeg: 24 }]), atRest), 'missing');
  });

  it('tells the other side from the one that was asked for', () => {
    assert.equal(judgeStep(step('turn_left', [{ yawDeg: -30 }, { yawDeg: -33 }]), atRest), 'wrong');
  });

  it('takes nothing for an answer that was there before anybody could react', () => {
    const early = [glimpse(START_MS + 20, { yawDeg: 40 }), glimpse(START_MS + 150, { yawDeg: 40 })];
    assert.equal(judgeStep({ movement: 'turn_left', shownAtMs: START_MS, glimpses: early }, atRest), 'missing');
  });

  it('measures mouth and eyes against the same face at rest', () => {
    assert.equal(judgeStep(step('open_mouth', [{ mouthOpen: 0.4 }, { mouthOpen: 0.5 }]), atRest), 'done');
    assert.equal(judgeStep(step('open_mouth', [{ mouthOpen: 0.1 }, { mouthOpen: 0.2 }]), atRest), 'missing');
    const closed = { eyesOpen: 0.15 };
    assert.equal(judgeStep(step('close_eyes', [closed, closed, closed]), atRest), 'done');
    // A blink.
    assert.equal(judgeStep(step('close_eyes', [closed, {}, closed, {}]), atRest), 'missing');
    assert.equal(judgeStep(step('close_eyes', [closed, closed, closed]), []), 'missing');
  });

  it('passes when all were done, and otherwise fails nobody', () => {
    const left = step('turn_left', [{ yawDeg: 30 }, { yawDeg: 33 }]);
    const right = step('turn_right', [{ yawDeg: -30 }, { yawDeg: -33 }]);
    const mouth = step('open_mouth', [{ mouthOpen: 0.4 }, { mouthOpen: 0.5 }]);
    const passed = judgeMovements([left, mouth, right], atRest);
    assert.deepEqual([passed.result, passed.llr], ['passed', -2]);
    const recorded = judgeMovements(
      [{ ...left, movement: 'turn_right' }, mouth, { ...right, movement: 'turn_left' }],
      atRest,
    );
    assert.deepEqual([recorded.result, recorded.reason, recorded.llr], ['inconclusive', 'wrong_movement', 0]);
    const still = judgeMovements([step('turn_left', [{}, {}]), mouth], atRest);
    assert.deepEqual([still.result, still.reason], ['inconclusive', 'not_seen']);
    const away = judgeMovements([step('turn_left', [null, null, {}])], atRest);
    assert.deepEqual([away.result, away.reason], ['inconclusive', 'no_face']);
  });
});
