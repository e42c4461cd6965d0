import assert from 'node:assert/strict';
import fc from 'fast-check';
import { emptyLedger, remember } from '../../../src/assessment/ledger.ts';
import {
  climb,
  isProven,
  isTaken,
  lowestRung,
  type Ladder,
  type Measure,
  type PolicySettings,
} from '../../../src/assessment/policy.ts';
import { fuse } from '../../../src/assessment/risk.ts';
import type { Assessment, Cause } from '../../../src/protocol/assessment.ts';
import { anyEvidence, NOW_MS } from '../../support/evidence.ts';

const settings: PolicySettings = { mode: 'enforce', challenge: 'on_suspicion', challengeEveryMs: 1_800_000 };
const looped: Cause = { analyzer: 'stream_integrity', outcome: 'found', code: 'looped' };
const unlit: Cause = { analyzer: 'illumination', outcome: 'found', code: 'failed' };
const otherFace: Cause = { analyzer: 'identity_continuity', outcome: 'found', code: 'face_changed' };
const model: Cause = { analyzer: 'image_model', outcome: 'found', code: 'failed' };

function seen(said: Partial<Assessment> = {}): Assessment {
  return {
    status: 'safe',
    assurance: 'passive',
    reason: null,
    risk: 0.05,
    confidence: 0.6,
    causes: [],
    scannedAt: null,
    verifiedAt: null,
    modelVersions: {},
    ...said,
  };
}

const proven = seen({ status: 'risk', risk: 0.95, confidence: 0.85, causes: [looped] });
const suspicious = seen({ status: 'undetermined', risk: 0.62, confidence: 0.5, causes: [model] });

/** Takes looks in, 2 s apart, and says what began with each. */
function run(
  looks: readonly Assessment[],
  options: { from?: Ladder; settings?: PolicySettings; verified?: boolean; checkOpen?: boolean; nowMs?: number } = {},
): { ladder: Ladder; begun: Measure[][] } {
  let ladder = options.from ?? lowestRung;
  const { verified = false, checkOpen = false, nowMs = NOW_MS } = options;
  const begun = looks.map((look, i) => {
    const facts = { nowMs: nowMs + 2000 * i, verified, checkOpen };
    const next = climb(ladder, look, options.settings ?? settings, facts);
    ladder = next.ladder;
    return next.steps.map(({ measure }) => measure);
  });
  return { ladder, begun };
}

