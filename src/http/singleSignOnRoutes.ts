import { Router, type Request } from 'express';
import type { SingleSignOn } from '../auth/SingleSignOn.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { apiBase } from '../protocol/rest.ts';
import { clientOf } from './routes.ts';

const cookie = 'veritalk_sign_in';

/**
 * The two addresses of single sign-on that a browser visits, rather than calls: off to the provider, and back. The
 * cookie ties both to one browser, so that nobody can be signed in to somebody else's account by a link.
 */
export function createSingleSignOnRoutes(sso: SingleSignOn, server: Config['server'], logger: Logger): Router {
  const router = Router();
  const originOf = (request: Request): string => server.publicUrl ?? `${request.protocol}://${request.host}`;
  const callbackOf = (request: Request): string => `${originOf(request)}${apiBase}/auth/oidc/callback`;

  router.get('/auth/oidc/start', async (request, response) => {
    const { url, state } = await sso.begin(callbackOf(request));
    response.cookie(cookie, state, {
      httpOnly: true,
      secure: request.secure,
      // Lax: the way back is a navigation from another site.
      sameSite: 'lax',
      path: `${apiBase}/auth/oidc`,
      maxAge: 600_000,
    });
    response.set('Cache-Control', 'no-store').redirect(302, url);
  });

  router.get('/auth/oidc/callback', async (request, response) => {
    response.clearCookie(cookie, { path: `${apiBase}/auth/oidc` });
    const callback = new URL(callbackOf(request));
    callback.search = new URL(request.originalUrl, callback).search;
    try {
      const code = await sso.finish(callback, stateOf(request), clientOf(request));
      response.set('Cache-Control', 'no-store').redirect(303, `/#sign-in=${code}`);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      logger.info({ code: error.code }, 'single sign-on refused');
      response.set('Cache-Control', 'no-store').redirect(303, `/#sign-in-failed=${error.code}`);
    }
  });
  return router;
}

function stateOf(request: Request): string | null {
  const pairs = (request.get('Cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${cookie}=`))?.slice(cookie.length + 1) ?? null;
}
