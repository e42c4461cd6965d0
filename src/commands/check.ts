import { Database } from '../db/Database.ts';
import { violations } from '../db/invariants.ts';
import { createLogger } from '../logger.ts';
import { runCommand, withDatabaseUrl } from './command.ts';

const usage = `usage: npm run check

Looks whether the record of calls and sessions keeps its own rules. Exit code 1 if one is broken.`;

runCommand(usage, async (_args, config) => {
  await withDatabaseUrl(config, async (url) => {
    const database = await Database.open({ ...config.database, url, logger: createLogger('silent') });
    try {
      const broken = await violations(database);
      for (const { rule, rows, example } of broken) console.log(`Broken: ${rule} (${rows} rows, such as ${example})`);
      if (broken.length === 0) console.log('All rules hold: 0 rows break one.');
      else process.exitCode = 1;
    } finally {
      await database.close();
    }
  });
});
