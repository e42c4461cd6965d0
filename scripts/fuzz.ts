/** npm run fuzz -- KIND [N] [SEED]: spoiled input for the parts that meet what strangers send. */
import { saveResult } from './scoreboard/results.ts';
import { fuzzFrames } from './fuzz/frames.ts';
import { fuzzRest } from './fuzz/rest.ts';
import { fuzzSocket } from './fuzz/socket.ts';
import { fuzzStates } from './fuzz/states.ts';
import { mochaHooks } from '../test/support/postgres.ts';
import { seedOf } from '../test/support/random.ts';

const HELP = `usage: npm run fuzz -- KIND [N] [SEED]

  frames   N (100000) spoiled key frames through header checks, decoder and analyzers
  states   N (100000) random sequences of everything that can happen to calls, against the rules that always hold
  socket   N (1000000) hostile messages over real sockets
  rest     N (100000) hostile REST requests

Says how they ended. Ends with 1 when a rule was broken, something was thrown, an answer took too long, or memory grew.
The seed is printed; with it a run is repeated, and a single finding by its own seed and an N of 1. The result goes to
the scoreboard (npm run scoreboard). A run from the seed that is printed at the end goes on with the one before, and
both count as one: a long campaign may be run in pieces.`;

const MAX_MS = 3000;
const MAX_GROWN_BYTES = 150 * 1024 * 1024;

interface Kind {
  count: number;
  unit: string;
  run: (count: number, seed: number) => Promise<object & { broken: string[] }>;
  /** How many seeds a run used, by its result; one for each input if absent. */
  seeds?: (result: object) => number;
}

const kinds: Readonly<Record<string, Kind>> = {
  frames: {
    count: 100_000,
    unit: 'frames',
    run: async (count, seed) => {
      const result = await fuzzFrames(count, seed);
      const broken = [...result.thrown];
      if (result.worstMs > MAX_MS) broken.push(`a frame took ${result.worstMs} ms`);
      if (result.grownBytes > MAX_GROWN_BYTES) broken.push(`memory grew by ${result.grownBytes} bytes`);
      return { ...result, broken };
    },
  },
  states: { count: 100_000, unit: 'sequences', run: fuzzStates },
  socket: {
    count: 1_000_000,
    unit: 'messages',
    run: fuzzSocket,
    seeds: (result) => ('sockets' in result ? Number(result.sockets) : 0),
  },
  rest: { count: 100_000, unit: 'requests', run: fuzzRest },
};

const [what = '', count, seedText] = process.argv.slice(2);
const kind = Object.hasOwn(kinds, what) ? kinds[what] : undefined;
const inputs = Number(count ?? kind?.count);

if (kind && inputs > 0) {
  const seed = seedText === undefined && what === 'frames' ? 1 : seedOf(seedText);
  console.log(`seed ${seed}`);
  const startMs = performance.now();
  const { broken, ...result } = await kind.run(inputs, seed);
  console.log(JSON.stringify(result, null, 2));
  for (const finding of broken) console.log(finding);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const nextSeed = seed + (kind.seeds?.(result) ?? inputs);
  console.log(`the next seed is ${nextSeed}`);
  saveResult({ name: `fuzz ${what}`, tried: inputs, unit: kind.unit, lost: broken.length, seed, nextSeed, seconds });
  await mochaHooks.afterAll();
  process.exitCode = broken.length === 0 ? 0 : 1;
} else {
  console.log(HELP);
  process.exitCode = what === '--help' ? 0 : 2;
}
