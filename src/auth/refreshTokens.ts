import { createHash, createHmac, randomBytes, type KeyObject } from 'node:crypto';
import type { SessionSecrets } from './stores.ts';

/**
 * [Note: Refresh tokens] A refresh token is 256 random bits. Everything that belongs to it is derived from it with the
 * server's key: its successor, and the `sid` in the access tokens given out with it. So the grace time of a rotation
 * can answer the very same successor again, although the database holds nothing but hashes.
 */

export function newRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}

export function successorOf(token: string, key: KeyObject): string {
  return derive('successor', token, key);
}

/** The session's name in access tokens. */
export function sidOf(token: string, key: KeyObject): string {
  return derive('sid', token, key);
}

export function secretsOf(token: string, key: KeyObject): SessionSecrets {
  return { refreshTokenHash: sha256(token), sidHash: sha256(sidOf(token, key)) };
}

/** The inputs are 256 random bits, so a plain hash cannot be searched. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function derive(purpose: string, token: string, key: KeyObject): string {
  return createHmac('sha256', key).update(`${purpose}:${token}`).digest('base64url');
}
