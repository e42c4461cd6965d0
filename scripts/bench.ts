/**
 * npm run bench [-- SECTION ...]: what a call costs and how fast it is, on this machine, as a table and as JSON.
 * Sections: join, load, crowd, signin, capacity, memory, analysis, accounts; all of them if none is named. Nothing is asserted: machines differ and are noisy, so n and medians are given.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { measureAccounts } from './bench/accounts.ts';
import { measureAnalysis } from './bench/analysis.ts';
import { measureCapacity } from './bench/capacity.ts';
import { measureCrowd } from './bench/crowd.ts';
import { measureJoins } from './bench/joins.ts';
import { measureLoad } from './bench/load.ts';
import { measurePageMemory } from './bench/pageMemory.ts';
import { measureSignIn } from './bench/signIn.ts';
import { table, type Row } from './bench/statistics.ts';

const sections: Record<string, () => Promise<Row[]>> = {
  join: measureJoins,
  load: measureLoad,
  crowd: measureCrowd,
  signin: measureSignIn,
  capacity: measureCapacity,
  memory: measurePageMemory,
  analysis: measureAnalysis,
  accounts: measureAccounts,
};

const help = `usage: npm run bench [-- SECTION ...]
Sections: ${Object.keys(sections).join(', ')}; all of them if none is named. Results go to test-results/bench.json, too.`;

const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(sections, name));
if (unknown !== undefined) {
  console.log(help);
  process.exitCode = unknown === '--help' ? 0 : 1;
} else {
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(sections)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`measuring ${name} …`);
    rows.push(...(await measure()));
  }
  console.log(`\n${table(rows)}`);
  await mkdir('test-results', { recursive: true });
  await writeFile('test-results/bench.json', JSON.stringify({ at: new Date().toISOString(), rows }, null, 2));
}
