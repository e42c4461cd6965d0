/** npm run chaos [-- ROUNDS [SEED]]: kills the whole server at random moments and looks what is lost. Needs a build. */
import { Chaos } from '../test/support/Chaos.ts';
import { seedOf } from '../test/support/random.ts';

const [rounds = '50', seedText] = process.argv.slice(2);
if (!/^\d+$/.test(rounds)) {
  console.log('usage: npm run chaos [-- ROUNDS [SEED]]   50 rounds if not told; a seed repeats the choices of a run');
  process.exitCode = rounds === '--help' ? 0 : 2;
} else {
  await run(Number(rounds), seedOf(seedText));
}

async function run(count: number, seed: number): Promise<void> {
  console.log(`seed ${seed}`);
  const chaos = await Chaos.start(seed);
  try {
    for (let i = 0; i < count; i++) {
      await chaos.round();
      console.log(JSON.stringify(chaos.report));
    }
    console.log(`${count} kills survived: no orphan, nothing lost that was answered for, 0 rows break a rule.`);
  } finally {
    await chaos.stop();
  }
}
