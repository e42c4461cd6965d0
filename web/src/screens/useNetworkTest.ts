import { useEffect, useState } from 'react';
import { useSession, useSignaling } from '../app/context.tsx';
import type { NetworkPaths } from '../network/paths.ts';
import { unknown, type NetworkResults } from '../network/results.ts';
import { runNetworkTest } from '../network/runNetworkTest.ts';

/** Runs the network test when the screen appears, and again when asked. */
export function useNetworkTest(): { results: NetworkResults; paths: NetworkPaths; again: () => void } {
  const session = useSession();
  const signaling = useSignaling();
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<{ results: NetworkResults; paths: NetworkPaths }>({ results: unknown, paths: [] });
  useEffect(() => {
    const abort = new AbortController();
    void runNetworkTest({
      session,
      socketConnected: () => signaling.connected,
      onChange: (results, paths) => setState({ results, paths }),
      signal: abort.signal,
    });
    return () => abort.abort();
  }, [session, signaling, turn]);
  return { ...state, again: () => setTurn((n) => n + 1) };
}
