import { effectiveSettings } from '../config.ts';
import { runCommand } from './command.ts';

const usage = `usage: npm run config

Prints every setting with its value and where the value comes from: default.yaml, the file of NODE_ENV, or a variable.
Secrets are hidden. Exit code 1 and one sentence if the server would refuse to start with them.`;

runCommand(usage, async () => {
  const settings = effectiveSettings({ env: process.env, cwd: process.cwd() });
  const width = Math.max(...settings.map(({ path }) => path.length));
  for (const { path, value, source, variable } of settings) {
    const from = source === variable || variable === null ? source : `${source}, or ${variable}`;
    console.log(`${path.padEnd(width)}  ${JSON.stringify(value)}  (${from})`);
  }
});
