import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { codeOf, RestServer, type Person } from '../../support/RestServer.ts';

describe('accounts over REST', () => {
  let server: RestServer;
  let ann: Person;

  before(async () => {
    server = await RestServer.start();
    ann = await server.register('Ann');
  });

  after(async () => {
    const log = server.log.join('');
    for (const secret of [ann.password, ann.token, ann.refreshToken, ann.email]) {
      assert(!log.includes(secret), 'the log holds a secret');
    }
    await server.close();
  });

  describe('register', () => {
    const body = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
      username: 'newcomer',
      email: 'newcomer@example.org',
      password: 'long enough',
      ...changes,
    });

    it('keeps the name as typed and shows the account', async () => {
      const { user } = await server.ok('me', { token: ann.token });
      assert.deepEqual(user, {
        id: ann.id,
        username: 'Ann',
        email: 'ann@example.org',
        full_name: 'Ann',
        role: 'member',
      });
    });

    it('takes a full name, without what cannot be seen', async () => {
      const account = {
        username: 'li',
        email: 'li@example.org',
        password: 'long enough',
        full_name: '李\u202e 雷\u200b',
      };
      assert.equal((await server.ok('register', { body: account })).user.full_name, '李 雷');
    });

    it('refuses a full name with letters of several alphabets in a word, as imitations have', async () => {
      const account = { username: 'imitator', email: 'imitator@example.org', password: 'long enough' };
      const answer = await server.api('register', { body: { ...account, full_name: 'Ann \u0421hen' } });
      assert.equal(codeOf(answer), 'VALIDATION');
      assert.match(answer.text, /full_name/);
      await server.ok('register', { body: { ...account, full_name: 'Анна Сидорова' } });
    });

    it('refuses a name that differs in case only', async () => {
      const answer = await server.api('register', { body: body({ username: 'aNN' }) });
      assert.deepEqual([answer.status, codeOf(answer)], [409, 'USERNAME_TAKEN']);
    });

    for (const email of ['ann@example.org', 'ANN@example.org', 'ann@EXAMPLE.ORG']) {
      it(`refuses the taken address ${email}`, async () => {
        const answer = await server.api('register', { body: body({ email }) });
        assert.deepEqual([answer.status, codeOf(answer)], [409, 'EMAIL_TAKEN']);
      });
    }

    it('makes one account of a hundred requests at once', async () => {
      const account = { email: 'many@example.org', password: 'long enough' };
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) => server.api('register', { body: { ...account, username: `many${i}` } })),
      );
      const statuses = answers.map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 201).length, 1);
      assert.equal(statuses.filter((status) => status === 409).length, 99);
    });

    const wrong: [what: string, changes: Record<string, unknown>][] = [
      ['no user name', { username: undefined }],
      ['a user name of one letter', { username: 'a' }],
      ['a user name of 33 letters', { username: 'a'.repeat(33) }],
      ['a user name with an @', { username: 'ann@x' }],
      ['a user name with Cyrillic letters', { username: 'аdmin' }],
      ['a user name with fullwidth letters', { username: 'ａnn' }],
      ['a user name as an object', { username: { $gt: '' } }],
      ['an e-mail as an object', { email: { $gt: '' } }],
      ['an e-mail as a list', { email: ['a@example.org'] }],
      ['an e-mail as a number', { email: 1 }],
      ['an e-mail without a host', { email: 'ann' }],
      ['an e-mail with SQL', { email: "a@example.org'; DROP TABLE users; --" }],
      ['a password as true', { password: true }],
      ['a password of 7 letters', { password: '1234567' }],
      ['a password of 129 letters', { password: 'a'.repeat(129) }],
      ['a password with half a surrogate pair', { password: 'long enough \ud83d' }],
      ['a full name with NUL', { full_name: 'Ann\0' }],
      ['a full name of 81 letters', { full_name: 'a'.repeat(81) }],
      ['a role', { role: 'admin' }],
      ['an id', { id: '00000000-0000-4000-8000-000000000000' }],
      ['a password hash', { passwordHash: 'x', password_hash: 'x' }],
      ['a status', { isActive: true, status: 'active' }],
      ['a creation time', { createdAt: '2020-01-01T00:00:00Z' }],
    ];
    for (const [what, changes] of wrong) {
      it(`refuses ${what}`, async () => {
        const answer = await server.api('register', { body: body(changes) });
        assert.deepEqual([answer.status, codeOf(answer)], [400, 'VALIDATION']);
        const rows = await server.database.rows(`SELECT 1 FROM users WHERE username ILIKE 'newcomer%'`);
        assert.equal(rows.length, 0);
      });
    }
  });

  describe('login', () => {
    const login = (name: string, password: string): ReturnType<RestServer['api']> =>
      server.api('login', { body: { login: name, password } });

    for (const name of ['Ann', 'ann', 'ANN', 'ann@example.org', 'Ann@Example.org', ' ann ']) {
      it(`knows "${name}"`, async () => {
        assert.equal((await login(name, ann.password)).status, 200);
      });
    }

    it('answers a wrong password and an unknown name alike', async () => {
      const answers = [
        await login('ann', 'wrong'),
        await login('nobody', 'wrong'),
        await login('nobody@example.org', 'wrong'),
        await login('ann@example.org', 'wrong'),
      ];
      for (const { status, json } of answers) {
        assert.equal(status, 401);
        assert.deepEqual((json as { error: unknown }).error, (answers[0]?.json as { error: unknown }).error);
      }
    });

    it('does the same work for an unknown name: as many statements, one hash', async () => {
      const known = await server.countStatements(() => login('ann', 'wrong'));
      const unknown = await server.countStatements(() => login('nobody', 'wrong'));
      assert.equal(unknown, known);
      const timeOf = async (name: string): Promise<number> => {
        const startMs = performance.now();
        await login(name, 'wrong');
        return performance.now() - startMs;
      };
      const fastest = { known: Infinity, unknown: Infinity };
      for (let i = 0; i < 6; i++) {
        fastest.known = Math.min(fastest.known, await timeOf(`ann`));
        fastest.unknown = Math.min(fastest.unknown, await timeOf(`nobody${i}`));
      }
      // A hash takes 15 ms at the very least; without it the unknown name would take 2.
      assert(fastest.unknown > fastest.known / 2, JSON.stringify(fastest));
    });

    it('takes long passwords with spaces and emoji, and looks at all of them', async () => {
      const password = `${'correct horse battery staple '.repeat(3)}🐎`;
      const account = { username: 'longpass', email: 'longpass@example.org', password };
      await server.ok('register', { body: account });
      assert.equal((await login('longpass', password)).status, 200);
      assert.equal((await login('longpass', password.slice(0, 72))).status, 401);
      assert.equal((await login('longpass', `${password.slice(0, -2)}🐄`)).status, 401);
    });

    it('does not let a switched-off account in, nor use what it had', async () => {
      const bob = await server.register('bob');
      await server.database.run(`UPDATE users SET status = 'disabled' WHERE username = 'bob'`);
      assert.equal(codeOf(await login('bob', bob.password)), 'CREDENTIALS_WRONG');
      assert.equal(await server.errorOf('me', { token: bob.token }), 'TOKEN_INVALID');
      assert.equal(await server.errorOf('refresh', { body: { refresh_token: bob.refreshToken } }), 'TOKEN_INVALID');
    });

    for (const payload of ["' OR 1=1 --", "ann' --", '%', '_nn', "'; SELECT pg_sleep(5); --"]) {
      it(`takes ${payload} for a name that nobody has`, async () => {
        const startMs = performance.now();
        assert.equal(codeOf(await login(payload, ann.password)), 'CREDENTIALS_WRONG');
        assert(performance.now() - startMs < 2000);
      });
    }
  });

  describe('people', () => {
    const find = async (query: string): Promise<string[]> =>
      (await server.ok('findUsers', { token: ann.token, query: { query } })).users.map(({ username }) => username);

    it('are found by a part of their name, the best match first, never the asker', async () => {
      for (const name of ['xdora', 'dora', 'dorabella']) await server.register(name);
      assert.deepEqual(await find('Dora'), ['dora', 'dorabella', 'xdora']);
      assert.deepEqual(await find('ann'), []);
    });

    it('are found by one Chinese character', async () => {
      assert.deepEqual(await find('雷'), ['li']);
    });

    it('are not found by wildcards or by e-mail', async () => {
      for (const query of ['%%%', '___', 'd%a', 'dora@example.org']) assert.deepEqual(await find(query), []);
    });

    for (const query of ['do', '  a  ', '']) {
      it(`are not looked for by "${query}"`, async () => {
        assert.equal(await server.errorOf('findUsers', { token: ann.token, query: { query } }), 'VALIDATION');
      });
    }
  });
});

