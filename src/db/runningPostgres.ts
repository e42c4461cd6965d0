import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { clusterUrl } from './PostgresProcess.ts';

/**
 * The address of the embedded database of a server that runs on this machine, for programs beside it; null when none
 * runs. Postgres keeps its process id, port and socket folder in `postmaster.pid` (lines 1, 4 and 5).
 */
export async function runningPostgresUrl(dataDir: string, database: string): Promise<string | null> {
  try {
    const lines = (await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    const pid = Number(lines[0]);
    const socketFolder = lines[4];
    if (!(pid > 0) || !socketFolder) return null;
    process.kill(pid, 0);
    const password = await readFile(path.join(dataDir, 'postgres-password'), 'utf8');
    return clusterUrl({ password, socketFolder }, database);
  } catch {
    return null;
  }
}
