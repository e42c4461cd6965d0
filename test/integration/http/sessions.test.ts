import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'mocha';
import { forgedTokens, misusedTokens } from '../../support/forgedTokens.ts';
import { codeOf, RestServer, type Person } from '../../support/RestServer.ts';

describe('sessions over REST', () => {
  let server: RestServer;
  let ann: Person;
  let revoked: string[];
  let people = 0;

  before(async () => {
    server = await RestServer.start({ auth: { maxSessions: 4 } });
    server.accounts.on('sessionRevoked', (sessionId) => revoked.push(sessionId));
  });
  after(() => server.close());
  beforeEach(async () => {
    revoked = [];
    ann = await server.register(`ann${(people += 1)}`);
  });

  const refresh = (token: string): ReturnType<RestServer['api']> =>
    server.api('refresh', { body: { refresh_token: token } });

  /** Makes all rotations so far seem older by some seconds. */
  const age = (seconds: number): Promise<number> =>
    server.database.run(`UPDATE user_sessions SET replaced_at = replaced_at - make_interval(secs => $1)`, [seconds]);

  const sessionOf = async (person: Person): Promise<string> =>
    (await server.accounts.authenticate(person.token)).sessionId;

  describe('refresh', () => {
    it('gives new tokens of the same session', async () => {
      const next = await server.ok('refresh', { body: { refresh_token: ann.refreshToken } });
      assert.notEqual(next.refresh_token, ann.refreshToken);
      assert.equal(next.user.id, ann.id);
      await server.ok('me', { token: next.access_token });
      // The access token of before lives on to its end.
      await server.ok('me', { token: ann.token });
      const { sessions } = await server.ok('sessions', { token: next.access_token });
      assert.equal(sessions.length, 1);
      assert.equal(sessions[0]?.id, await sessionOf(ann));
      assert.equal(sessions[0]?.current, true);
    });

    it('answers the same successor again for ten seconds', async () => {
      const first = await server.ok('refresh', { body: { refresh_token: ann.refreshToken } });
      await age(9);
      const again = await server.ok('refresh', { body: { refresh_token: ann.refreshToken } });
      assert.equal(again.refresh_token, first.refresh_token);
      await server.ok('me', { token: again.access_token });
    });

    it('ends the session when a token comes again later', async () => {
      const sessionId = await sessionOf(ann);
      const next = await server.ok('refresh', { body: { refresh_token: ann.refreshToken } });
      await age(11);
      const answer = await refresh(ann.refreshToken);
      assert.deepEqual([answer.status, codeOf(answer)], [401, 'REFRESH_REUSED']);
      assert.deepEqual(revoked, [sessionId]);
      assert.equal(await server.errorOf('me', { token: ann.token }), 'TOKEN_INVALID');
      assert.equal(await server.errorOf('me', { token: next.access_token }), 'TOKEN_INVALID');
      assert.equal(codeOf(await refresh(next.refresh_token)), 'TOKEN_INVALID');
    });

    it('ends the session when a token comes again whose successor was used, however soon', async () => {
      const next = await server.ok('refresh', { body: { refresh_token: ann.refreshToken } });
      const third = await server.ok('refresh', { body: { refresh_token: next.refresh_token } });
      assert.equal(codeOf(await refresh(ann.refreshToken)), 'REFRESH_REUSED');
      assert.equal(codeOf(await refresh(third.refresh_token)), 'TOKEN_INVALID');
    });

    it('makes one successor of a hundred requests at once', async () => {
      const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(ann.refreshToken)));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
      const successors = new Set(answers.map(({ json }) => (json as { refresh_token: string }).refresh_token));
      assert.equal(successors.size, 1);
      const rows = await server.database.rows(`SELECT 1 FROM user_sessions WHERE family_id = $1`, [
        await sessionOf(ann),
      ]);
      assert.equal(rows.length, 2);
      assert.deepEqual(revoked, []);
    });

    it('lives no longer than the sign-in may, however often it is renewed', async () => {
      await server.database.run(
        `UPDATE user_sessions SET absolute_expires_at = now() + interval '1 hour' WHERE family_id = $1`,
        [await sessionOf(ann)],
      );
      const next = await server.ok('refresh', { body: { refresh_token: ann.refreshToken } });
      const { sessions } = await server.ok('sessions', { token: next.access_token });
      assert(Date.parse(sessions[0]?.expires_at ?? '') <= Date.now() + 3_600_000);
    });

    it('refuses a token that has expired', async () => {
      await server.database.run(`UPDATE user_sessions SET expires_at = now() - interval '1 s' WHERE family_id = $1`, [
        await sessionOf(ann),
      ]);
      assert.equal(codeOf(await refresh(ann.refreshToken)), 'TOKEN_INVALID');
    });

    it('refuses what is no refresh token, and harms none', async () => {
      for (const token of [ann.token, 'x'.repeat(43), ann.refreshToken.slice(0, -1), ` ${ann.refreshToken}`]) {
        assert.equal(codeOf(await refresh(token)), 'TOKEN_INVALID');
      }
      assert.equal(await server.errorOf('refresh', { body: {} }), 'UNAUTHENTICATED');
      assert.equal((await refresh(ann.refreshToken)).status, 200);
    });

    it('tells no page of another site anything, and does not rotate for it', async () => {
      for (const origin of ['https://evil.io', 'null', `http://${server.host}.evil.io`]) {
        const answer = await server.api('refresh', {
          body: { refresh_token: ann.refreshToken },
          headers: { Origin: origin },
        });
        assert.deepEqual([answer.status, codeOf(answer)], [403, 'ORIGIN_FORBIDDEN']);
      }
      const [row] = await server.database.rows<{ replaced_at: Date | null }>(
        `SELECT replaced_at FROM user_sessions WHERE family_id = $1`,
        [await sessionOf(ann)],
      );
      assert.equal(row?.replaced_at, null);
      await server.ok('refresh', {
        body: { refresh_token: ann.refreshToken },
        headers: { Origin: `http://${server.host}` },
      });
    });
  });

  describe('access tokens', () => {
    it('are needed', async () => {
      for (const Authorization of ['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Token x']) {
        assert.equal(await server.errorOf('me', { headers: { Authorization } }), 'UNAUTHENTICATED');
      }
      const answer = await server.api('me');
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
    });

    it('are not taken from the query or a cookie', async () => {
      const query = `?access_token=${ann.token}`;
      assert.equal((await server.send({ path: `/api/v1/auth/me${query}` })).status, 401);
      assert.equal(await server.errorOf('me', { headers: { Cookie: `access_token=${ann.token}` } }), 'UNAUTHENTICATED');
    });

    it('are refused when forged, without a look into the database', async () => {
      const statements = await server.countStatements(async () => {
        for (const [name, token] of forgedTokens(ann.token)) {
          const answer = await server.api('me', { token });
          assert.deepEqual([answer.status, codeOf(answer)], [401, 'TOKEN_INVALID'], name);
        }
      });
      assert.equal(statements, 0);
    });

    it('are refused when they say too little, too much or something else', async () => {
      const { sid } = server.accounts.tokens.verify(ann.token);
      for (const [name, code, token] of misusedTokens(server.accounts.tokens.key, ann.id, sid)) {
        const answer = await server.api('me', { token });
        assert.deepEqual([answer.status, codeOf(answer)], [401, code], name);
      }
    });

    it('of one user do not open the session of another', async () => {
      const bob = await server.register(`bob${people}`);
      const { sid } = server.accounts.tokens.verify(bob.token);
      const { token } = server.accounts.tokens.sign(ann.id, sid, new Date());
      assert.equal(await server.errorOf('me', { token }), 'TOKEN_INVALID');
    });

    it('are not refresh tokens', async () => {
      assert.equal(await server.errorOf('me', { token: ann.refreshToken }), 'TOKEN_INVALID');
    });

    it('end the socket and the REST check in the same answer', async () => {
      const identity = await server.accounts.authenticate(ann.token);
      assert.equal(identity.user.id, ann.id);
      await assert.rejects(server.accounts.authenticate(`${ann.token}x`), { code: 'TOKEN_INVALID' });
      await server.ok('logout', { token: ann.token });
      await assert.rejects(server.accounts.authenticate(ann.token), { code: 'TOKEN_INVALID' });
    });
  });

  describe('signing out', () => {
    it('ends the session at once: its access token, its refresh token, its sockets', async () => {
      const sessionId = await sessionOf(ann);
      await server.ok('logout', { token: ann.token, body: { refresh_token: ann.refreshToken } });
      assert.deepEqual(revoked, [sessionId]);
      assert.equal(await server.errorOf('me', { token: ann.token }), 'TOKEN_INVALID');
      assert.equal(codeOf(await refresh(ann.refreshToken)), 'TOKEN_INVALID');
      const [row] = await server.database.rows<{ is_active: boolean }>(
        `SELECT is_active FROM user_sessions WHERE family_id = $1`,
        [sessionId],
      );
      assert.equal(row?.is_active, false);
    });

    it('with the refresh token of somebody else leaves that one alone', async () => {
      const bob = await server.register(`bob${people}`);
      await server.ok('logout', { token: ann.token, body: { refresh_token: bob.refreshToken } });
      await server.ok('me', { token: bob.token });
      assert.equal((await refresh(bob.refreshToken)).status, 200);
    });

    it('needs an access token', async () => {
      assert.equal(await server.errorOf('logout', { body: { refresh_token: ann.refreshToken } }), 'UNAUTHENTICATED');
      assert.equal((await refresh(ann.refreshToken)).status, 200);
    });
  });

  describe('the list of sessions', () => {
    const signIn = async (): Promise<string> =>
      (
        await server.ok('login', {
          body: { login: ann.username, password: ann.password },
          headers: { 'User-Agent': 'Tablet', 'Accept-Encoding': 'identity' },
          from: '127.0.0.9',
        })
      ).access_token;

    it('shows where and with what somebody is signed in', async () => {
      await signIn();
      const { sessions } = await server.ok('sessions', { token: ann.token });
      assert.deepEqual(
        sessions.map(({ ip_address, user_agent, current }) => [ip_address, user_agent, current]),
        [
          ['127.0.0.9', 'Tablet', false],
          ['127.0.0.1', null, true],
        ],
      );
    });

    it('ends another one of the own sessions', async () => {
      const other = await signIn();
      const { sessions } = await server.ok('sessions', { token: ann.token });
      const id = sessions.find(({ current }) => !current)?.id ?? '';
      await server.ok('revokeSession', { token: ann.token, params: { id } });
      assert.deepEqual(revoked, [id]);
      assert.equal(await server.errorOf('me', { token: other }), 'TOKEN_INVALID');
      await server.ok('me', { token: ann.token });
      assert.equal(await server.errorOf('revokeSession', { token: ann.token, params: { id } }), 'NOT_FOUND');
    });

    it('answers the same for a session of somebody else and for none', async () => {
      const bob = await server.register(`bob${people}`);
      const foreign = await server.api('revokeSession', { token: ann.token, params: { id: await sessionOf(bob) } });
      const missing = await server.api('revokeSession', { token: ann.token, params: { id: randomUUID() } });
      assert.equal(foreign.status, 404);
      assert.deepEqual((foreign.json as { error: unknown }).error, (missing.json as { error: unknown }).error);
      await server.ok('me', { token: bob.token });
    });

    it('holds four: the next one signs out the oldest', async () => {
      const oldest = await sessionOf(ann);
      for (let i = 0; i < 4; i++) await signIn();
      assert.deepEqual(revoked, [oldest]);
      assert.equal(await server.errorOf('me', { token: ann.token }), 'TOKEN_INVALID');
    });
  });
});

