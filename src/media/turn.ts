import { createHmac } from 'node:crypto';

/** A TURN server as a page takes it (`RTCIceServer`). */
export interface IceServer {
  urls: string[];
  username: string;
  credential: string;
}

export interface TurnOptions {
  /** `turn:` and `turns:` addresses; none if there is no such server. */
  urls: readonly string[];
  /** What the TURN server shares with this one (coturn: `static-auth-secret`). */
  secret: string;
  /** Seconds for which a page can begin to use it; what was begun goes on. */
  ttlS: number;
}

/**
 * Credentials that a TURN server can check without knowing anybody: the name is the time at which they end, and the
 * password is computed from it (draft-uberti-behave-turn-rest-00, section 2.2; coturn's `use-auth-secret`).
 *
 * @param user - Anything that says nothing about a person.
 */
export function turnServers({ urls, secret, ttlS }: TurnOptions, user: string, nowMs: number): IceServer[] {
  if (urls.length === 0) return [];
  const username = `${String(Math.floor(nowMs / 1000) + ttlS)}:${user}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return [{ urls: [...urls], username, credential }];
}
