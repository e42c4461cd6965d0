import { createHmac, createSecretKey, hkdfSync, randomUUID, timingSafeEqual, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { AppError } from '../errors.ts';

const algorithm = 'HS256';
const issuer = 'veritalk';
const audience = 'veritalk:guest';
const type = 'guest+jwt';
const leewayS = 5;
const maxLength = 4096;

const complete = z.object({
  header: z.strictObject({ alg: z.literal(algorithm), typ: z.literal(type) }),
  payload: z.strictObject({
    iss: z.literal(issuer),
    aud: z.literal(audience),
    sub: z.uuid(),
    call: z.uuid(),
    jti: z.uuid(),
    iat: z.int().min(0),
    nbf: z.int().min(0),
    exp: z.int().min(0),
  }),
});

export interface GuestClaims {
  guestId: string;
  callId: string;
  expiresAt: Date;
}

/** What a link says by itself: which it is, and until when it is good. */
export interface LinkClaims {
  linkId: string;
  expiresAt: Date;
}

const linkBytes = 16 + 4 + 16;

/**
 * Signs what guests hold: the link that a host gives out, and the token with which a guest is let onto a socket. Each
 * kind has a key of its own, so that none can be taken for another, nor for a member's access token (RFC 8725, 3.12).
 */
export class GuestTokens {
  readonly #tokenKey: KeyObject;
  readonly #linkKey: KeyObject;
  readonly ttlS: number;

  /** @param key - The server's secret, from which the keys of guests are derived (RFC 5869). */
  constructor(key: KeyObject, ttlS: number) {
    this.#tokenKey = derive(key, 'veritalk guest token');
    this.#linkKey = derive(key, 'veritalk guest link');
    this.ttlS = ttlS;
  }

  sign(guestId: string, callId: string, now: Date): { token: string; expiresAt: Date } {
    const iat = Math.floor(now.getTime() / 1000);
    const exp = iat + this.ttlS;
    const token = jwt.sign({ call: callId, iat, nbf: iat, exp }, this.#tokenKey, {
      header: { alg: algorithm, typ: type },
      algorithm,
      issuer,
      audience,
      subject: guestId,
      jwtid: randomUUID(),
    });
    return { token, expiresAt: new Date(exp * 1000) };
  }

  /** @throws AppError TOKEN_INVALID or TOKEN_EXPIRED. */
  verify(token: string): GuestClaims {
    if (token.length > maxLength) throw invalid();
    let verified: unknown;
    try {
      verified = jwt.verify(token, this.#tokenKey, {
        algorithms: [algorithm],
        issuer,
        audience,
        clockTolerance: leewayS,
        complete: true,
      });
    } catch (error) {
      if (error instanceof jwt.TokenExpiredError) throw new AppError('TOKEN_EXPIRED', 'The access token has expired.');
      throw invalid(error);
    }
    const parsed = complete.safeParse(verified);
    if (!parsed.success) throw invalid();
    const { sub, call, iat, exp } = parsed.data.payload;
    if (iat > Date.now() / 1000 + leewayS || exp - iat > this.ttlS) throw invalid();
    return { guestId: sub, callId: call, expiresAt: new Date(exp * 1000) };
  }

  /**
   * ```
   *  0               16        20              36 bytes, then base64url
   * |  id of the link | expiry |  HMAC-SHA-256  |
   * |  (a UUID)       | (s)    |  first half    |
   * ```
   */
  signLink({ linkId, expiresAt }: LinkClaims): string {
    const body = Buffer.alloc(20);
    body.write(linkId.replaceAll('-', ''), 'hex');
    body.writeUInt32BE(Math.floor(expiresAt.getTime() / 1000), 16);
    return Buffer.concat([body, this.#seal(body)]).toString('base64url');
  }

  /** Null for what we did not sign. Whether the link is still good is a question of time and of the database. */
  readLink(text: string): LinkClaims | null {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== linkBytes || bytes.toString('base64url') !== text) return null;
    const body = bytes.subarray(0, 20);
    if (!timingSafeEqual(bytes.subarray(20), this.#seal(body))) return null;
    const hex = body.toString('hex', 0, 16);
    const linkId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return { linkId, expiresAt: new Date(body.readUInt32BE(16) * 1000) };
  }

  /** Whether a token claims to be a guest's. Nothing is believed yet: it only chooses who verifies it. */
  static claims(token: string): boolean {
    const [head = ''] = token.slice(0, 256).split('.', 1);
    try {
      const header: unknown = JSON.parse(Buffer.from(head, 'base64url').toString());
      return typeof header === 'object' && header !== null && 'typ' in header && header.typ === type;
    } catch {
      return false;
    }
  }

  #seal(body: Buffer): Buffer {
    return createHmac('sha256', this.#linkKey).update(body).digest().subarray(0, 16);
  }
}

function derive(key: KeyObject, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key.export(), '', purpose, 32)));
}

function invalid(cause?: unknown): AppError {
  return new AppError('TOKEN_INVALID', 'The access token is not valid.', { cause });
}
