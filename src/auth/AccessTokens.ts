import { randomUUID, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { AppError } from '../errors.ts';

const algorithm = 'HS256';
const issuer = 'veritalk';
const audience = 'veritalk:access';
/** RFC 9068: tells an access token from every other kind that may ever be signed. */
const type = 'at+jwt';
const leewayS = 5;
const maxLength = 4096;

/** Three parts of base64url without padding (RFC 7515, section 7.1). */
const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Strict: no key id, key URL or embedded key is ever looked at, because none is accepted (RFC 8725, section 3.10). */
const header = z.strictObject({ alg: z.literal(algorithm), typ: z.literal(type) });

const time = z.int().min(0);
const claims = z.strictObject({
  iss: z.literal(issuer),
  aud: z.literal(audience),
  sub: z.uuid(),
  sid: z.string().length(43),
  jti: z.uuid(),
  iat: time,
  nbf: time,
  exp: time,
});

/** What a valid access token says. */
export interface AccessClaims {
  userId: string;
  /** Secret name of the session; the database holds its hash. */
  sid: string;
  expiresAt: Date;
}

/** Signs and checks access tokens: one key, one algorithm. */
export class AccessTokens {
  /** For everything that verifies: `passport-jwt` in http/ and `verify` below. `complete` lets `read` see the header. */
  readonly verifyOptions = {
    algorithms: [algorithm],
    issuer,
    audience,
    clockTolerance: leewayS,
    complete: true,
  } as const satisfies jwt.VerifyOptions;
  readonly key: KeyObject;
  readonly ttlS: number;

  constructor(key: KeyObject, ttlS: number) {
    this.key = key;
    this.ttlS = ttlS;
  }

  sign(userId: string, sid: string, now: Date): { token: string; expiresAt: Date } {
    const iat = Math.floor(now.getTime() / 1000);
    const exp = iat + this.ttlS;
    const token = jwt.sign({ sid, iat, nbf: iat, exp }, this.key, {
      header: { alg: algorithm, typ: type },
      algorithm,
      issuer,
      audience,
      subject: userId,
      jwtid: randomUUID(),
    });
    return { token, expiresAt: new Date(exp * 1000) };
  }

  /** @throws AppError TOKEN_INVALID or TOKEN_EXPIRED. */
  verify(token: string): AccessClaims {
    if (!AccessTokens.looksRight(token)) throw invalid();
    let complete: unknown;
    try {
      complete = jwt.verify(token, this.key, this.verifyOptions);
    } catch (error) {
      throw AccessTokens.explain(error);
    }
    return this.read(complete);
  }

  /**
   * Reads a token whose signature, issuer, audience and times `jsonwebtoken` has verified with `verifyOptions`, and
   * checks what that leaves open: the header, and that every claim is there and of its type.
   *
   * @throws AppError TOKEN_INVALID.
   */
  read(complete: unknown): AccessClaims {
    const parsed = z.object({ header, payload: claims }).safeParse(complete);
    if (!parsed.success) throw invalid();
    const { sub, sid, iat, exp } = parsed.data.payload;
    const now = Date.now() / 1000;
    if (iat > now + leewayS || exp - iat > this.ttlS) throw invalid();
    return { userId: sub, sid, expiresAt: new Date(exp * 1000) };
  }

  /** A cheap look at the shape before anything is decoded. */
  static looksRight(token: string): boolean {
    return token.length <= maxLength && compact.test(token);
  }

  /** What a failure of `jsonwebtoken` means to the client. */
  static explain(error: unknown): AppError {
    if (error instanceof jwt.TokenExpiredError) {
      return new AppError('TOKEN_EXPIRED', 'The access token has expired.', { cause: error });
    }
    return invalid(error);
  }
}

function invalid(cause?: unknown): AppError {
  return new AppError('TOKEN_INVALID', 'The access token is not valid.', { cause });
}
