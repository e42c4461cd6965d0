import { isIP } from 'node:net';
import { Router, type Request, type Response } from 'express';
import type { z } from 'zod';
import type { ClientInfo } from '../auth/stores.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { parseForeign } from '../protocol/parseForeign.ts';
import {
  routes,
  type RouteBody,
  type RouteName,
  type RouteParams,
  type RouteQuery,
  type RouteResponse,
} from '../protocol/rest.ts';
import type { Authenticate } from './authentication.ts';
import { checkShape, readBody } from './bodies.ts';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './cookies.ts';
import type { Handler, Handlers, RouteRequest } from './handlers.ts';

export interface RoutesOptions {
  handlers: Handlers;
  authenticate: Authenticate;
  server: Config['server'];
}

/** Mounts the whole table of `protocol/rest.ts`, and nothing else. */
export function createRoutes(options: RoutesOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const names = Object.keys(routes) as RouteName[];
  // Fixed paths come before those with a parameter, so that `GET /calls/end` is a wrong method, not a strange id.
  const paths = [...new Set(names.map((name) => routes[name].path))].sort(
    (a, b) => Number(a.includes(':')) - Number(b.includes(':')),
  );
  for (const path of paths) {
    const here = names.filter((name) => routes[name].path === path);
    for (const name of here) mount(router, name, options.handlers, options);
    const allowed = here.map((name) => routes[name].method.toUpperCase()).join(', ');
    router.all(path, (_request, response) => {
      response.set('Allow', allowed);
      throw new AppError('METHOD_NOT_ALLOWED', `Allowed here: ${allowed}.`);
    });
  }
  return router;
}

function mount<N extends RouteName>(
  router: Router,
  name: N,
  handlers: Pick<Handlers, N>,
  options: RoutesOptions,
): void {
  const route = routes[name];
  const handler: Handler<N> = handlers[name];
  router[route.method](route.path, async (request: Request, response: Response) => {
    const identity = route.auth === 'none' ? null : await options.authenticate(request, response);
    if (route.auth === 'admin' && identity?.user.role !== 'admin') {
      throw new AppError('FORBIDDEN', 'Only administrators may do this.');
    }
    checkShape(request.query);
    const body = await readBody(request, response);
    const secure = request.secure;
    // The table's types are inferred from these very schemas, which TypeScript cannot follow through a generic name.
    const input = {
      params: check(route.params, request.params) as RouteParams<N>,
      query: check(route.query, request.query) as RouteQuery<N>,
      body: check(route.body, body) as RouteBody<N>,
      identity: identity as RouteRequest<N>['identity'],
      client: clientOf(request),
      origin: options.server.publicUrl ?? `${request.protocol}://${request.host}`,
      cookieToken: secure ? readRefreshCookie(request) : null,
    };
    const answer = await handler(input);
    if (secure) updateCookie(response, name, answer);
    if (route.status === 204) response.status(204).end();
    else response.status(route.status).json(answer);
  });
}

/** @throws AppError VALIDATION with the places that are wrong, never with what stood there. */
function check(schema: z.ZodType, value: unknown): unknown {
  const parsed = parseForeign(schema, value);
  if (parsed.success) return parsed.data;
  const details = parsed.issues.slice(0, 10).map((issue) => ({
    path: issue.path.join('.'),
    message: issue.message,
  }));
  throw new AppError('VALIDATION', 'The request is not valid.', { details });
}

/** Where a request came from. */
export function clientOf(request: Request): ClientInfo {
  return { ipAddress: addressOf(request), userAgent: request.get('User-Agent')?.slice(0, 256) ?? null };
}

/** The client's address as plain IPv4 or IPv6. A trusted proxy may still pass on nonsense. */
function addressOf(request: Request): string {
  const address = [request.ip, request.socket.remoteAddress].find((text) => text !== undefined && isIP(text) !== 0);
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

function updateCookie(response: Response, name: RouteName, answer: RouteResponse<RouteName>): void {
  if (name === 'logout') clearRefreshCookie(response);
  else if (answer && 'refresh_token' in answer) setRefreshCookie(response, answer.refresh_token);
}
