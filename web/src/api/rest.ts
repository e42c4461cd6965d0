import {
  apiBase,
  routes,
  type ErrorBody,
  type RouteBody,
  type RouteName,
  type RouteParams,
  type RouteQueryInput,
  type RouteResponse,
} from '../../../src/protocol/rest.ts';
import { RequestError } from './RequestError.ts';
import { observeServerDate } from './serverClock.ts';

// The schemas of parts that a route lacks infer as a record without values.
type Part<K extends string, T> = string extends keyof T ? Partial<Record<K, never>> : Record<K, T>;

/** What a route takes; parts that it does not have cannot be given. */
export type RouteInput<N extends RouteName> = Part<'params', RouteParams<N>> &
  Part<'query', RouteQueryInput<N>> &
  Part<'body', RouteBody<N>>;

export interface CallOptions {
  accessToken?: string;
  signal?: AbortSignal;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
}

/**
 * Calls one REST route. The answer is trusted to have the shape of the table: page and server come from one build.
 *
 * @throws RequestError with the server's code, or `NETWORK` when there was no answer.
 */
export async function callRoute<N extends RouteName>(
  name: N,
  input: RouteInput<N>,
  options: CallOptions = {},
): Promise<RouteResponse<N>> {
  const route = routes[name];
  const { params, query, body } = input as { params?: object; query?: object; body?: object };
  const response = await send(apiBase + fillPath(route.path, params) + queryString(query), {
    method: route.method.toUpperCase(),
    headers: {
      ...(options.accessToken === undefined ? {} : { authorization: `Bearer ${options.accessToken}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    keepalive: options.keepalive ?? false,
  });
  observeServerDate(response.headers.get('date'));
  if (!response.ok) throw await errorOf(response);
  return (response.status === 204 ? undefined : await response.json()) as RouteResponse<N>;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new RequestError('NETWORK', 'no answer from the server');
  }
}

async function errorOf(response: Response): Promise<RequestError> {
  const body = (await response.json().catch(() => null)) as ErrorBody | null;
  if (!body?.error) return new RequestError(response.status >= 500 ? 'UNAVAILABLE' : 'UNKNOWN', response.statusText);
  return new RequestError(body.error.code, body.error.message, {
    details: body.error.details,
    requestId: body.request_id,
  });
}

function fillPath(path: string, params: object | undefined): string {
  const values = (params ?? {}) as Record<string, string>;
  return path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(values[key] ?? ''));
}

function queryString(query: object | undefined): string {
  if (query === undefined) return '';
  const entries = Object.entries(query).filter(([, value]) => value !== undefined);
  return '?' + new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString();
}
