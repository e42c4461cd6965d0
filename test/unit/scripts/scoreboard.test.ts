import assert from 'node:assert/strict';
import { scoreboard, withRun, type Result } from '../../../scripts/scoreboard/results.ts';

const run = (changes: Partial<Result> = {}): Result => ({
  name: 'fuzz states',
  tried: 1000,
  unit: 'sequences',
  lost: 0,
  seed: 1,
  nextSeed: 1001,
  seconds: 60,
  on: '2030-01-02',
  ...changes,
});

describe('the scoreboard', () => {
  it('keeps the largest run, and a smaller one only if something was lost in it', () => {
    const large = run({ tried: 5000 });
    assert.deepEqual(withRun([large], run()), [large]);
    assert.deepEqual(withRun([run()], large), [large]);
    const lossy = run({ tried: 10, lost: 1 });
    assert.deepEqual(withRun([large], lossy), [lossy]);
  });

  it('adds a run that goes on with the next seed to the one before, with what was lost in both', () => {
    const [added] = withRun([run({ lost: 1 })], run({ seed: 1001, nextSeed: 1501, tried: 500, lost: 2, seconds: 30 }));
    assert.deepEqual(added, run({ nextSeed: 1501, runs: 2, tried: 1500, lost: 3, seconds: 90 }));
    const [third] = withRun([added], run({ seed: 1501, nextSeed: 1502, tried: 1, seconds: 1 }));
    assert.deepEqual([third?.runs, third?.tried, third?.seed], [3, 1501, 1]);
  });

  it('does not add the same seeds twice', () => {
    assert.deepEqual(withRun([run()], run()), [run()]);
  });

  it('keeps other rows, by name, and prints all', () => {
    const rows = withRun([run({ name: 'chaos', seed: null })], run({ runs: 3 }));
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['chaos', 'fuzz states'],
    );
    assert.match(scoreboard(rows), /fuzz states +1000 sequences +0 +60 +1 +2030-01-02 +in 3 runs/);
  });
});
