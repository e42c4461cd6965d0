import type { Server, ServerOptions } from 'node:http';

/**
 * For `http.createServer` and `https.createServer`: a slow sender holds a connection for no longer than this.
 * Node looks at these times only every `connectionsCheckingInterval`, 30 s unless told.
 */
export const httpServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
} as const satisfies ServerOptions;

/** What Node takes only after the server is made: bounds on headers and connections. */
export function configureHttpServer(server: Server): void {
  server.maxHeadersCount = 100;
  server.maxConnections = 10_000;
}
