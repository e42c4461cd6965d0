import assert from 'node:assert/strict';
import { drawSlots, type Rgb } from '../../../../src/assessment/challenges/lightCode.ts';
import type { Sample } from '../../../../src/assessment/challenges/lightResponse.ts';
import {
  followsAlready,
  judgeLight,
  type EarlierCode,
  type LightEvidence,
  type LightVerdict,
} from '../../../../src/assessment/challenges/lightVerdict.ts';
import { decoysFor, seededDice, showCode, tracesOf, type Lit, type ShownCode } from '../../../support/lightTraces.ts';
import { generator } from '../../../support/random.ts';

/** How strongly each region follows the screen; `still` regions have the noise of a wall. */
interface Room {
  face: Lit;
  neck?: Lit;
  background?: Lit;
}

const WALL = 0.003;
const SECONDS = 19;

interface Check {
  code: ShownCode;
  evidence: LightEvidence;
}

/** One run in a room; `answered` is what the light there follows, which in an attack is not what was shown. */
function checkIn(room: Room, seed: number, answered?: ShownCode): Check {
  const code = showCode(SECONDS, seededDice(seed));
  const random = generator(seed * 31 + 7);
  const trace = (lit: Lit): Sample[] => tracesOf(answered ?? code, lit, random);
  const face = trace(room.face);
  const neck = trace(room.neck ?? room.face);
  const background = trace(room.background ?? { modulation: 0, noise: WALL });
  const mean = (samples: Sample[], i: number): Rgb => samples[Math.min(i, samples.length - 1)]!.colour!.mean;
  const glimpses = face.map(({ atMs, colour }, i) => ({
    atMs,
    face: { x: 200, y: 120, sizePx: 90, mean: colour!.mean, left: colour!.halves!.left, right: colour!.halves!.right },
    neck: mean(neck, i),
    background: mean(background, i),
  }));
  return { code, evidence: { slots: code.slots, shownAtMs: code.shownAtMs, glimpses } };
}

function judge(checks: readonly Check[], earlier: readonly EarlierCode[] = []): LightVerdict {
  const decoys = decoysFor(
    checks.map(({ code }) => code),
    300,
    seededDice(99),
  );
  const runs = checks.map(({ evidence }) => evidence);
  return followsAlready(runs, decoys) ?? judgeLight(runs, decoys, earlier);
}

/** Calm people; those with strong expressions are in the table of the model card, since one run says little of them. */
const CALM = 0.012;
/** The noise that gives DETECTION section 4's figures for strong expressions. */
const LIVELY = 0.024;

function countOf(verdicts: readonly LightVerdict[], outcome: LightVerdict['outcome']): number {
  return verdicts.filter((verdict) => verdict.outcome === outcome).length;
}