describe('limits of accounts over REST', () => {
  let server: RestServer;
  afterEach(() => server.close());

  const tryLogin = (password: string, from: string, headers = {}): ReturnType<RestServer['api']> =>
    server.api('login', { body: { login: 'ann', password }, from, headers });

  it('stop guessing at one address, and let the owner in from another', async () => {
    server = await RestServer.start();
    const { password } = await server.register('ann');
    for (let i = 0; i < 10; i++) assert.equal((await tryLogin('wrong', '127.0.0.2')).status, 401);
    const stopped = await tryLogin('wrong', '127.0.0.2');
    assert.deepEqual([stopped.status, codeOf(stopped)], [429, 'RATE_LIMITED']);
    assert.match(stopped.headers['retry-after'] ?? '', /^\d+$/);
    assert.equal((await tryLogin(password, '127.0.0.3')).status, 200);
  });

  it('do not believe X-Forwarded-For unless told to', async () => {
    server = await RestServer.start();
    await server.register('ann');
    const statuses = [];
    for (let i = 0; i < 12; i++) {
      statuses.push((await tryLogin('wrong', '127.0.0.2', { 'X-Forwarded-For': `192.0.2.${i}` })).status);
    }
    assert.deepEqual(statuses, [...Array<number>(10).fill(401), 429, 429]);
  });

  for (const trustProxy of [1, '127.0.0.0/8, ::1']) {
    it(`go by X-Forwarded-For of a proxy that is trusted (${trustProxy}), and no further back`, async () => {
      server = await RestServer.start({ server: { trustProxy } });
      const { token } = await server.register('ann');
      for (let i = 0; i < 11; i++) {
        const status = (await tryLogin('wrong', '127.0.0.2', { 'X-Forwarded-For': `203.0.113.9, 192.0.2.${i}` }))
          .status;
        assert.equal(status, 401);
      }
      const from = { headers: { 'X-Forwarded-For': '203.0.113.9, 192.0.2.77' } };
      await server.ok('login', { body: { login: 'ann', password: 'password of ann' }, ...from });
      const { sessions } = await server.ok('sessions', { token });
      assert.equal(sessions[0]?.ip_address, '192.0.2.77');
    });
  }

  it('keep the owner signed in from where he was before, when an account is under attack from everywhere', async () => {
    server = await RestServer.start({ auth: { limits: { loginPerAccount: 20 } } });
    const { password } = await server.register('ann');
    for (let i = 0; i < 20; i++) await tryLogin('wrong', `127.0.1.${i + 1}`);
    assert.equal((await tryLogin(password, '127.0.2.1')).status, 429);
    assert.equal((await tryLogin(password, '127.0.0.1')).status, 200);
  });

  it('count many guesses at once', async () => {
    server = await RestServer.start();
    await server.register('ann');
    const answers = await Promise.all(Array.from({ length: 40 }, () => tryLogin('wrong', '127.0.0.2')));
    assert.equal(answers.filter(({ status }) => status === 401).length, 10);
    assert.equal(answers.filter(({ status }) => status === 429).length, 30);
  });

  it('bound registrations from one address', async () => {
    server = await RestServer.start({ auth: { limits: { registerPerAddress: 3 } } });
    for (let i = 0; i < 3; i++) await server.register(`ann${i}`);
    const body = { username: 'ann3', email: 'ann3@example.org', password: 'long enough' };
    const answer = await server.api('register', { body });
    assert.deepEqual([answer.status, codeOf(answer)], [429, 'RATE_LIMITED']);
  });

  it('answer 503 when too many hashes wait', async () => {
    server = await RestServer.start({
      auth: { hashSlots: 1, hashQueue: 1, limits: { loginPerAccountAndAddress: 100 } },
    });
    const { password } = await server.register('ann');
    const answers = await Promise.all(Array.from({ length: 8 }, () => tryLogin(password, '127.0.0.1')));
    const busy = answers.filter(({ status }) => status === 503);
    assert(busy.length > 0, 'nobody was turned away');
    for (const answer of busy) {
      assert.equal(codeOf(answer), 'CAPACITY');
      assert.equal(answer.headers['retry-after'], '2');
    }
  });

  it('close registration', async () => {
    server = await RestServer.start({ auth: { registration: 'closed' } });
    const body = { username: 'ann', email: 'ann@example.org', password: 'long enough' };
    assert.equal(await server.errorOf('register', { body }), 'REGISTRATION_CLOSED');
  });
});
