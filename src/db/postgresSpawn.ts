import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import type { Account } from './postgresAccount.ts';

/**
 * [Note: How Postgres reaches its folder]
 * As root we start Postgres as an ordinary account, which cannot pass through closed folders such as root's home. So it
 * gets the open folder as file descriptor 3 and is told to work there: the kernel follows that link without asking who
 * may enter the folders above. It also makes the length of the path irrelevant.
 */
export const FOLDER_BY_DESCRIPTOR = '/proc/self/fd/3';

/**
 * Starts one of Postgres' programs in its folder, as the account.
 *
 * @param output - Where it writes both of its outputs; undefined: to pipes.
 */
export async function spawnInFolder(
  program: string,
  args: readonly string[],
  { folder, account, output }: { folder: string; account: Account | undefined; output?: FileHandle },
): Promise<ChildProcess> {
  const descriptor = await open(folder, 'r');
  try {
    const child = spawn(program, args, {
      ...account,
      cwd: folder,
      // Ctrl+C is for the server: it stops Postgres itself, after its own last words to it.
      detached: true,
      // None of the server's environment: PGDATA and its like would steer Postgres.
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      stdio: ['ignore', output?.fd ?? 'pipe', output?.fd ?? 'pipe', descriptor.fd],
    });
    // Before the next await: the event comes once.
    await once(child, 'spawn');
    return child;
  } finally {
    await descriptor.close();
  }
}
