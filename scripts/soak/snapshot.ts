import { EventEmitter } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Server } from '../../src/Server.ts';
import { analysisPids, pssBytes } from '../../test/support/processes.ts';

const megabyte = 2 ** 20;
/** What may be more than before. Memory: what an allocator keeps; the limits are for the growth over a whole run. */
const allowedMb = { heap: 12, external: 12, pssWorker: 12, pssAnalysis: 48, pssServer: 120 };
/** Connections to the database come and go by the pool's own rules. */
const allowedSockets = 12;

export interface Snapshot {
  /** Nothing is left in the media workers: no router, no transport. */
  idle: boolean;
  /** Objects in the media workers, all workers together, by kind. */
  workers: Record<string, number>;
  /** Listeners on what lives as long as the server. */
  listeners: Record<string, number>;
  /** Open descriptors by process and kind. */
  descriptors: Record<string, number>;
  /** Timers and handles of this process. */
  handles: Record<string, number>;
  memoryMb: Record<keyof typeof allowedMb, number>;
  /** What is more here than before, beyond what is allowed, in words. */
  beyond(before: Snapshot): string[];
}

export async function snapshot(server: Server): Promise<Snapshot> {
  const workers = await inWorkers(server);
  const counts = {
    idle: ['routers', 'transports'].every((kind) => workers[kind] === 0),
    workers,
    listeners: listenersOf(server),
    descriptors: descriptorsOf(server),
    handles: handles(),
    memoryMb: memoryOf(server),
  };
  return { ...counts, beyond: (before) => differences(before, counts) };
}

type Counts = Omit<Snapshot, 'beyond'>;

function differences(before: Counts, after: Counts): string[] {
  const more = (part: 'workers' | 'listeners' | 'descriptors' | 'handles'): string[] =>
    Object.entries(after[part]).flatMap(([name, count]) => {
      const old = before[part][name] ?? 0;
      const allowed = /socket|TCP/i.test(name) ? allowedSockets : 0;
      return count > old + allowed ? [`${part}, ${name}: ${old} before, ${count} after`] : [];
    });
  const memory = Object.entries(allowedMb).flatMap(([name, allowed]) => {
    const part = name as keyof typeof allowedMb;
    const grown = after.memoryMb[part] - before.memoryMb[part];
    return grown > allowed ? [`memory, ${name}: ${grown.toFixed(1)} MB more`] : [];
  });
  return [...(['workers', 'listeners', 'descriptors', 'handles'] as const).flatMap(more), ...memory];
}

/** By their own account (`dump`): what the server believes to have closed may live on there. */
async function inWorkers({ workers }: Server): Promise<Record<string, number>> {
  const total: Record<string, number> = {};
  const add = (kind: string, count: number): void => {
    total[kind] = (total[kind] ?? 0) + count;
  };
  for (const index of workers.pids.keys()) {
    const { worker, webRtcServer } = await workers.worker(index);
    const { routerIds, channelMessageHandlers } = await worker.dump();
    add('routers', routerIds.length);
    for (const [kind, handlers] of Object.entries(channelMessageHandlers)) add(kind, handlers.length);
    const { webRtcTransportIds, localIceUsernameFragments } = await webRtcServer.dump();
    add('transports', webRtcTransportIds.length);
    add('ICE names', localIceUsernameFragments.length);
  }
  return total;
}

function listenersOf({ accounts, monitor, workers }: Server): Record<string, number> {
  const lasting: Record<string, Pick<EventEmitter, 'eventNames' | 'listenerCount'>> = {
    accounts,
    monitor,
    workers,
    process,
  };
  return Object.fromEntries(
    Object.entries(lasting).map(([name, emitter]) => [
      name,
      emitter.eventNames().reduce((sum, event) => sum + emitter.listenerCount(event as string), 0),
    ]),
  );
}

function descriptorsOf(server: Server): Record<string, number> {
  const processes: [string, number][] = [
    ['server', process.pid],
    ...server.workerPids.map((pid): [string, number] => ['worker', pid]),
    ...analysisPids().map((pid): [string, number] => ['analysis', pid]),
  ];
  const total: Record<string, number> = {};
  for (const [name, pid] of processes) {
    for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
      const kind = `${name} ${kindOf(`/proc/${pid}/fd/${descriptor}`)}`;
      total[kind] = (total[kind] ?? 0) + 1;
    }
  }
  return total;
}

/** `socket`, `pipe`, `anon_inode` or `file`; one that was closed meanwhile counts as a file. */
function kindOf(link: string): string {
  try {
    return /^(socket|pipe|anon_inode):/.exec(readlinkSync(link))?.[1] ?? 'file';
  } catch {
    return 'file';
  }
}

/** Work of a moment (a file that is read, a name that is looked up) is none of what stays. */
function handles(): Record<string, number> {
  const total: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    if (!/Req|Immediate|Timeout/.test(name)) total[name] = (total[name] ?? 0) + 1;
  }
  return total;
}

const collectGarbage = ((): (() => void) => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? (collect as () => void) : () => undefined;
})();

function memoryOf(server: Server): Snapshot['memoryMb'] {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const pss = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + pssBytes(pid), 0) / megabyte;
  return {
    heap: heapUsed / megabyte,
    external: external / megabyte,
    pssServer: pss([process.pid]),
    pssWorker: pss(server.workerPids),
    pssAnalysis: pss(analysisPids()),
  };
}
