/**
 * npm run test:network [-- SECTION ...]: calls in real browsers over a link with faults, in network namespaces of this
 * machine. Sections: paths, joins, recoveries, badLinks; all of them (about 9 minutes) if none is named.
 * Needs root; says so and does nothing otherwise. Fails when a scenario does not keep what the product promises.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { CallOverLink } from './network/CallOverLink.ts';
import { linksAreImpossible } from './network/Link.ts';
import { badLinks, joins, paths, recoveries, type Result, type Scenario } from './network/scenarios.ts';

const sections: Record<string, Scenario> = { paths, joins, recoveries, badLinks };

const help = `usage: npm run test:network [-- SECTION ...]
Sections: ${Object.keys(sections).join(', ')}; all of them if none is named. Results go to test-results/network.json, too.`;

async function main(names: readonly string[]): Promise<void> {
  const impossible = linksAreImpossible();
  if (impossible !== null) {
    console.log(`The network tests are left out: this ${impossible}.`);
    return;
  }
  const results: Result[] = [];
  for (const [name, scenario] of Object.entries(sections)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`${name} …`);
    const call = await CallOverLink.open();
    try {
      // The first call asks about the check; it measures nothing.
      await call.call();
      await call.hangUp();
      const found = await scenario(call);
      for (const result of found) console.log(line(result));
      results.push(...found);
    } finally {
      await call.close();
    }
  }
  await mkdir('test-results', { recursive: true });
  await writeFile('test-results/network.json', JSON.stringify({ at: new Date().toISOString(), results }, null, 2));
  const broken = results.filter(({ kept }) => !kept).length;
  console.log(`\n${String(results.length - broken)} kept, ${String(broken)} not`);
  process.exitCode = broken === 0 ? 0 : 1;
}

function line({ scenario, aim, measured, n, kept }: Result): string {
  return `| ${scenario} | ${aim} | ${measured} | ${String(n)} |${kept ? '' : ' not kept'}`;
}

const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(sections, name));
if (unknown !== undefined) {
  console.log(help);
  process.exitCode = unknown === '--help' ? 0 : 1;
} else {
  await main(names);
}
