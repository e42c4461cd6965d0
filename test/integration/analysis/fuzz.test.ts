import assert from 'node:assert/strict';
import { fuzzFrames } from '../../../scripts/fuzz/frames.ts';

describe('spoiled key frames', function () {
  this.timeout(120_000);

  it('are refused or looked at, 2,000 of them: nothing is thrown, none takes long, memory stays flat', async () => {
    const { outcomes, thrown, worstMs, grownBytes } = await fuzzFrames(2000, 20_261_124);
    assert.deepEqual(thrown, []);
    const { too_large: bombs = 0, bad_header: headers = 0, decode_failed: bodies = 0, looked = 0 } = outcomes;
    assert.ok(bombs > 50 && headers > 50 && bodies > 50 && looked > 50, JSON.stringify(outcomes));
    assert.ok(worstMs < 2000, `${worstMs} ms`);
    assert.ok(grownBytes < 100 * 1024 * 1024, `${grownBytes} bytes`);
  });
});