describe('policy ladder', () => {
  it('asks three looks of five, and names each measure once', () => {
    const { begun } = run([proven, seen(), proven, seen(), proven, proven, proven]);
    assert.deepEqual(begun.slice(0, 4), [[], [], [], []]);
    assert.deepEqual(begun[4]?.toSorted(), ['hold', 'offer_challenge', 'warn']);
    assert.deepEqual(begun.slice(5), [[], []]);
    assert.deepEqual(run([proven, seen(), seen(), seen(), seen(), proven, proven]).begun.flat(), []);
  });

  it('warns, but does not hold, below the risk or confidence of a hold', () => {
    for (const look of [
      { ...proven, confidence: 0.79 },
      { ...proven, risk: 0.89 },
    ]) {
      assert.deepEqual(run([look, look, look]).begun.flat().toSorted(), ['offer_challenge', 'warn']);
    }
    const failed = seen({ status: 'risk', risk: 0.88, confidence: 0.7, causes: [unlit] });
    assert.deepEqual(run([failed, failed, failed]).begun.flat().toSorted(), ['offer_challenge', 'warn']);
  });

  it('offers a check on suspicion and on a change of face, and not again for three minutes', () => {
    const changed = seen({ status: 'undetermined', risk: 0.5, confidence: 0.6, causes: [otherFace] });
    for (const look of [suspicious, changed]) {
      const first = run([look, look, look, look]);
      assert.deepEqual(first.begun.flat(), ['offer_challenge']);
      assert.deepEqual(run([look, look], { from: first.ladder, nowMs: NOW_MS + 170_000 }).begun.flat(), []);
      assert.deepEqual(run([look], { from: first.ladder, nowMs: NOW_MS + 190_000 }).begun.flat(), ['offer_challenge']);
    }
  });

  it('offers nothing while a check is open, was passed, or never by the settings', () => {
    const looks = [suspicious, suspicious, suspicious, suspicious];
    assert.deepEqual(run(looks, { checkOpen: true }).begun.flat(), []);
    assert.deepEqual(run(looks, { verified: true }).begun.flat(), []);
    for (const challenge of ['never', 'on_request'] as const) {
      assert.deepEqual(run(looks, { settings: { ...settings, challenge } }).begun.flat(), []);
    }
  });

  it('offers one at the door, or again and again, when so set', () => {
    const atDoor: PolicySettings = { ...settings, challenge: 'at_door' };
    assert.deepEqual(run([seen(), seen(), seen()], { settings: atDoor }).begun, [['offer_challenge'], [], []]);
    assert.deepEqual(run([seen({ status: 'unscored', risk: null, confidence: null })], { settings: atDoor }).begun, [
      [],
    ]);
    const every: PolicySettings = { ...settings, challenge: 'every', challengeEveryMs: 3000 };
    const { begun } = run([seen(), seen(), seen(), seen(), seen()], { settings: every });
    assert.deepEqual(begun, [['offer_challenge'], [], ['offer_challenge'], [], ['offer_challenge']]);
  });

  it('releases with the pass of a check, at once, and starts from the bottom', () => {
    const { ladder } = run([proven, proven, proven]);
    assert.ok(ladder.held);
    const after = run([proven, proven], { from: ladder, verified: true });
    assert.deepEqual(after.begun[0], ['release']);
    assert.ok(!after.ladder.held);
    // Time and calm alone release nobody.
    assert.ok(run(Array<Assessment>(50).fill(seen()), { from: ladder }).ladder.held);
  });

  it('takes what the mode allows', () => {
    const taken = (mode: PolicySettings['mode']): Measure[] =>
      (['offer_challenge', 'warn', 'hold', 'release'] as const).filter((measure) =>
        isTaken({ measure, reason: 'proven' }, mode),
      );
    assert.deepEqual(taken('off'), []);
    assert.deepEqual(taken('observe'), []);
    assert.deepEqual(taken('warn'), ['offer_challenge', 'warn']);
    assert.deepEqual(taken('enforce'), ['offer_challenge', 'warn', 'hold', 'release']);
  });

  it('never goes beyond an offered check for what was only looked at, whatever it was', () => {
    const passive = new Set(['baseline_drift', 'image_model', 'presentation_attack', 'audio_integrity', 'audio_model']);
    const also = new Set([...passive, 'identity_continuity', 'face_presence', 'device_hints']);
    const onlyLookedAt = anyEvidence.filter(({ analyzer }) => also.has(analyzer));
    fc.assert(
      fc.property(fc.array(fc.array(onlyLookedAt, { maxLength: 8 }), { minLength: 3, maxLength: 12 }), (looks) => {
        let ledger = emptyLedger;
        const assessments = looks.map((evidence) => {
          ledger = remember(ledger, evidence);
          return seen(fuse(ledger, NOW_MS, false));
        });
        assert.ok(assessments.every(({ causes }) => !isProven(causes)));
        const { begun } = run(assessments);
        assert.ok(begun.flat().every((measure) => measure === 'offer_challenge'));
      }),
    );
  });

  it('holds and warns only for what a proving analyzer found in three of the last five looks', () => {
    const look = fc
      .record({
        status: fc.constantFrom('safe', 'risk', 'undetermined'),
        risk: fc.double({ min: 0, max: 1, noNaN: true }),
        confidence: fc.double({ min: 0, max: 1, noNaN: true }),
        causes: fc.subarray([looped, unlit, otherFace, model]),
      })
      .map((said) => seen(said as Partial<Assessment>));
    fc.assert(
      fc.property(fc.array(look, { maxLength: 20 }), (looks) => {
        const { begun } = run(looks);
        begun.forEach((measures, i) => {
          if (!measures.includes('hold')) return;
          const strong = looks.slice(Math.max(0, i - 4), i + 1).filter((one) => {
            return isProven(one.causes) && one.risk! >= 0.9 && one.confidence! >= 0.8;
          });
          assert.ok(strong.length >= 3);
        });
      }),
    );
  });
});
