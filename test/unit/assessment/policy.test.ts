import assert from 'node:assert/strict';
import { nextScanInMs } from '../../../src/assessment/policy.ts';

const calm = { scanIntervalMs: 10_000, risk: 0.05, faceSeen: true };

describe('nextScanInMs', () => {
  it('varies the interval by a tenth either way', () => {
    assert.equal(nextScanInMs(calm, 0), 9000);
    assert.equal(nextScanInMs(calm, 0.5), 10_000);
    assert.equal(nextScanInMs(calm, 1), 11_000);
  });

  it('looks every 2 s from a risk of 0.4 on', () => {
    assert.equal(nextScanInMs({ ...calm, risk: 0.39 }, 0.5), 10_000);
    assert.equal(nextScanInMs({ ...calm, risk: 0.4 }, 0.5), 2000);
  });

  it('looks sooner while no face is seen', () => {
    assert.ok(nextScanInMs({ ...calm, faceSeen: false }, 1) < 5000);
  });

  it('never makes a short interval longer', () => {
    assert.equal(nextScanInMs({ scanIntervalMs: 1000, risk: 0.9, faceSeen: false }, 0.5), 1000);
  });

  it('keeps the interval when nothing was scored', () => {
    assert.equal(nextScanInMs({ ...calm, risk: null }, 0.5), 10_000);
  });
});
