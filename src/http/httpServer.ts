import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config.ts';
import type { Logger } from '../logger.ts';

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

export interface WebServerOptions {
  /** PEM files, or null for plain http. */
  tls: { cert: string; key: string } | null;
  logger: Logger;
  /** How often the files are looked at for a renewed certificate, ms. */
  lookEveryMs?: number;
}

/**
 * The http or https server. A certificate that is renewed on the disk is used for new connections without a restart;
 * one that does not fit its key is refused, and the one before goes on.
 *
 * @throws ConfigError if the files hold no certificate and key that fit each other.
 */
export function createWebServer({ tls, logger, lookEveryMs = 10_000 }: WebServerOptions): {
  server: Server | TlsServer;
  close(): Promise<void>;
} {
  if (tls === null) {
    const server = createServer(httpServerOptions);
    configureHttpServer(server);
    return { server, close: async () => undefined };
  }
  const { cert, key } = tls;
  const server = createTlsServer({ ...httpServerOptions, ...readPair(tls) });
  configureHttpServer(server);
  const reload = (): void => {
    try {
      server.setSecureContext(readPair(tls));
      logger.info({ cert }, 'certificate read again');
    } catch (error) {
      logger.error({ err: error, cert }, 'the new certificate is no good; the one before stays in use');
    }
  };
  for (const file of [cert, key]) watchFile(file, { interval: lookEveryMs, persistent: false }, reload);
  return {
    server,
    close: async () => {
      for (const file of [cert, key]) unwatchFile(file, reload);
    },
  };
}

function readPair({ cert, key }: { cert: string; key: string }): { cert: Buffer; key: Buffer } {
  try {
    const pair = { cert: readFileSync(cert), key: readFileSync(key) };
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new ConfigError(`TLS_CERT ${cert} and TLS_KEY ${key} are no pair in PEM: ${reasonOf(error)}.`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : 'unknown reason';
}
