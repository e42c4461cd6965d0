import assert from 'node:assert/strict';
import fc from 'fast-check';
import { qualityScore } from '../../../src/calls/quality.ts';

describe('qualityScore', () => {
  it('is ten on a clean link and falls with loss, delay and frozen time', () => {
    assert.equal(qualityScore({ loss: 0, rttMs: 40, freezeS: 0 }), 10);
    assert.equal(qualityScore({ loss: 0.05, rttMs: 40, freezeS: 0 }), 7.5);
    assert.equal(qualityScore({ loss: 0, rttMs: 450, freezeS: 0 }), 7);
    assert.equal(qualityScore({ loss: 0, rttMs: 40, freezeS: 10 }), 0);
  });

  it('stays between 0 and 10', () => {
    const sample = fc.record({
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
      rttMs: fc.nat(60_000),
      freezeS: fc.nat(3600),
    });
    fc.assert(fc.property(sample, (s) => qualityScore(s) >= 0 && qualityScore(s) <= 10));
  });
});
