import assert from 'node:assert/strict';
import { Pace } from '../../../src/assessment/Pace.ts';

/** Looks so many milliseconds apart. */
function paceOf(...stepsMs: number[]): Pace {
  const pace = new Pace();
  let atMs = 0;
  pace.note(atMs);
  for (const stepMs of stepsMs) pace.note((atMs += stepMs));
  return pace;
}
const times = (count: number, stepMs: number): number[] => Array.from({ length: count }, () => stepMs);

describe('pace of looks', () => {
  it('is kept by one look a second, by every second one lost, and by a single long gap', () => {
    for (const steps of [times(60, 1000), times(60, 2000), [...times(10, 1000), 7000, ...times(5, 1000)]]) {
      assert.equal(paceOf(...steps).tooSeldom, false, steps.join());
    }
  });

  it('is too slow at one look in five seconds, within half a minute, and good again as soon', () => {
    assert.equal(paceOf(...times(5, 5300)).tooSeldom, true);
    assert.equal(paceOf(...times(20, 5300), ...times(3, 1000)).tooSeldom, false);
  });

  it('takes no rest between windows for slowness, and forgets none for it', () => {
    const pace = paceOf(...times(10, 1000));
    pace.rest();
    pace.note(300_000);
    assert.equal(pace.tooSeldom, false);
    const slow = paceOf(...times(10, 6000));
    slow.rest();
    assert.equal(slow.tooSeldom, true);
  });
});
