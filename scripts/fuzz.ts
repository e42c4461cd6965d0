/** npm run fuzz -- frames [N] [SEED]: spoiled input for the parts that meet what strangers send. */
import { fuzzFrames } from './fuzz/frames.ts';

const HELP = `usage: npm run fuzz -- frames [N] [SEED]

Puts N (100000) spoiled key frames through header checks, decoder and analyzers, and says how they ended. Ends with 1 when
something was thrown, a frame took more than three seconds, or memory grew by more than 150 MB.`;

const MAX_MS = 3000;
const MAX_GROWN_BYTES = 150 * 1024 * 1024;

const [what, count = '100000', seed = '1'] = process.argv.slice(2);

if (what === 'frames' && Number(count) > 0) {
  const result = await fuzzFrames(Number(count), Number(seed));
  console.log(JSON.stringify(result, null, 2));
  const fine = result.thrown.length === 0 && result.worstMs <= MAX_MS && result.grownBytes <= MAX_GROWN_BYTES;
  process.exitCode = fine ? 0 : 1;
} else {
  console.log(HELP);
  process.exitCode = what === '--help' ? 0 : 2;
}
