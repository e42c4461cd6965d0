import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { restoreBackup } from '../db/restore.ts';
import { runCommand, takeFlag, UsageError, withDatabaseUrl } from './command.ts';

const usage = `usage: npm run restore -- FILE [--replace]

Puts a backup into the database and the keys into DATA_DIR. The server must be stopped. The file is read and checked to
its end before anything is changed. --replace throws away what the database holds.`;

runCommand(usage, async (args, config) => {
  const replace = takeFlag(args, 'replace');
  const [given, ...more] = args;
  if (given === undefined || more.length > 0) throw new UsageError('Which file?');
  const file = resolve(given);
  const { createdAt, secrets } = await withDatabaseUrl(config, (url) => restoreBackup({ url, file, replace }));
  if (secrets !== null) {
    await mkdir(config.dataDir, { recursive: true });
    await writeFile(join(config.dataDir, 'secrets.json'), secrets, { mode: 0o600 });
  }
  console.log(`The state of ${createdAt} is back.`);
});
