import { writeFileSync } from 'node:fs';
import { Analysis } from './Analysis.ts';
import { toChild, type FromChild } from './protocol.ts';

/*
 * Entry of an analysis child. It is started by `assessment/AnalysisChild.ts` and lives as long as the channel to its
 * parent: it ends by itself when that breaks, so that no child outlives a server that was killed.
 */

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group of a terminal; when to end is for the parent to say.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

offerToTheOomKiller();

let analysis: Promise<Analysis> | null = null;

process.on('message', (raw) => {
  const parsed = toChild.safeParse(raw);
  if (!parsed.success) return fault('message', parsed.error);
  const message = parsed.data;
  if (message.type === 'start') {
    if (analysis) return fault('start', 'it has been started before');
    analysis = Analysis.create(message.modelsDir, send);
    analysis.catch((error: unknown) => {
      fault('start', error);
      process.exitCode = 1;
      process.disconnect();
    });
    return;
  }
  analysis?.then((running) => running.handle(message)).catch((error: unknown) => fault(message.type, error));
});

function send(message: FromChild): void {
  // A channel that is closing refuses; `disconnect` follows and ends the process.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function fault(where: string, error: unknown): void {
  send({ type: 'fault', where, message: String(error).slice(0, 500) });
}

/** Short of memory, the kernel shall take this process and not the calls (proc_pid_oom_score_adj(5)). */
function offerToTheOomKiller(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '800');
  } catch {
    // Not a Linux that allows it; the limits on sizes remain.
  }
}
