import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors.ts';

const forwarding = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host'] as const;

/**
 * `/metrics` for programs: answered to this machine, unless a proxy passed it on, and to whoever has the token. All
 * others are told that there is nothing.
 */
export function createMetricsRoute(
  source: { readonly contentType: string; text(): Promise<string> },
  token: string | null,
): RequestHandler {
  return async (request, response) => {
    if (!isLocal(request) && !hasToken(request, token)) throw new AppError('NOT_FOUND', 'There is no such thing here.');
    response.set({ 'Content-Type': source.contentType, 'Cache-Control': 'no-store' }).send(await source.text());
  };
}

/** By the socket, never by what a header says. */
function isLocal(request: Request): boolean {
  if (forwarding.some((name) => request.headers[name] !== undefined)) return false;
  return /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '');
}

function hasToken(request: Request, token: string | null): boolean {
  const given = /^Bearer (.+)$/.exec(request.get('Authorization') ?? '')?.[1];
  return token !== null && given !== undefined && timingSafeEqual(sha256(given), sha256(token));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
