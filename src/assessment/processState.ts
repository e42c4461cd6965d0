import { readFileSync } from 'node:fs';

export interface ProcessState {
  /** Wants the CPU now, whether it has it or waits for it. */
  runnable: boolean;
  /** CPU time that it has had so far, all threads. */
  cpuMs: number;
}

/** Kernel ticks of /proc are hundredths of a second on every Linux of today (USER_HZ). */
const MS_PER_TICK = 10;

/** What the kernel says of a process (proc(5)); null when it has gone, or where there is no /proc. */
export function processState(pid: number): ProcessState | null {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The second field, the name in brackets, may hold spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { runnable: fields[0] === 'R', cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK };
  } catch {
    return null;
  }
}
