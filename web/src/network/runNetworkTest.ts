import type { MediaProtocol } from '../../../src/protocol/values.ts';
import type { Session } from '../session/Session.ts';
import type { NetworkPaths } from './paths.ts';
import { Probe } from './Probe.ts';
import { unknown, type NetworkResults, type PathResult } from './results.ts';

export interface NetworkTestOptions {
  session: Pick<Session, 'request'>;
  /** Whether the socket stands: a proxy may let requests through and sockets not. */
  socketConnected: () => boolean;
  onChange: (results: NetworkResults, paths: NetworkPaths) => void;
  signal: AbortSignal;
}

/** Round trips are measured so often; the shortest counts, as the others have waited for something. */
const signallingTries = 4;

/** Measures signalling, then UDP and TCP together, and tells of each as soon as it is known. Never throws. */
export async function runNetworkTest({
  session,
  socketConnected,
  onChange,
  signal,
}: NetworkTestOptions): Promise<void> {
  let results = unknown;
  let paths: NetworkPaths = [];
  const tell = (change: Partial<NetworkResults>): void => {
    results = { ...results, ...change };
    if (!signal.aborted) onChange(results, paths);
  };
  tell({});
  const signalling = await measureSignalling(session, signal);
  paths = signalling?.paths ?? [];
  const works = signalling !== null && socketConnected();
  tell({ signalling: works ? { state: 'works', rttMs: signalling.rttMs, loss: 0 } : { state: 'blocked' } });
  if (signalling === null) {
    tell({ media: { udp: { state: 'blocked' }, tcp: { state: 'blocked' } } });
    return;
  }
  const measure = async (protocol: MediaProtocol): Promise<void> => {
    const result = await measurePath(session, protocol, signal).catch(
      // Too many tests, or the connection went: that says nothing of this path.
      (): PathResult => ({ state: 'untested' }),
    );
    tell({ media: { ...results.media, [protocol]: result } });
  };
  await Promise.all([measure('udp'), measure('tcp')]);
}

async function measureSignalling(
  session: Pick<Session, 'request'>,
  signal: AbortSignal,
): Promise<{ rttMs: number; paths: NetworkPaths } | null> {
  let best = Infinity;
  let paths: NetworkPaths = [];
  try {
    for (let i = 0; i < signallingTries; i++) {
      const startedMs = performance.now();
      ({ paths } = await session.request('networkCheck', {}, { signal }));
      best = Math.min(best, performance.now() - startedMs);
    }
    return { rttMs: Math.round(best), paths };
  } catch {
    return null;
  }
}

async function measurePath(
  session: Pick<Session, 'request'>,
  protocol: MediaProtocol,
  signal: AbortSignal,
): Promise<PathResult> {
  const probe = new Probe();
  const stop = (): void => probe.close();
  signal.addEventListener('abort', stop);
  try {
    const offer = await probe.offer();
    const server = await session.request('startNetworkCheck', { body: { protocol, ...offer } }, { signal });
    const measured = await probe.measure(offer, server);
    return measured === null ? { state: 'blocked' } : { state: 'works', ...measured };
  } finally {
    signal.removeEventListener('abort', stop);
    probe.close();
  }
}
