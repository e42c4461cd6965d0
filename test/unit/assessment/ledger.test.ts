import assert from 'node:assert/strict';
import { doubtAbsence, emptyLedger, hintAtDevice, remember, type Ledger } from '../../../src/assessment/ledger.ts';
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

describe('a ledger of a camera that is a program’s', () => {
  const looked = of(face, sameFace, evidenceOf('stream_integrity'));

  it('is not enough for safe, though it is no risk, and is told as a hint', () => {
    const { status, risk, confidence, causes } = fuse(hintAtDevice(looked, true, NOW_MS), NOW_MS, false);
    assert.equal(status, 'undetermined');
    assert.ok(risk < 0.1 && Math.abs(confidence - 0.45) < 1e-9);
    const device = causes.find(({ analyzer }) => analyzer === 'device_hints');
    assert.deepEqual([device?.outcome, device?.code], ['hint', 'virtual_camera']);
  });

  it('is safe after a check was passed, for then it answers', () => {
    const passed = evidenceOf('illumination', { llr: -2.5, code: 'passed' });
    const { status, assurance } = fuse(hintAtDevice(remember(looked, [passed]), true, NOW_MS), NOW_MS, true);
    assert.deepEqual([status, assurance], ['safe', 'verified']);
  });

  it('forgets the hint with the next camera, and says nothing where there is none', () => {
    assert.deepEqual(hintAtDevice(hintAtDevice(looked, true, NOW_MS), false, NOW_MS), looked);
    assert.equal(hintAtDevice(looked, false, NOW_MS), looked);
  });
});
