import { randomBytes } from 'node:crypto';
import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Accounts, SignedIn } from './Accounts.ts';
import { cleanText, normalizeEmail } from './names.ts';
import type { ClientInfo, IdentityStore, ProviderIdentity } from './stores.ts';

export interface SingleSignOnOptions {
  config: NonNullable<Config['oidc']>;
  accounts: Accounts;
  identities: IdentityStore;
  logger: Logger;
}

/** A sign-in that is under way at the provider. */
interface Flow {
  verifier: string;
  nonce: string;
  untilMs: number;
}

/** For a provider on this machine or in a trial. The library marks it as deprecated only to make it stand out. */
// eslint-disable-next-line @typescript-eslint/no-deprecated
const allowPlainHttp = oidc.allowInsecureRequests;

const flowMs = 10 * 60_000;
const codeMs = 60_000;
const maxFlows = 2000;

const claimsOf = z.object({
  sub: z.string().min(1).max(255),
  email: z.string().max(254).optional(),
  email_verified: z.boolean().optional(),
  name: z.string().max(200).optional(),
  preferred_username: z.string().max(200).optional(),
});

/**
 * Signs people in with an OpenID Connect provider: authorization code flow with PKCE, state and nonce (OpenID Connect
 * Core 1.0, section 3.1; RFC 9700). The page gets a code that works once and within a minute, so that no token of ours
 * is ever in an address that a browser remembers for long.
 */
export class SingleSignOn {
  readonly name: string;
  readonly #options: SingleSignOnOptions;
  readonly #flows = new Map<string, Flow>();
  readonly #codes = new Map<string, { signedIn: SignedIn; untilMs: number }>();
  #provider: Promise<oidc.Configuration> | null = null;

  constructor(options: SingleSignOnOptions) {
    this.#options = options;
    this.name = options.config.name;
  }

  /** @returns The provider's address to go to, and the state that the browser has to bring back. */
  async begin(redirectUri: string): Promise<{ url: string; state: string }> {
    const provider = await this.#discover();
    const verifier = oidc.randomPKCECodeVerifier();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    forgetOld(this.#flows);
    if (this.#flows.size >= maxFlows) throw new AppError('CAPACITY', 'Too many sign-ins at once.', { retryAfterS: 60 });
    this.#flows.set(state, { verifier, nonce, untilMs: Date.now() + flowMs });
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return { url: url.href, state };
  }

  /**
   * The browser is back from the provider.
   *
   * @param state - What this very browser was given at the beginning.
   * @returns A code with which the page gets its tokens.
   * @throws AppError CREDENTIALS_WRONG, REGISTRATION_CLOSED, UNAVAILABLE.
   */
  async finish(callback: URL, state: string | null, client: ClientInfo): Promise<string> {
    const flow = state === null ? undefined : this.#flows.get(state);
    if (state === null || !flow || flow.untilMs < Date.now()) throw refused();
    this.#flows.delete(state);
    const identity = await this.#identify(callback, state, flow);
    const { identities, accounts } = this.#options;
    const account = await identities.findOrCreate(identity, accounts.options.registration !== 'closed');
    const code = randomBytes(32).toString('base64url');
    forgetOld(this.#codes);
    this.#codes.set(code, { signedIn: await accounts.signInAs(account, client), untilMs: Date.now() + codeMs });
    return code;
  }

  /** @throws AppError CREDENTIALS_WRONG for a code that was used, has run out or never was. */
  redeem(code: string): SignedIn {
    const found = this.#codes.get(code);
    this.#codes.delete(code);
    if (!found || found.untilMs < Date.now()) throw refused();
    return found.signedIn;
  }

  async #identify(callback: URL, state: string, { verifier, nonce }: Flow): Promise<ProviderIdentity> {
    const { config, logger } = this.#options;
    try {
      const provider = await this.#discover();
      const tokens = await oidc.authorizationCodeGrant(provider, callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const { sub } = claimsOf.parse(tokens.claims());
      const info = claimsOf.parse({
        ...tokens.claims(),
        ...(await oidc.fetchUserInfo(provider, tokens.access_token, sub)),
      });
      return identityOf(config.issuer, info);
    } catch (error) {
      if (error instanceof AppError) throw error;
      logger.warn({ err: error }, 'a sign-in with the provider failed');
      throw refused();
    }
  }

  /** Asked once; a provider that is away is asked again the next time. */
  #discover(): Promise<oidc.Configuration> {
    const { config, logger } = this.#options;
    const { issuer, clientId, clientSecret } = config;
    const insecure = issuer.startsWith('http://') ? { execute: [allowPlainHttp] } : {};
    this.#provider ??= oidc
      .discovery(new URL(issuer), clientId, clientSecret ?? undefined, undefined, { timeout: 10, ...insecure })
      .catch((error: unknown) => {
        this.#provider = null;
        logger.warn({ err: error, issuer }, 'the sign-in provider does not answer');
        throw new AppError('UNAVAILABLE', 'The sign-in provider does not answer.', { retryAfterS: 10, cause: error });
      });
    return this.#provider;
  }
}

/** An address counts only where the provider has verified it: else anybody could take over an account by naming it. */
function identityOf(issuer: string, claims: z.infer<typeof claimsOf>): ProviderIdentity {
  const email = claims.email_verified === true && claims.email ? normalizeEmail(claims.email) : null;
  const wished = claims.preferred_username ?? claims.email ?? '';
  const username = (wished.split('@')[0] ?? '').replace(/[^A-Za-z0-9._-]/g, '').slice(0, 32);
  return {
    issuer,
    subject: claims.sub,
    email,
    username: username.length >= 2 ? username : 'user',
    fullName: cleanText(claims.name ?? '').slice(0, 80),
  };
}

function forgetOld(entries: Map<string, { untilMs: number }>): void {
  const nowMs = Date.now();
  for (const [key, { untilMs }] of entries) if (untilMs < nowMs) entries.delete(key);
}

function refused(): AppError {
  return new AppError('CREDENTIALS_WRONG', 'The sign-in did not work. Please try again.');
}
