import { useEffect } from 'react';
import type { RouteName } from '../../../src/protocol/rest.ts';
import type { RouteInput } from '../api/rest.ts';
import { useRequest, type Requested } from './useRequest.ts';
import type { RouteResponse } from '../../../src/protocol/rest.ts';

const everyMs = 5000;

/** Asks a route that takes nothing again and again while the page is looked at. */
export function useRefreshing<N extends RouteName>(name: N): Requested<RouteResponse<N>> {
  const requested = useRequest(name, {} as RouteInput<N>);
  const { reload } = requested;
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [reload]);
  return requested;
}
