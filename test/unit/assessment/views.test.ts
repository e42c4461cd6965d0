import assert from 'node:assert/strict';
import { forOthers, forSelf } from '../../../src/assessment/views.ts';
import { assessment as schema, type Assessment } from '../../../src/protocol/assessment.ts';

const assessment: Assessment = {
  status: 'risk',
  assurance: 'none',
  reason: null,
  risk: 0.9526,
  confidence: 0.7769,
  causes: [{ analyzer: 'stream_integrity', outcome: 'found', code: 'frozen' }],
  scannedAt: '2026-01-01T00:00:00.000Z',
  verifiedAt: null,
  modelVersions: { blazeface: 'abc' },
};

describe('views of an assessment', () => {
  it('give others one decimal', () => {
    const view = forOthers(assessment);
    assert.deepEqual([view.risk, view.confidence], [1, 0.8]);
    assert.ok(schema.safeParse(view).success);
  });

  it('give others no numbers where nothing was scored', () => {
    const view = forOthers({ ...assessment, status: 'unscored', reason: 'no_face' });
    assert.deepEqual([view.risk, view.confidence], [null, null]);
  });

  it('give the judged person his status and nothing to measure an attack by', () => {
    const view = forSelf(assessment);
    assert.deepEqual([view.status, view.risk, view.confidence, view.causes], ['risk', null, null, []]);
    assert.ok(!JSON.stringify(view).includes('0.9'));
  });
});
