import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel says of processes (proc(5)). */

const ticksPerSecond = 100;

export type Part = 'node' | 'worker' | 'analysis' | 'postgres';

/** A process's command line. @throws Error (ENOENT) when it has ended. */
export function commandOf(pid: number): string {
  return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').replaceAll('\0', ' ');
}

/** Fields of /proc/pid/stat from the third on: the second, the name, may hold spaces. */
function stat(pid: number): string[] {
  const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** What the reader gives, or undefined when the process has ended meanwhile. */
function ifAlive<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** A process and all below it, by part of the server. Those that end while it looks are left out. */
export function processesOf(serverPid: number): { pid: number; part: Part }[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const parent = ifAlive(() => Number(stat(pid)[1]));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: { pid: number; part: Part }[] = [];
  const visit = (pid: number): void => {
    const command = ifAlive(() => commandOf(pid));
    if (command !== undefined) found.push({ pid, part: partOf(command) });
    for (const child of children.get(pid) ?? []) visit(child);
  };
  visit(serverPid);
  return found;
}

function partOf(command: string): Part {
  if (command.includes('mediasoup-worker')) return 'worker';
  if (command.includes('analysis/main')) return 'analysis';
  return command.includes('postgres') ? 'postgres' : 'node';
}

/** CPU seconds used so far, by part. */
export function cpuSeconds(serverPid: number): Record<Part, number> {
  const total: Record<Part, number> = { node: 0, worker: 0, analysis: 0, postgres: 0 };
  for (const { pid, part } of processesOf(serverPid)) {
    const fields = ifAlive(() => stat(pid));
    if (fields) total[part] += (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }
  return total;
}

/** Proportional set size in MB: shared pages are divided among those that share them. One entry a process. */
export function pssMb(serverPid: number): { part: Part; mb: number }[] {
  return processesOf(serverPid).flatMap(({ pid, part }) => {
    const text = ifAlive(() => readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8'));
    return text === undefined ? [] : [{ part, mb: Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024 }];
  });
}
