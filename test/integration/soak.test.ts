import assert from 'node:assert/strict';
import { Soak } from '../../scripts/soak/Soak.ts';
import { seedOf } from '../support/random.ts';

/** A small share of `npm run soak`. SEED repeats a run. */
const cycles = 60;
const seed = seedOf(process.env.SEED ?? '1');

describe(`a server to which people come ${cycles} times, and leave in every way (seed ${seed})`, function () {
  this.timeout(180_000);
  let soak: Soak;

  before(async () => {
    soak = await Soak.start(seed);
  });
  after(() => soak.close());

  it('has nothing left of them: in the media workers, listeners, descriptors, handles, memory', async () => {
    await soak.run(cycles);
    const { left, byParting, mediaCalls } = await soak.finish();
    assert.deepEqual(left, []);
    assert.ok(Object.values(byParting).every((count) => count > 0));
    assert.ok(mediaCalls >= 2);
  });
});
