import assert from 'node:assert/strict';
import { fuzzStates } from '../../../scripts/fuzz/states.ts';

/** A small share of `npm run fuzz -- states`, which takes another seed each time. */
const seed = Number(process.env.SEED ?? 1);

describe(`random sequences of all that can happen to calls (seed ${seed})`, function () {
  this.timeout(300_000);

  it('2,000 of them: nobody is in a call twice, no ghosts, every page knows what is so, the record is closed', async () => {
    const { broken, pairs, events } = await fuzzStates(2000, seed);
    assert.deepEqual(broken, []);
    assert.ok(events > 50_000 && pairs > 150, `${events} events, ${pairs} pairs of state and request`);
  });
});
