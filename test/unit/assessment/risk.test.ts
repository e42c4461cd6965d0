import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Evidence } from '../../../src/analysis/protocol.ts';
import { emptyLedger, forgetGenuine, remember, type Ledger } from '../../../src/assessment/ledger.ts';
import { confidenceOf, fuse, riskOf } from '../../../src/assessment/risk.ts';
import type { AnalyzerName } from '../../../src/protocol/assessment.ts';
import { abstention, anyEvidence, evidenceOf, NOW_MS } from '../../support/evidence.ts';

function ledgerOf(...evidence: Evidence[]): Ledger {
  return remember(emptyLedger, evidence);
}

const live = evidenceOf('stream_integrity');
const face = evidenceOf('face_presence');
const sameFace = evidenceOf('identity_continuity');
const frozen = evidenceOf('stream_integrity', { llr: 6, code: 'frozen' });
const changed = evidenceOf('identity_continuity', { llr: 3, code: 'face_changed' });
const failed = evidenceOf('illumination', { llr: 5, code: 'failed' });

const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 0.005, String(actual));

describe('fusion', () => {
  describe('of what there is so far', () => {
    it('is undetermined, without confidence, before anybody has looked', () => {
      const { status, assurance, risk, confidence } = fuse(emptyLedger, NOW_MS, false);
      assert.deepEqual([status, assurance, confidence], ['undetermined', 'none', 0]);
      near(risk, 1 / 21);
    });

    it('calls a live stream with a face safe, passively, with a confidence of 0.6', () => {
      const { status, assurance, confidence } = fuse(ledgerOf(face, live, sameFace), NOW_MS, false);
      assert.deepEqual([status, assurance, confidence], ['safe', 'passive', 0.6]);
    });

    it('calls a frozen picture a risk of 0.95', () => {
      const { status, assurance, risk, confidence } = fuse(ledgerOf(face, frozen), NOW_MS, false);
      assert.deepEqual([status, assurance], ['risk', 'none']);
      near(risk, 0.95);
      assert.ok(confidence > 0.7);
    });

    it('calls a changed face a risk of 0.5, which is undetermined', () => {
      const { status, risk } = fuse(ledgerOf(face, live, changed), NOW_MS, false);
      assert.equal(status, 'undetermined');
      near(risk, 0.5);
    });

    it('calls a failed challenge a risk of 0.88', () => near(riskOf(ledgerOf(failed), NOW_MS), 0.88));

    it('does not call an unchanged face safe while the stream could not be told from a frozen one', () => {
      const ledger = ledgerOf(face, sameFace, abstention('stream_integrity'));
      assert.equal(fuse(ledger, NOW_MS, false).status, 'undetermined');
    });

    it('does not call a stream safe in which no face could be looked for', () => {
      const ledger = ledgerOf(live, abstention('face_presence', { code: 'model_missing' }));
      assert.equal(fuse(ledger, NOW_MS, false).status, 'undetermined');
    });

    it('needs a passed challenge for verified', () => {
      const passed = evidenceOf('illumination', { llr: -2.5, code: 'passed' });
      const { status, assurance, confidence } = fuse(ledgerOf(face, live, passed), NOW_MS, true);
      assert.deepEqual([status, assurance], ['safe', 'verified']);
      assert.ok(confidence > 0.6);
    });

    it('shows a finding until it has faded, whatever is said since', () => {
      const ledger = remember(ledgerOf(frozen), [evidenceOf('stream_integrity', { toMs: NOW_MS + 20_000 })]);
      const causes = (afterMs: number) => fuse(ledger, NOW_MS + afterMs, false).causes;
      assert.deepEqual(causes(20_000), [{ analyzer: 'stream_integrity', outcome: 'found', code: 'frozen' }]);
      assert.deepEqual(causes(300_000), [{ analyzer: 'stream_integrity', outcome: 'fine', code: 'ok' }]);
    });
  });

  describe('over time', () => {
    it('halves a finding every 60 s, so that a lapse does not wash it off', () => {
      const ledger = remember(ledgerOf(frozen), [evidenceOf('stream_integrity', { toMs: NOW_MS + 1000 })]);
      near(riskOf(ledger, NOW_MS), 0.953);
      near(riskOf(ledger, NOW_MS + 60_000), 1 / (1 + 20 * Math.exp(-3)));
      assert.ok(riskOf(ledger, NOW_MS + 600_000) < 0.06);
    });

    it('halves a challenge every 10 min', () => {
      near(riskOf(ledgerOf(failed), NOW_MS + 600_000), 1 / (1 + 20 * Math.exp(-2.5)));
    });

    it('bars safe for 10 min after a changed face', () => {
      const later = (ms: number): Ledger =>
        remember(
          ledgerOf(changed),
          [face, live, sameFace].map((item) => ({ ...item, toMs: NOW_MS + ms })),
        );
      assert.equal(fuse(later(590_000), NOW_MS + 590_000, false).status, 'undetermined');
      assert.equal(fuse(later(601_000), NOW_MS + 601_000, false).status, 'safe');
    });

    it('forgets what spoke for the person when the track changes, and keeps what spoke against', () => {
      const ledger = forgetGenuine(ledgerOf(face, live, changed));
      assert.deepEqual([...ledger.keys()], ['identity_continuity']);
      near(riskOf(ledger, NOW_MS), 0.5);
      assert.equal(confidenceOf(forgetGenuine(ledgerOf(face, live, sameFace)), NOW_MS), 0);
    });

    it('is never safe on old evidence alone', () => {
      assert.equal(fuse(ledgerOf(face, live, sameFace), NOW_MS + 120_000, false).status, 'undetermined');
    });
  });

  describe('whatever the evidence', () => {
    const anyLedger = fc.array(anyEvidence, { maxLength: 30 }).map((evidence) => ledgerOf(...evidence));
    const anyAge = fc.integer({ min: 0, max: 1_000_000 });

    it('gives numbers from 0 to 1', () => {
      fc.assert(
        fc.property(anyLedger, anyAge, (ledger, ageMs) => {
          const { risk, confidence } = fuse(ledger, NOW_MS + ageMs, false);
          assert.ok(risk >= 0 && risk <= 1 && confidence >= 0 && confidence <= 1);
        }),
      );
    });

    it('never has less confidence for more evidence', () => {
      fc.assert(
        fc.property(fc.array(anyEvidence, { maxLength: 20 }), anyEvidence, (evidence, more) => {
          const before = ledgerOf(...evidence.filter(({ analyzer }) => analyzer !== more.analyzer));
          const after = remember(before, [more]);
          assert.ok(confidenceOf(after, NOW_MS) >= confidenceOf(before, NOW_MS));
        }),
      );
    });

    it('never counts an abstention, on either side', () => {
      fc.assert(
        fc.property(anyLedger, anyEvidence, anyAge, (ledger, { analyzer }, ageMs) => {
          const with_ = fuse(remember(ledger, [abstention(analyzer)]), NOW_MS + ageMs, false);
          const without = fuse(ledger, NOW_MS + ageMs, false);
          assert.deepEqual(
            [with_.risk, with_.confidence, with_.status, with_.assurance],
            [without.risk, without.confidence, without.status, without.assurance],
          );
        }),
      );
    });

    it('has no confidence and is never safe when all abstain', () => {
      fc.assert(
        fc.property(fc.array(anyEvidence, { maxLength: 20 }), (evidence) => {
          const { status, confidence } = fuse(
            ledgerOf(...evidence.map(({ analyzer }) => abstention(analyzer))),
            NOW_MS,
            false,
          );
          assert.deepEqual([status, confidence], ['undetermined', 0]);
        }),
      );
    });

    it('keeps each analyzer within its bounds', () => {
      const bounds: [AnalyzerName, number][] = [
        ['face_presence', 0],
        ['stream_integrity', 6],
        ['identity_continuity', 3],
        ['illumination', 5],
        ['gesture', 2],
        ['image_model', 1],
        ['presentation_attack', 1.5],
        ['audio_model', 0.5],
        ['device_hints', 0],
      ];
      const logit = (p: number): number => Math.log(p / (1 - p));
      for (const [analyzer, most] of bounds) {
        const risk = riskOf(ledgerOf(evidenceOf(analyzer, { llr: 20 })), NOW_MS);
        assert.ok(Math.abs(logit(risk) - (Math.log(1 / 20) + most)) < 1e-9, analyzer);
      }
    });

    it('does not add up what one analyzer says again and again', () => {
      fc.assert(
        fc.property(fc.array(anyEvidence, { minLength: 1, maxLength: 20 }), (evidence) => {
          const one = evidence.map((item) => ({ ...item, analyzer: 'identity_continuity' as const }));
          const most = 1 / (1 + Math.exp(-(Math.log(1 / 20) + 3)));
          assert.ok(riskOf(ledgerOf(...one), NOW_MS) <= most + 1e-9);
        }),
      );
    });

    it('never gets to risk by passive classifiers alone, and so to nothing that follows from it', () => {
      const passive: AnalyzerName[] = [
        'baseline_drift',
        'image_model',
        'presentation_attack',
        'audio_integrity',
        'audio_model',
        'device_hints',
        'face_presence',
      ];
      const anyPassive = fc.array(
        fc.tuple(fc.constantFrom(...passive), anyEvidence).map(([analyzer, item]) => ({ ...item, analyzer })),
        { maxLength: 30 },
      );
      fc.assert(
        fc.property(anyPassive, (evidence) => {
          const ledger = ledgerOf(...evidence);
          assert.notEqual(fuse(ledger, NOW_MS, false).status, 'risk');
        }),
      );
    });

    it('stays at 0.6 of confidence until a challenge has ended or frozen video was found', () => {
      fc.assert(
        fc.property(fc.array(anyEvidence, { maxLength: 30 }), (evidence) => {
          const plain = evidence.map((item) => ({ ...item, code: 'ok' as const }));
          assert.ok(confidenceOf(ledgerOf(...plain), NOW_MS) <= 0.6);
        }),
      );
    });
  });
});
