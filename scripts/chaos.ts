/** npm run chaos [-- ROUNDS [SEED]]: kills the whole server at random moments and looks what is lost. Needs a build. */
import { saveResult } from './scoreboard/results.ts';
import { Chaos } from '../test/support/Chaos.ts';
import { seedOf } from '../test/support/random.ts';

const [rounds = '50', seedText] = process.argv.slice(2);
if (!/^\d+$/.test(rounds)) {
  console.log(
    'usage: npm run chaos [-- ROUNDS [SEED]]   50 rounds if not told; a seed repeats the choices of a run\nThe result goes to the scoreboard (npm run scoreboard).',
  );
  process.exitCode = rounds === '--help' ? 0 : 2;
} else {
  await run(Number(rounds), seedOf(seedText));
}

async function run(count: number, seed: number): Promise<void> {
  console.log(`seed ${seed}`);
  const startedMs = performance.now();
  const chaos = await Chaos.start(seed);
  const save = (lost: number): void => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    const { rounds: tried, started, ended } = chaos.report;
    const note = `${started} calls started, ${ended} ended between the kills`;
    saveResult({ name: 'chaos', tried, unit: 'kills', lost, seed, seconds, note });
  };
  try {
    for (let i = 0; i < count; i++) {
      await chaos.round();
      console.log(JSON.stringify(chaos.report));
      // After each: a run that is broken off has been through what it has been through.
      save(0);
    }
    console.log(`${count} kills survived: no orphan, nothing lost that was answered for, 0 rows break a rule.`);
  } catch (error) {
    save(1);
    throw error;
  } finally {
    await chaos.stop();
  }
}
