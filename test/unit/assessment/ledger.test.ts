import assert from 'node:assert/strict';
import { doubtAbsence, emptyLedger, remember, type Ledger } from '../../../src/assessment/ledger.ts';
import { fuse } from '../../../src/assessment/risk.ts';
import type { Evidence } from '../../../src/analysis/protocol.ts';
import { evidenceOf, NOW_MS } from '../../support/evidence.ts';

const of = (...evidence: Evidence[]): Ledger => remember(emptyLedger, evidence);
const face = evidenceOf('face_presence');
const sameFace = evidenceOf('identity_continuity');

describe('a ledger of a camera that was looked at too seldom', () => {
  it('calls nobody safe who only was not found out, and says why', () => {
    const ledger = of(face, sameFace, evidenceOf('stream_integrity'));
    assert.equal(fuse(ledger, NOW_MS, false).status, 'safe');
    const { status, assurance, causes } = fuse(doubtAbsence(ledger), NOW_MS, false);
    assert.deepEqual([status, assurance], ['undetermined', 'none']);
    const integrity = causes.find(({ analyzer }) => analyzer === 'stream_integrity');
    assert.deepEqual([integrity?.outcome, integrity?.code], ['not_looked', 'too_seldom']);
  });

  it('keeps what was found, and what a passed check proves', () => {
    const frozen = of(face, evidenceOf('stream_integrity', { llr: 6, code: 'frozen' }));
    assert.deepEqual(fuse(doubtAbsence(frozen), NOW_MS, false), fuse(frozen, NOW_MS, false));
    const passed = of(face, sameFace, evidenceOf('illumination', { llr: -2.5, code: 'passed' }));
    assert.equal(fuse(doubtAbsence(passed), NOW_MS, true).assurance, 'verified');
  });

  it('is safe again with the next look in time', () => {
    const doubted = doubtAbsence(of(face, sameFace, evidenceOf('stream_integrity')));
    assert.equal(fuse(remember(doubted, [evidenceOf('stream_integrity')]), NOW_MS, false).status, 'safe');
  });
});
