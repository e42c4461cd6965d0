import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeBackup } from '../db/backup.ts';
import { runCommand, UsageError, withDatabaseUrl } from './command.ts';

const usage = `usage: npm run backup [-- FILE]

Writes the whole database and the server's keys as of one moment; the server may go on running. Without FILE it goes to
DATA_DIR/backups. The file lets its owner sign in as anybody: keep it as safe as the server itself.`;

runCommand(usage, async ([given, ...more], config) => {
  if (more.length > 0) throw new UsageError('Give one file at most.');
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const file = resolve(given ?? join(config.dataDir, 'backups', `veritalk-${stamp}.backup`));
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const secretsFile = join(config.dataDir, 'secrets.json');
  const { tables, rows, bytes } = await withDatabaseUrl(config, (url) => writeBackup({ url, file, secretsFile }));
  console.log(`${file}: ${rows} rows of ${tables} tables, ${(bytes / 1024).toFixed(0)} KiB.`);
});
