import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the analysis processes whose parent is the given process (Linux). */
export function analysisPids(parent = process.pid): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === parent && commandLineOf(pid).includes('analysis/main'));
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return stateOf(pid) !== 'Z';
  } catch {
    return false;
  }
}

function commandLineOf(pid: number): string {
  return read(pid, 'cmdline').replaceAll('\0', ' ');
}

/** Memory that counts for this process: its own, and its share of what it has in common with others. */
export function pssBytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(read(pid, 'smaps_rollup'))?.[1];
  if (kilobytes === undefined) throw new Error(`the kernel tells no PSS of process ${pid}`);
  return Number(kilobytes) * 1024;
}

/** User and system time spent so far, in milliseconds. */
export function cpuMs(pid: number): number {
  const fields = statOf(pid);
  // Fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms; the state is field 3.
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

export function environmentOf(pid: number): Record<string, string> {
  const entries = read(pid, 'environ').split('\0').filter(Boolean);
  return Object.fromEntries(entries.map((entry) => [entry.split('=')[0]!, entry.slice(entry.indexOf('=') + 1)]));
}

function parentOf(pid: number): number {
  return Number(statOf(pid)[1]);
}

function stateOf(pid: number): string {
  return statOf(pid)[0] ?? '';
}

/** Fields after the command's name, which may hold spaces and brackets itself. */
function statOf(pid: number): string[] {
  const stat = read(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
