import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { RestServer } from '../../support/RestServer.ts';

const clientSecret = 'kT9vQ2mXw7RzL4bNcY8pHs3J';

/** What the provider says of a person, by the name that he signs in with there. */
const people: Record<string, object> = {
  dora: { email: 'dora@example.org', email_verified: true, name: 'Dora Lin', preferred_username: 'dora' },
  eve: { email: 'ann@example.org', email_verified: false, name: 'Eve', preferred_username: 'ann' },
  annie: { email: 'ann@example.org', email_verified: true, name: 'Ann', preferred_username: 'annie' },
};

/** A browser that keeps its cookies, by origin. */
class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  async go(
    url: string,
    form?: Record<string, string>,
  ): Promise<{ url: string; status: number; location: string | null; text: string }> {
    const { origin } = new URL(url);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    const response = await fetch(url, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const location = response.headers.get('location');
    return {
      url,
      status: response.status,
      location: location === null ? null : new URL(location, url).href,
      text: await response.text(),
    };
  }

  /** Follows redirects until one leads to the page. @returns where to. */
  async follow(url: string, person: string): Promise<string> {
    let at = await this.go(url);
    for (let steps = 0; steps < 20; steps++) {
      if (at.location !== null) {
        if (at.location.includes('#sign-in')) return at.location;
        at = await this.go(at.location);
      } else {
        const prompt = /name="prompt" value="(\w+)"/.exec(at.text)?.[1];
        assert(prompt, at.text.slice(0, 300));
        const action = /action="([^"]+)"/.exec(at.text)?.[1] ?? at.url;
        const login = prompt === 'login' ? { login: person, password: 'x' } : {};
        at = await this.go(new URL(action, at.url).href, { prompt, ...login });
      }
    }
    throw new Error('no end of redirects');
  }
}

describe('single sign-on with a real OpenID Connect provider', function () {
  this.timeout(30_000);
  let provider: Server;
  let server: RestServer;
  const port = randomInt(36_000, 39_000);
  const issuer = `http://127.0.0.1:${port}`;

  before(async () => {
    const { Provider } = await import('oidc-provider');
    server = await RestServer.start({ oidc: { issuer, clientId: 'veritalk', clientSecret, name: 'Example ID' } });
    const oidc = new Provider(issuer, {
      clients: [
        {
          client_id: 'veritalk',
          client_secret: clientSecret,
          redirect_uris: [`http://${server.host}/api/v1/auth/oidc/callback`],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
      findAccount: (_context: unknown, id: string) => ({
        accountId: id,
        claims: async () => ({ sub: id, ...people[id] }),
      }),
      cookies: { keys: ['only for this test'] },
    });
    provider = oidc.listen(port, '127.0.0.1');
    await once(provider, 'listening');
    await server.register('ann');
  });
  after(async () => {
    await server.close();
    provider.closeAllConnections();
    provider.close();
    await once(provider, 'close');
  });

  const start = (): string => `http://${server.host}/api/v1/auth/oidc/start`;
  const finish = (code: string): ReturnType<RestServer['api']> => server.api('finishSingleSignOn', { body: { code } });
  const codeIn = (place: string): string => place.replace(/^.*#sign-in=/, '');

  async function signIn(person: string): Promise<{ id: string; username: string; email: string }> {
    const answer = await finish(codeIn(await new Browser().follow(start(), person)));
    assert.equal(answer.status, 200, answer.text);
    return (answer.json as { user: { id: string; username: string; email: string } }).user;
  }

  it('is offered by its name', async () => {
    assert.equal((await server.ok('authOptions')).single_sign_on, 'Example ID');
  });

  it('makes an account the first time and finds it the second', async () => {
    const first = await signIn('dora');
    assert.deepEqual([first.username, first.email], ['dora', 'dora@example.org']);
    assert.equal((await signIn('dora')).id, first.id);
    assert.equal(await server.errorOf('login', { body: { login: 'dora', password: '!' } }), 'CREDENTIALS_WRONG');
  });

  it('opens an account of the same address only if the provider has verified the address', async () => {
    const ann = (await server.database.rows<{ uuid: string }>(`SELECT uuid FROM users WHERE username = 'ann'`))[0];
    const eve = await signIn('eve');
    assert.notEqual(eve.id, ann?.uuid);
    assert.deepEqual([eve.username, eve.email.endsWith('.invalid')], ['ann-2', true]);
    assert.equal((await signIn('annie')).id, ann?.uuid);
  });

  it('gives a code that works once', async () => {
    const code = codeIn(await new Browser().follow(start(), 'dora'));
    assert.equal((await finish(code)).status, 200);
    assert.equal((await finish(code)).status, 401);
  });

  it('takes no answer of the provider in another browser, nor a made-up one', async () => {
    const [own, other] = [new Browser(), new Browser()];
    const { location } = await own.go(start());
    const state = new URL(location ?? '').searchParams.get('state') ?? '';
    const forged = `http://${server.host}/api/v1/auth/oidc/callback?code=x&state=${state}&iss=${encodeURIComponent(issuer)}`;
    assert.match((await other.go(forged)).location ?? '', /#sign-in-failed=CREDENTIALS_WRONG$/);
    assert.match((await own.go(forged)).location ?? '', /#sign-in-failed=CREDENTIALS_WRONG$/);
  });

  it('keeps a disabled account out', async () => {
    const dora = await signIn('dora');
    await server.accounts.admin.setStatus(dora.id, 'disabled');
    assert.match(await new Browser().follow(start(), 'dora'), /#sign-in-failed=CREDENTIALS_WRONG$/);
  });
});
