import assert from 'node:assert/strict';
import { FloodMeter } from '../../../src/media/FloodMeter.ts';

describe('FloodMeter', () => {
  it('calls three seconds above the limit a flood', () => {
    const meter = new FloodMeter(1000);
    assert.deepEqual(
      [0, 1000, 2000, 2999, 3000].map((atMs) => meter.push(1001, atMs)),
      [false, false, false, false, true],
    );
  });

  it('lets bursts pass, and what is just allowed', () => {
    const meter = new FloodMeter(1000);
    for (let atMs = 0; atMs < 20_000; atMs += 500) assert.equal(meter.push(1000, atMs), false);
    for (let atMs = 20_000; atMs < 40_000; atMs += 500) {
      assert.equal(meter.push(atMs % 2000 === 0 ? 10 : 9000, atMs), false);
    }
  });
});