const seeds = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('light check on simulated traces', function () {
  this.timeout(120_000);

  it('passes calm faces at 1 to 4 % in one run, at the lag that there was', () => {
    for (const modulation of [0.01, 0.02, 0.04]) {
      const verdicts = seeds(8).map((seed) =>
        judge([checkIn({ face: { modulation, noise: CALM, lagMs: 450 } }, seed)]),
      );
      assert.ok(countOf(verdicts, 'passed') >= 7, `${countOf(verdicts, 'passed')} of 8 at ${modulation}`);
      for (const { face } of verdicts) assert.ok(face && Math.abs(face.lagMs - 450) <= 300);
    }
  });

  it('passes lively faces at 2 % within the run and its retry, in 19 of 20', () => {
    const verdicts = seeds(20).map((seed) => {
      const room = { face: { modulation: 0.02, noise: LIVELY } };
      const [first, second] = [checkIn(room, seed), checkIn(room, 1000 + seed)];
      const verdict = judge([first]);
      return verdict.outcome === 'inconclusive' ? judge([first, second]) : verdict;
    });
    assert.ok(countOf(verdicts, 'passed') >= 19, `${countOf(verdicts, 'passed')} of 20`);
    assert.equal(countOf(verdicts, 'failed'), 0);
  });

  it('never passes and never fails a face whose light does not change', () => {
    const verdicts = seeds(60).map((seed) => judge([checkIn({ face: { modulation: 0, noise: CALM } }, seed)]));
    assert.equal(countOf(verdicts, 'inconclusive'), 60);
    assert.ok(verdicts.every(({ reason }) => reason === 'unlit'));
  });

  it('never fails a genuine face, however much more the wall behind it follows', () => {
    const rooms: Room[] = [0.005, 0.01, 0.02].map((modulation) => ({
      face: { modulation, noise: LIVELY },
      background: { modulation: 3 * modulation, noise: WALL },
    }));
    const verdicts = rooms.flatMap((room) => seeds(10).map((seed) => judge([checkIn(room, seed)])));
    assert.equal(countOf(verdicts, 'failed'), 0);
  });

  it('fails a face that ignores the light which its neck and its background follow', () => {
    const room: Room = {
      face: { modulation: 0, noise: 0.006 },
      neck: { modulation: 0.03, noise: 0.006 },
      background: { modulation: 0.03, noise: WALL },
    };
    const verdicts = seeds(10).map((seed) => judge([checkIn(room, seed)]));
    assert.ok(countOf(verdicts, 'failed') >= 9);
    assert.equal(countOf(verdicts, 'passed'), 0);
    assert.ok(verdicts.every(({ outcome, reason }) => outcome !== 'failed' || reason === 'face_unlit'));
  });

  it('fails light that comes back seconds too late', () => {
    const verdicts = seeds(10).map((seed) =>
      judge([checkIn({ face: { modulation: 0.03, noise: CALM, lagMs: 3000 } }, seed)]),
    );
    assert.equal(countOf(verdicts, 'passed'), 0);
    assert.ok(countOf(verdicts, 'failed') >= 9);
    assert.ok(verdicts.every(({ outcome, reason }) => outcome !== 'failed' || reason === 'too_late'));
  });

  it('recognises the recorded answer to an earlier check, and passes no recording at all', () => {
    const known = seeds(10).map((seed) => {
      const recorded = showCode(SECONDS, seededDice(500 + seed));
      const check = checkIn({ face: { modulation: 0.03, noise: CALM } }, seed, recorded);
      const startMs = recorded.shownAtMs[0]!;
      const earlier = { slots: recorded.slots, shownAfterMs: recorded.shownAtMs.map((atMs) => atMs - startMs) };
      const unknown = { slots: drawSlots(SECONDS), shownAfterMs: earlier.shownAfterMs };
      assert.notEqual(judge([check], [unknown]).outcome, 'passed');
      return judge([check], [unknown, earlier]);
    });
    assert.ok(countOf(known, 'failed') >= 9);
    assert.ok(known.every(({ outcome, reason }) => outcome !== 'failed' || reason === 'replayed'));
  });

  it('says that there was no face where there was none', () => {
    const { code, evidence } = checkIn({ face: { modulation: 0.02, noise: CALM } }, 1);
    const glimpses = evidence.glimpses.map(({ atMs }) => ({ atMs, face: null, neck: null, background: null }));
    const verdict = judge([{ code, evidence: { ...evidence, glimpses } }]);
    assert.deepEqual([verdict.outcome, verdict.reason], ['inconclusive', 'no_face']);
  });

  it('drops key frames of fast motion: a head thrown about is looked at in what is left', () => {
    const { code, evidence } = checkIn({ face: { modulation: 0.03, noise: CALM } }, 3);
    const glimpses = evidence.glimpses.map((glimpse, i) =>
      i % 10 === 5 ? { ...glimpse, face: { ...glimpse.face!, x: 300, mean: [90, 90, 200] as const } } : glimpse,
    );
    assert.equal(judge([{ code, evidence: { ...evidence, glimpses } }]).outcome, 'passed');
  });
});
