import { Chaos } from '../support/Chaos.ts';
import { seedOf } from '../support/random.ts';

/** A small share of `npm run chaos`. SEED repeats a run. */
const rounds = 5;
const seed = seedOf(process.env.SEED ?? '1');

describe(`a server that is killed at random moments (seed ${seed})`, function () {
  this.timeout(60_000);
  let chaos: Chaos;

  before(async () => {
    chaos = await Chaos.start(seed);
  });
  after(() => chaos.stop());

  for (let round = 1; round <= rounds; round++) {
    it(`loses nothing that it answered for, kill ${round} of ${rounds}`, () => chaos.round());
  }
});
