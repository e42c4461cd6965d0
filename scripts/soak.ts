/** npm run soak [-- MINUTES [SEED]]: people come and go for long, and what is left behind is counted. */
import { Soak } from './soak/Soak.ts';
import { saveResult } from './scoreboard/results.ts';
import { seedOf } from '../test/support/random.ts';
import { mochaHooks } from '../test/support/postgres.ts';

const help = `usage: npm run soak [-- MINUTES [SEED]]

Six people come to meetings of one server and leave them again, 2,000 times in 30 minutes if not told otherwise (as often as
the machine allows, when the minutes are fewer), one third by cutting their connection; calls with real media are among them.
Then what the media workers hold, listeners, descriptors and memory are compared with what was before. Ends with 1 when
something is left. The result goes to the scoreboard (npm run scoreboard).`;

const wantedCycles = 2000;
const chunk = 50;

const [minutes = '30', seedText] = process.argv.slice(2);
if (!/^\d+(\.\d+)?$/.test(minutes)) {
  console.log(help);
  process.exitCode = minutes === '--help' ? 0 : 2;
} else {
  run(Number(minutes), seedOf(seedText)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}

/** Spread over the time: a cycle that is early waits. */
async function run(limitMinutes: number, seed: number): Promise<void> {
  console.log(`seed ${seed}`);
  const startedMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedMs;
  const soak = await Soak.start(seed);
  try {
    const first = soak.cycles;
    while (elapsedMs() < limitMinutes * 60_000) {
      await soak.run(chunk);
      const done = soak.cycles - first;
      console.log(`${(elapsedMs() / 60_000).toFixed(1)} min: ${done} cycles`);
      const dueMs = (limitMinutes * 60_000 * done) / wantedCycles;
      if (dueMs > elapsedMs()) await new Promise((resolve) => setTimeout(resolve, dueMs - elapsedMs()));
    }
    const report = await soak.finish();
    console.log(JSON.stringify(report, null, 2));
    const { left, mediaCalls, byParting, before, after } = report;
    const heap = `heap ${before.memoryMb.heap.toFixed(1)} to ${after.memoryMb.heap.toFixed(1)} MB`;
    saveResult({
      name: 'soak',
      tried: soak.cycles - first,
      unit: 'joins and leavings',
      lost: left.length,
      seed,
      seconds: Math.round(elapsedMs() / 1000),
      note: `${byParting.reset} by a reset, ${mediaCalls} calls with media; ${heap}`,
    });
    process.exitCode = left.length === 0 ? 0 : 1;
  } finally {
    await soak.close();
    await mochaHooks.afterAll();
  }
}
