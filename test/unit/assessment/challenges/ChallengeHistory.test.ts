import assert from 'node:assert/strict';
import { ChallengeHistory, MAX_TRIES } from '../../../../src/assessment/challenges/ChallengeHistory.ts';

const NOW_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

describe('ChallengeHistory', () => {
  it('allows five tries in ten minutes of a call, and the next when the oldest is so old', () => {
    const history = new ChallengeHistory();
    for (let i = 0; i < MAX_TRIES; i++) {
      assert.equal(history.waitMs('ada', 'call', NOW_MS + i * MINUTE_MS), 0);
      history.addTry('ada', 'call', NOW_MS + i * MINUTE_MS);
    }
    assert.equal(history.waitMs('ada', 'call', NOW_MS + 5 * MINUTE_MS), 5 * MINUTE_MS);
    assert.equal(history.waitMs('ada', 'call', NOW_MS + 10 * MINUTE_MS), 0);
    assert.equal(history.waitMs('ada', 'another', NOW_MS + 5 * MINUTE_MS), 0);
    assert.equal(history.waitMs('bob', 'call', NOW_MS + 5 * MINUTE_MS), 0);
  });

  it('gives the tries back after a pass', () => {
    const history = new ChallengeHistory();
    for (let i = 0; i < MAX_TRIES; i++) history.addTry('ada', 'call', NOW_MS);
    history.clearTries('ada', 'call');
    assert.equal(history.waitMs('ada', 'call', NOW_MS), 0);
  });

  it('keeps the last codes of a person, and of so many people', () => {
    const history = new ChallengeHistory();
    for (let hue = 0; hue < 6; hue++) history.addCode('ada', { slots: [{ hue, halves: false }], shownAfterMs: [0] });
    assert.deepEqual(
      history.codesOf('ada').map(({ slots }) => slots[0]?.hue),
      [2, 3, 4, 5],
    );
    for (let i = 0; i < 2000; i++) history.addTry(`somebody ${i}`, 'call', NOW_MS);
    assert.deepEqual(history.codesOf('ada'), []);
  });
});
