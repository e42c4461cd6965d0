import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';

/**
 * Makes sure that one process of this machine works with a data folder. The lock is a listening socket with an abstract
 * name: the kernel frees it when its owner dies, however it dies.
 *
 * @returns A function that frees the lock.
 * @throws Error when another process has it.
 */
export async function lockDataDir(dataDir: string): Promise<() => void> {
  const { dev, ino } = await stat(dataDir);
  const server = createServer((socket) => socket.destroy());
  const listening = Promise.withResolvers<undefined>();
  server.once('error', (error: NodeJS.ErrnoException) => {
    const taken = `${dataDir} is used by another Veritalk that runs now: stop it, or set another DATA_DIR.`;
    listening.reject(error.code === 'EADDRINUSE' ? new Error(taken) : error);
  });
  server.listen(`\0veritalk-data-${String(dev)}-${String(ino)}`, () => {
    listening.resolve(undefined);
  });
  await listening.promise;
  server.unref();
  return () => {
    server.close();
  };
}
