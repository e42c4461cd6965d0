import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;
/** How long a shutdown with a checkpoint may take before it is cut short; nothing committed is lost by that. */
const FAST_SHUTDOWN_MS = 30_000;

/**
 * Stops the Postgres that an earlier process of ours left behind when it was killed, and removes what it left.
 * The caller holds the lock of the data folder, so its owner is gone.
 */
export async function stopLeftover(cluster: string): Promise<void> {
  const pidFile = path.join(cluster, 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!(pid > 0)) return;
  if (await runsIn(pid, cluster)) {
    process.kill(pid, 'SIGINT');
    if (!(await hasLeft(pid, cluster, FAST_SHUTDOWN_MS))) {
      process.kill(pid, 'SIGQUIT');
      await hasLeft(pid, cluster, Infinity);
    }
  }
  // The number may belong to another program by now, which Postgres would take for itself.
  await rm(pidFile, { force: true });
  const socketFolder = lines[4];
  if (socketFolder?.includes('veritalk')) await rm(socketFolder, { recursive: true, force: true });
}

async function hasLeft(pid: number, cluster: string, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += POLL_MS) {
    if (!(await runsIn(pid, cluster))) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** Whether a process works in the cluster's folder, as Postgres does and nobody else has a reason to. */
async function runsIn(pid: number, cluster: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${String(pid)}/cwd`)) === (await realpath(cluster));
  } catch {
    return false;
  }
}
