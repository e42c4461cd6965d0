import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Assessment } from '../../../src/protocol/assessment.ts';
import {
  confidenceLevel,
  riskLevel,
  settle,
  viewAt,
  type AssessmentView,
  type Received,
} from '../../../web/src/call/assessments.ts';
import { signOf } from '../../../web/src/call/signs.ts';

const policy = { scanIntervalMs: 10_000, staleAfterMs: 20_000, verifiedTtlMs: 600_000 };
const t0 = Date.parse('2026-05-01T12:00:00Z');

function received(change: Partial<Assessment> = {}, receivedAtMs = t0): Received {
  const assessment: Assessment = {
    status: 'safe',
    assurance: 'passive',
    reason: null,
    risk: 0.1,
    confidence: 0.6,
    causes: [],
    scannedAt: new Date(t0).toISOString(),
    verifiedAt: null,
    modelVersions: {},
    ...change,
  };
  return { assessment, receivedAtMs };
}

describe('viewAt', () => {
  it('shows a fresh result as it came', () => {
    const view = viewAt(received(), policy, true, t0 + 5_000);
    assert.deepEqual([view.status, view.assurance, view.reason, view.risk], ['safe', 'passive', null, 0.1]);
  });

  it('takes no news for "not checked yet"', () => {
    const view = viewAt(undefined, policy, true, t0);
    assert.deepEqual([view.status, view.reason], ['unscored', 'waiting']);
  });

  it('lets a result without a successor say nothing any more, and never keeps its number', () => {
    const view = viewAt(received(), policy, true, t0 + policy.staleAfterMs + 1);
    assert.deepEqual([view.status, view.assurance, view.reason, view.risk], ['unscored', 'none', 'stale', null]);
  });

  it('lets a first look that never comes say so', () => {
    const waiting = received({ status: 'unscored', assurance: 'none', reason: 'waiting', scannedAt: null });
    assert.equal(viewAt(waiting, policy, true, t0 + 5_000).reason, 'waiting');
    assert.equal(viewAt(waiting, policy, true, t0 + policy.staleAfterMs + 1).reason, 'stale');
  });

  it('keeps a reason that does not age', () => {
    const off = received({ status: 'unscored', assurance: 'none', reason: 'camera_off' });
    assert.equal(viewAt(off, policy, true, t0 + 3_600_000).reason, 'camera_off');
  });

  it('falls back from a passed check by the page’s own clock', () => {
    const now = t0 + policy.verifiedTtlMs;
    const change = { assurance: 'verified', verifiedAt: new Date(t0).toISOString() } as const;
    const fresh = { scannedAt: new Date(now).toISOString() };
    assert.equal(viewAt(received({ ...change, ...fresh }), policy, true, now - 1).assurance, 'verified');
    assert.equal(viewAt(received({ ...change, ...fresh }), policy, true, now).assurance, 'passive');
  });

  it('believes no "verified" without its time', () => {
    assert.equal(viewAt(received({ assurance: 'verified' }), policy, true, t0).assurance, 'passive');
  });

  it('says that the network is lost, whatever was known before', () => {
    const view = viewAt(received(), policy, false, t0);
    assert.deepEqual([view.status, view.reason], ['unscored', 'network_lost']);
  });

  it('is green only for what was looked at lately', () => {
    const age = fc.integer({ min: 0, max: 120_000 });
    const status = fc.constantFrom<Assessment['status']>('safe', 'risk', 'undetermined', 'unscored');
    fc.assert(
      fc.property(age, status, fc.boolean(), (ageMs, said, reachable) => {
        const reason = said === 'unscored' ? 'no_face' : null;
        const view = viewAt(received({ status: said, reason }), policy, reachable, t0 + ageMs);
        if (view.status === 'safe') assert.ok(reachable && said === 'safe' && ageMs <= policy.staleAfterMs);
      }),
    );
  });
});

describe('settle', () => {
  const view = (change: Partial<AssessmentView>): AssessmentView => ({
    status: 'safe',
    assurance: 'passive',
    reason: null,
    risk: 0.1,
    confidence: 0.6,
    causes: [],
    scannedAtMs: t0,
    verifiedAtMs: null,
    ...change,
  });
  const safe = view({});
  const unsure = view({ status: 'undetermined', assurance: 'none' });

  it('shows the first result at once', () => {
    assert.equal(settle(undefined, unsure, t0).view, unsure);
  });

  it('changes between safe and undetermined only after three seconds', () => {
    let shown = settle(undefined, safe, t0);
    shown = settle(shown, unsure, t0 + 1_000);
    shown = settle(shown, unsure, t0 + 3_900);
    assert.equal(shown.view, safe);
    assert.equal(settle(shown, unsure, t0 + 4_000).view, unsure);
  });

  it('starts to count anew when the old state comes back', () => {
    let shown = settle(undefined, safe, t0);
    shown = settle(shown, unsure, t0 + 1_000);
    shown = settle(shown, safe, t0 + 2_000);
    shown = settle(shown, unsure, t0 + 4_500);
    assert.equal(settle(shown, unsure, t0 + 7_000).view, safe);
  });

  it('shows risk, unscored and the loss of verified at once', () => {
    const verified = view({ assurance: 'verified', verifiedAtMs: t0 });
    const risk = view({ status: 'risk', assurance: 'none' });
    const unscored = view({ status: 'unscored', assurance: 'none', reason: 'no_face' });
    for (const next of [risk, unscored]) assert.equal(settle(settle(undefined, safe, t0), next, t0 + 1).view, next);
    for (const next of [unsure, safe]) assert.equal(settle(settle(undefined, verified, t0), next, t0 + 1).view, next);
  });

  it('takes up new numbers of the same status at once', () => {
    const later = view({ risk: 0.2 });
    assert.equal(settle(settle(undefined, safe, t0), later, t0 + 1).view, later);
  });
});

describe('words for numbers and signs', () => {
  it('changes the word at 0.3 and 0.7, and for confidence at 0.5 and 0.7', () => {
    assert.deepEqual([0, 0.2, 0.3, 0.6, 0.7, 1].map(riskLevel), ['low', 'low', 'some', 'some', 'high', 'high']);
    assert.deepEqual([0, 0.4, 0.5, 0.6, 0.7, 1].map(confidenceLevel), [
      'little',
      'little',
      'fair',
      'fair',
      'good',
      'good',
    ]);
  });

  it('gives the tick to safe with a passed check alone', () => {
    assert.equal(signOf('safe', 'verified'), 'verified');
    assert.equal(signOf('safe', 'passive'), 'safe');
    assert.equal(signOf('risk', 'verified'), 'risk');
    assert.equal(signOf('undetermined', 'verified'), 'undetermined');
  });
});
