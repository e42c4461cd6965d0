import { randomUUID } from 'node:crypto';
import compression from 'compression';
import express, { type Express, type Request, type RequestHandler } from 'express';
import type { Accounts } from '../auth/Accounts.ts';
import type { Guests } from '../auth/Guests.ts';
import { isAllowedOrigin } from '../auth/origins.ts';
import type { SingleSignOn } from '../auth/SingleSignOn.ts';
import type { Config } from '../config.ts';
import { AppError, notFound } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { apiBase } from '../protocol/rest.ts';
import type { Health } from './accountHandlers.ts';
import { createApiDocs } from './apiDocs.ts';
import { createAuthenticate } from './authentication.ts';
import { createErrorHandler, requestIdOf } from './errorHandler.ts';
import { createHandlers, type CallsForHttp } from './handlers.ts';
import { createSecurityHeaders } from './headers.ts';
import { createMetricsRoute } from './metricsRoute.ts';
import { createOpenApi } from './openapi.ts';
import type { NetworkChecks } from './networkChecks.ts';
import { createPages } from './pages.ts';
import { createRoutes } from './routes.ts';
import { createSingleSignOnRoutes } from './singleSignOnRoutes.ts';

export interface HttpAppOptions {
  config: Pick<Config, 'server' | 'metrics'>;
  accounts: Accounts;
  guests: Guests;
  calls: CallsForHttp;
  networkChecks: NetworkChecks;
  /** What must work before requests make sense, by name: `/readyz` is 200 when all are true. */
  readiness: () => Promise<Record<string, boolean>>;
  /** For administrators. */
  health: () => Promise<Health>;
  metrics: MetricsForHttp;
  /** Null: passwords only. */
  sso: SingleSignOn | null;
  logger: Logger;
  /** Folder of the built page. */
  webRoot: string;
}

/** What is measured of requests, and how the measurements are handed out. */
export interface MetricsForHttp {
  readonly contentType: string;
  text(): Promise<string>;
  httpRequest(labels: { route: string; method: string; status: number }, ms: number): void;
}

/** Everything that is answered over HTTP; sockets are attached to the same server elsewhere. */
export function createHttpApp(options: HttpAppOptions): Express {
  const { accounts, guests, calls, networkChecks, readiness, health, metrics, sso, logger, webRoot } = options;
  const { server } = options.config;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', server.trustProxy);
  app.set('query parser', 'simple');

  app.use(identifyRequest(logger, metrics));
  app.use(createSecurityHeaders(server));
  app.use(compression());

  app.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    const checks = await readiness();
    const ready = Object.values(checks).every(Boolean);
    response
      .status(ready ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ ready, checks });
  });

  app.get('/metrics', createMetricsRoute(metrics, options.config.metrics.token));

  const handlers = createHandlers(accounts, guests, calls, networkChecks, health, sso);
  if (sso) app.use(apiBase, createSingleSignOnRoutes(sso, server, logger));
  app.use(
    apiBase,
    refuseForeignOrigins(server),
    createRoutes({ handlers, authenticate: createAuthenticate(accounts), server }),
  );
  const openApi = createOpenApi();
  app.get('/api/openapi.json', (_request, response) => {
    response.json(openApi);
  });
  const apiDocs = createApiDocs();
  app.get('/api/docs', (_request, response) => {
    response.type('html').send(apiDocs);
  });
  app.use('/api', () => {
    throw notFound();
  });
  app.use(createPages(webRoot));
  app.use(createErrorHandler(logger));
  return app;
}

/**
 * Gives each request an id, which its answer and our log carry, and logs how it went. Paths are secrets where they end in
 * a guest link, an invitation or a room's id, so the log has only the pattern of what took the request.
 */
function identifyRequest(logger: Logger, metrics: MetricsForHttp): RequestHandler {
  return (request, response, next) => {
    const startMs = performance.now();
    response.set('X-Request-Id', randomUUID());
    const { method } = request;
    response.once('finish', () => {
      const ms = Math.round(performance.now() - startMs);
      const status = response.statusCode;
      const route = routeOf(request);
      metrics.httpRequest({ route, method, status }, performance.now() - startMs);
      logger.debug({ method, route, status, ms, requestId: requestIdOf(response) }, 'request');
    });
    next();
  };
}

/** The pattern that took the request, never its path: that would be a new label for each id. */
function routeOf(request: Request): string {
  const route: unknown = Reflect.get(request, 'route');
  const pattern: unknown = typeof route === 'object' && route !== null ? Reflect.get(route, 'path') : undefined;
  return typeof pattern === 'string' ? request.baseUrl + pattern : 'other';
}

/** Pages of other sites must not change anything here, whatever their visitor's browser sends along. */
function refuseForeignOrigins(server: Config['server']): RequestHandler {
  return (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    const readOnly = request.method === 'GET' || request.method === 'HEAD';
    if (readOnly || isAllowedOrigin(request.headers, request.secure, server)) next();
    else throw new AppError('ORIGIN_FORBIDDEN', 'Pages of this origin may not use this server.');
  };
}
