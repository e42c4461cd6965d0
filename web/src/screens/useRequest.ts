import { useCallback, useEffect, useState } from 'react';
import type { RouteName, RouteResponse } from '../../../src/protocol/rest.ts';
import type { RouteInput } from '../api/rest.ts';
import { useSession } from '../app/context.tsx';

export interface Requested<T> {
  /** Null while nothing has arrived; kept while it is asked for again. */
  data: T | null;
  error: unknown;
  reload: () => void;
}

/** Asks a route when the component appears, and again when its input changes, on `reload`, and after a failure when the network is back. */
export function useRequest<N extends RouteName>(name: N, input: RouteInput<N>): Requested<RouteResponse<N>> {
  const session = useSession();
  const [state, setState] = useState<{ data: RouteResponse<N> | null; error: unknown }>({ data: null, error: null });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(input);
  useEffect(() => {
    const abort = new AbortController();
    session
      .request(name, JSON.parse(key) as RouteInput<N>, { signal: abort.signal })
      .then((data) => setState({ data, error: null }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setState(({ data }) => ({ data, error }));
      });
    return () => abort.abort();
  }, [session, name, key, turn]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const failed = state.error !== null;
  useEffect(() => {
    if (!failed) return;
    window.addEventListener('online', reload);
    return () => window.removeEventListener('online', reload);
  }, [failed, reload]);
  return { ...state, reload };
}
