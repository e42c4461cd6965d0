import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 300;

/**
 * Runs work while no other process of this machine runs work under the same key.
 * The lock is a listening socket with an abstract name, so the kernel frees it when its owner dies, however it dies.
 *
 * @template T
 * @param {string} key Usually the path that the lock guards.
 * @param {() => void} onWait Called once when somebody else holds the lock.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(key, onWait, work) {
  const name = `\0veritalk-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
  let server = await listen(name);
  if (!server) onWait();
  while (!server) {
    await sleep(RETRY_MS);
    server = await listen(name);
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}

/** @returns The listening server, or undefined when the name is taken. */
function listen(name) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(name, () => resolve(server));
  });
}
