import type { Request, Response } from 'express';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AccessTokens } from '../auth/AccessTokens.ts';
import type { Accounts, Identity } from '../auth/Accounts.ts';
import { AppError } from '../errors.ts';

export type Authenticate = (request: Request, response: Response) => Promise<Identity>;

/**
 * Finds out who sends a request, by `Authorization: Bearer <access token>`. The strategy verifies the token with the
 * same key and options as `Accounts.authenticate`, and ends in the same check of claims, session and account.
 *
 * @returns A function that throws AppError UNAUTHENTICATED (no token), TOKEN_INVALID or TOKEN_EXPIRED.
 */
export function createAuthenticate(accounts: Accounts): Authenticate {
  const { tokens } = accounts;
  const bearerToken = ExtractJwt.fromAuthHeaderAsBearerToken();
  const { clockTolerance, complete: withHeader } = tokens.verifyOptions;
  // By a name of its own, since the types call it deprecated: that is about the options above, which have a place now.
  const furtherOptions = { jsonWebTokenOptions: { clockTolerance, complete: withHeader } };
  const strategy = new Strategy(
    {
      jwtFromRequest: bearerToken,
      // A KeyObject is three times as fast as a secret in text, which jsonwebtoken first tries to read as a public
      // key; the types of passport-jwt do not know it yet.
      secretOrKey: tokens.key as unknown as Buffer,
      algorithms: [...tokens.verifyOptions.algorithms],
      issuer: tokens.verifyOptions.issuer,
      audience: tokens.verifyOptions.audience,
      ...furtherOptions,
    },
    (complete: unknown, done) => {
      Promise.resolve()
        .then(() => accounts.identify(tokens.read(complete)))
        .then(
          (identity) => done(null, identity),
          (error: unknown) => done(error),
        );
    },
  );
  const authenticator = new passport.Passport().use(strategy);

  return (request, response) =>
    new Promise((resolve, reject) => {
      const token = bearerToken(request);
      if (!token) return reject(new AppError('UNAUTHENTICATED', 'Please sign in.'));
      if (!AccessTokens.looksRight(token))
        return reject(new AppError('TOKEN_INVALID', 'The access token is not valid.'));
      const answer = (error: Error | null, identity: Identity | false | null, failure: unknown): void => {
        if (error) reject(error);
        else if (identity) resolve(identity);
        else reject(AccessTokens.explain(failure));
      };
      const handle: unknown = authenticator.authenticate('jwt', { session: false }, answer);
      (handle as (request: Request, response: Response, next: (error: unknown) => void) => void)(
        request,
        response,
        reject,
      );
    });
}
