import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
/** One who was killed just now may not have gone yet. */
const PATIENCE_MS = 2000;

/**
 * Makes sure that one process of this machine works with a data folder. The lock is a listening socket with an abstract
 * name: the kernel frees it when its owner dies, however it dies.
 *
 * @returns A function that frees the lock.
 * @throws Error when another process has it.
 */
export async function lockDataDir(dataDir: string): Promise<() => void> {
  const { dev, ino } = await stat(dataDir);
  const name = `\0veritalk-data-${dev}-${ino}`;
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += POLL_MS) {
    const server = await listen(name);
    if (server) return () => server.close();
    await sleep(POLL_MS);
  }
  throw new Error(`${dataDir} is used by another Veritalk that runs now: stop it, or set another DATA_DIR.`);
}

/** Undefined when somebody listens already. */
async function listen(name: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  const outcome = Promise.withResolvers<Server | undefined>();
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') outcome.resolve(undefined);
    else outcome.reject(error);
  });
  server.listen(name, () => outcome.resolve(server.unref()));
  return outcome.promise;
}
