import type { CookieOptions, Request, Response } from 'express';

/**
 * The refresh token's cookie, for https only: the prefix makes browsers insist on Secure, Path=/ and this very host
 * (RFC 6265bis, section 4.1.3.2). Over plain http pages keep the token themselves.
 */
const name = '__Host-refresh_token';
const options: CookieOptions = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' };

export function setRefreshCookie(response: Response, token: string): void {
  response.cookie(name, token, options);
}

export function clearRefreshCookie(response: Response): void {
  response.clearCookie(name, options);
}

/** Two cookies of the name cannot be ours: then neither counts. */
export function readRefreshCookie(request: Request): string | null {
  const values = (request.get('Cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value] = values;
  return values.length === 1 && value && /^[\w-]{1,256}$/.test(value) ? value : null;
}
