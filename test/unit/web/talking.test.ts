import assert from 'node:assert/strict';
import { isTalk, loudness, withReading } from '../../../web/src/call/media/talking.ts';

function heard(levels: readonly number[]): boolean {
  return isTalk(levels.reduce<readonly number[]>(withReading, []));
}
const times = (count: number, level: number): number[] => Array.from({ length: count }, () => level);

describe('loudness', () => {
  it('is 0 in silence and 1 at full scale', () => {
    assert.equal(loudness(new Float32Array(512)), 0);
    assert.equal(loudness(new Float32Array(512).fill(1)), 1);
  });

  it('lies between for a voice of -30 dBFS', () => {
    const level = loudness(new Float32Array(512).fill(10 ** (-30 / 20)));
    assert.ok(Math.abs(level - 0.5) < 0.01, String(level));
  });
});

describe('isTalk', () => {
  it('hears a voice with its pauses', () => {
    assert.equal(heard([0.6, 0.7, 0.1, 0.5, 0.6, 0.1, 0.7, 0.1, 0.5, 0.1]), true);
  });

  it('takes a cough, a knock or silence for no talk', () => {
    assert.equal(heard([...times(7, 0.05), ...times(3, 0.9)]), false);
    assert.equal(heard(times(10, 0.1)), false);
    assert.equal(heard([]), false);
  });

  it('forgets what was said more than a second ago', () => {
    assert.equal(heard([...times(20, 0.8), ...times(8, 0)]), false);
  });
});