describe('the refresh cookie', () => {
  let server: RestServer;
  let cookie: string;
  const https = { 'X-Forwarded-Proto': 'https' };

  before(async () => {
    server = await RestServer.start({ server: { trustProxy: 1 } });
  });
  after(() => server.close());
  beforeEach(async () => {
    const name = `u${randomUUID().slice(0, 8)}`;
    const body = { username: name, email: `${name}@example.org`, password: 'long enough' };
    const answer = await server.api('register', { body, headers: https });
    [cookie = ''] = answer.headers['set-cookie'] ?? [];
  });

  it('is for this host, https and the server alone', () => {
    const [pair = '', ...attributes] = cookie.split('; ');
    assert.match(pair, /^__Host-refresh_token=[\w-]{43}$/);
    assert.deepEqual(attributes.sort(), ['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
  });

  it('renews a session without a body, and is renewed itself', async () => {
    const pair = cookie.split(';')[0] ?? '';
    const answer = await server.api('refresh', { headers: { ...https, Cookie: `a=b; ${pair}` } });
    assert.equal(answer.status, 200);
    assert.notEqual(answer.headers['set-cookie']?.[0]?.split(';')[0], pair);
  });

  it('is not used for a page of another site', async () => {
    const headers = { ...https, Cookie: cookie.split(';')[0] ?? '', Origin: 'https://evil.io' };
    assert.equal(await server.errorOf('refresh', { headers }), 'ORIGIN_FORBIDDEN');
  });

  it('does not count twice or over http', async () => {
    const pair = cookie.split(';')[0] ?? '';
    const twice = { ...https, Cookie: `${pair}; ${pair}` };
    assert.equal(await server.errorOf('refresh', { headers: twice }), 'UNAUTHENTICATED');
    assert.equal(await server.errorOf('refresh', { headers: { Cookie: pair } }), 'UNAUTHENTICATED');
  });

  it('goes with the session', async () => {
    const pair = cookie.split(';')[0] ?? '';
    const renewed = await server.api('refresh', { headers: { ...https, Cookie: pair } });
    const token = (renewed.json as { access_token: string }).access_token;
    const answer = await server.api('logout', { token, headers: https });
    assert.match(answer.headers['set-cookie']?.[0] ?? '', /^__Host-refresh_token=; Path=\/; Expires=Thu, 01 Jan 1970/);
  });
});
