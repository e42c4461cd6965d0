import assert from 'node:assert/strict';
import fc from 'fast-check';
import { basis, basisOf, ledgerOf, recompute } from '../../../src/assessment/basis.ts';
import { emptyLedger, remember } from '../../../src/assessment/ledger.ts';
import { fuse, riskOf, termsOf } from '../../../src/assessment/risk.ts';
import { abstention, anyEvidence, evidenceOf, NOW_MS } from '../../support/evidence.ts';

const facts = { nowMs: NOW_MS, verified: false, reason: null, last: null, settings: 'settings' } as const;
const ledger = remember(emptyLedger, [
  evidenceOf('face_presence'),
  evidenceOf('stream_integrity', { llr: 6, code: 'frozen', details: { repeats: 3 } }),
  abstention('identity_continuity'),
]);
const stored = fuse(ledger, NOW_MS, false);

describe('basis of a result', () => {
  it('gives the same result again after it was written and read, whatever was seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyEvidence, { maxLength: 4 }), { maxLength: 12 }),
        fc.boolean(),
        (looks, verified) => {
          const seen = looks.reduce(remember, emptyLedger);
          const kept: unknown = JSON.parse(JSON.stringify(basisOf({ ...facts, ledger: seen, verified })));
          const { differences, sameRules } = recompute(basis.parse(kept), {
            ...fuse(seen, NOW_MS, verified),
            reason: null,
          });
          assert.deepEqual(differences, []);
          assert.ok(sameRules);
        },
      ),
    );
  });

  it('holds each word once, though it may be the newest, the finding and the last', () => {
    const kept = basisOf({ ...facts, ledger });
    assert.equal(kept.evidence.length, 3);
    assert.deepEqual(ledgerOf(kept), ledger);
  });

  it('explains a risk as a sum of terms, none of them of who abstained', () => {
    const terms = termsOf(ledger, NOW_MS);
    assert.deepEqual(
      terms.map(({ evidence }) => evidence.analyzer),
      ['face_presence', 'stream_integrity'],
    );
    const sum = terms.reduce((total, { logOdds }) => total + logOdds, Math.log(1 / 20));
    assert.ok(Math.abs(1 / (1 + Math.exp(-sum)) - riskOf(ledger, NOW_MS)) < 1e-12);
  });

  const changes = {
    'a risk that was lowered': { ...stored, reason: null, risk: 0.1 },
    'a status that was changed': { ...stored, reason: null, status: 'safe' },
    'a reason that was put in': { ...stored, reason: 'camera_off' },
  };
  for (const [what, row] of Object.entries(changes)) {
    it(`finds ${what}`, () => {
      assert.equal(recompute(basisOf({ ...facts, ledger }), row).differences.length, 1);
    });
  }

  it('finds evidence that was taken out or changed', () => {
    const kept = basisOf({ ...facts, ledger });
    assert.throws(
      () => recompute({ ...kept, evidence: kept.evidence.slice(0, 2) }, { ...stored, reason: null }),
      /does not hold/,
    );
    const softened = kept.evidence.map((item) => ({ ...item, llr: 0 }));
    assert.ok(recompute({ ...kept, evidence: softened }, { ...stored, reason: null }).differences.length > 0);
  });

  it('confirms that nothing was scored, with the reason', () => {
    const kept = basisOf({ ...facts, ledger, reason: 'no_video' });
    const row = { status: 'unscored', assurance: 'none', reason: 'no_video', risk: null, confidence: null };
    assert.deepEqual(recompute(kept, row).differences, []);
  });

  it('tells when the rules are others today', () => {
    assert.equal(
      recompute({ ...basisOf({ ...facts, ledger }), rules: 'older' }, { ...stored, reason: null }).sameRules,
      false,
    );
  });
});
