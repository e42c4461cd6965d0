import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../config.ts';

/**
 * Whether a browser page may send this request or open this socket. Pages of our own host may (other ports are other
 * hosts), those of PUBLIC_URL and of ALLOWED_ORIGINS too; requests without Origin do not come from foreign pages.
 *
 * @param secure - Whether the connection to us is https; then our own pages are, too. Without TLS of our own a proxy
 *   may add it, so both schemes are ours.
 */
export function isAllowedOrigin(
  headers: Pick<IncomingHttpHeaders, 'origin' | 'host'>,
  secure: boolean,
  server: Pick<Config['server'], 'publicUrl' | 'allowedOrigins'>,
): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (origin === server.publicUrl || server.allowedOrigins.includes(origin)) return true;
  if (host === undefined) return false;
  const own = host.toLowerCase();
  return origin === `https://${own}` || (!secure && origin === `http://${own}`);
}
