import assert from 'node:assert/strict';
import { NoticeLimit } from '../../../src/calls/NoticeLimit.ts';

describe('NoticeLimit', () => {
  it('lets somebody be told of the same person once a minute', () => {
    const limit = new NoticeLimit();
    assert.deepEqual(
      [0, 59_999, 60_000, 60_001].map((nowMs) => limit.take('ann bob', nowMs)),
      [true, false, true, false],
    );
    assert.ok(limit.take('bob ann', 60_001));
  });
});
