import assert from 'node:assert/strict';
import { TokenBucket } from '../../../src/signaling/TokenBucket.ts';

describe('TokenBucket', () => {
  it('allows a burst, then its rate', () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3, nowMs: 0 });
    assert.deepEqual(
      [0, 0, 0, 0].map((t) => bucket.take(t)),
      [true, true, true, false],
    );
    assert.equal(bucket.take(400), false);
    assert.equal(bucket.take(600), true);
    assert.equal(bucket.take(700), false);
  });

  it('never saves more than its burst, and does not mind a clock that goes back', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 2, nowMs: 1000 });
    assert.deepEqual(
      [9000, 9000, 9000].map((t) => bucket.take(t)),
      [true, true, false],
    );
    assert.equal(bucket.take(100), false);
  });
});
