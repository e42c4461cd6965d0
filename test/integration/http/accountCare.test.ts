import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'mocha';
import { RestServer, type Person } from '../../support/RestServer.ts';

describe('one’s own account', () => {
  let server: RestServer;
  let ann: Person;
  let count = 0;
  const fresh = (): Promise<Person> => server.register(`person${(count += 1)}`);

  before(async () => {
    server = await RestServer.start({ auth: { limits: { loginPerAccountAndAddress: 4 } } });
    ann = await server.register('ann');
  });
  after(() => server.close());

  const signIn = (person: Person, password = person.password): ReturnType<RestServer['api']> =>
    server.api('login', { body: { login: person.username, password } });

  it('changes its password, which ends every other session and not its own', async () => {
    const bob = await fresh();
    const other = (await signIn(bob)).json as { access_token: string };
    const ended = once(server.accounts, 'sessionRevoked');
    const body = { current_password: bob.password, new_password: 'violets at the window' };
    await server.ok('changePassword', { token: bob.token, body });
    await ended;
    assert.equal((await server.api('me', { token: bob.token })).status, 200);
    assert.equal((await server.api('me', { token: other.access_token })).status, 401);
    assert.equal((await signIn(bob)).status, 401);
    assert.equal((await signIn(bob, body.new_password)).status, 200);
  });

  it('asks for the old password, and counts wrong ones as at the sign-in', async () => {
    const bob = await fresh();
    const body = { current_password: 'not his', new_password: 'violets at the window' };
    const codes: string[] = [];
    for (let i = 0; i < 6; i++) codes.push(await server.errorOf('changePassword', { token: bob.token, body }));
    assert.equal(codes[0], 'CREDENTIALS_WRONG');
    assert.equal(codes.at(-1), 'RATE_LIMITED');
  });

  const weak = ['password', 'Password', '12345678', 'iloveyou', 'Trustno1', 'ANN@example.org'];
  for (const password of weak) {
    it(`refuses the password ${password}, which attackers try first`, async () => {
      const body = { current_password: ann.password, new_password: password };
      assert.equal(await server.errorOf('changePassword', { token: ann.token, body }), 'PASSWORD_WEAK');
      const account = { username: `weak${(count += 1)}`, email: 'ann@example.org', password };
      assert.equal(await server.errorOf('register', { body: account }), 'PASSWORD_WEAK');
    });
  }

  it('takes a long sentence with spaces and emoji, and tells passwords apart beyond 72 bytes', async () => {
    const bob = await fresh();
    const long = `${'correct horse battery staple '.repeat(3)}🐎 one`;
    await server.ok('changePassword', {
      token: bob.token,
      body: { current_password: bob.password, new_password: long },
    });
    assert.equal((await signIn(bob, long.replace('one', 'two'))).status, 401);
    assert.equal((await signIn(bob, long)).status, 200);
  });

  it('changes its e-mail with its password, to one that nobody else has', async () => {
    const bob = await fresh();
    const change = (email: string, password = bob.password): ReturnType<RestServer['api']> =>
      server.api('changeEmail', { token: bob.token, body: { email, password } });
    assert.equal((await change('new@example.org', 'wrong')).status, 401);
    assert.equal((await change('ANN@example.org')).status, 409);
    assert.equal((await change('New.Bob@Example.org')).status, 200);
    const { user } = await server.ok('me', { token: bob.token });
    assert.equal(user.email, 'new.bob@example.org');
    const login = { login: 'new.bob@example.org', password: bob.password };
    await server.ok('login', { body: login });
  });

  it('hands out all that is kept of a person, without secrets and without his own risk', async () => {
    const bob = await fresh();
    const { call } = await server.ok('startCall', { token: bob.token, body: { call_type: 'video', title: 'Review' } });
    const data = await server.ok('exportMe', { token: bob.token });
    assert.equal(data.user.email, bob.email);
    assert.deepEqual(
      data.tables.calls?.map(({ id, title, started_by_me: own }) => [id, title, own]),
      [[call.id, 'Review', true]],
    );
    assert.equal(data.tables.sessions?.length, 1);
    const text = JSON.stringify(data);
    assert.doesNotMatch(text, /argon2|refresh_token|session_token|password|"risk"|"confidence"|"evidence"/);
  });

  it('is deleted for good: nothing of it is left but a nameless part in the calls of others', async () => {
    const [bob, callee] = [await fresh(), await fresh()];
    const body = { callee: callee.username, call_type: 'audio', title: 'Secret plan' };
    const { call } = await server.ok('startCall', { token: bob.token, body });
    await server.ok('endCall', { token: bob.token, body: { call_id: call.id } });
    assert.equal(
      await server.errorOf('deleteMe', { token: bob.token, body: { password: 'wrong' } }),
      'CREDENTIALS_WRONG',
    );
    await server.ok('deleteMe', { token: bob.token, body: { password: bob.password } });
    assert.equal((await server.api('me', { token: bob.token })).status, 401);
    assert.equal((await server.api('refresh', { body: { refresh_token: bob.refreshToken } })).status, 401);
    assert.equal((await signIn(bob)).status, 401);
    const { calls } = await server.ok('callHistory', { token: callee.token });
    const [kept] = calls;
    assert.equal(kept?.id, call.id);
    assert.match(kept.caller.username, /^deleted-/);
    assert.equal(kept.title, null);
    const rest = await server.database.rows<{ text: string }>(
      `SELECT (SELECT json_agg(u) FROM users u)::text || (SELECT json_agg(c) FROM calls c)::text AS text`,
    );
    assert.doesNotMatch(rest[0]?.text ?? '', new RegExp(`${bob.username}|Secret plan`));
    // The name is free again, and nobody can sign in as what is left.
    await server.register(bob.username);
    assert.equal(
      await server.errorOf('login', { body: { login: kept.caller.username, password: '!' } }),
      'CREDENTIALS_WRONG',
    );
  });

  it('is found by its exact name only where the directory is switched off', async () => {
    const closed = await RestServer.start({ auth: { directory: false } });
    try {
      const [asker, target] = [await closed.register('asker'), await closed.register('target')];
      const found = async (query: string): Promise<string[]> =>
        (await closed.ok('findUsers', { token: asker.token, query: { query } })).users.map((user) => user.id);
      assert.deepEqual(await found('targ'), []);
      assert.deepEqual(await found('TARGET'), [target.id]);
      assert.equal((await closed.ok('authOptions')).directory, false);
    } finally {
      await closed.close();
    }
  });
});

describe('administrators', () => {
  let server: RestServer;
  let admin: Person;

  before(async () => {
    server = await RestServer.start({ auth: { registration: 'invite' } });
    const { password } = await server.accounts.admin.create(
      { username: 'root', email: 'root@example.org', fullName: '', role: 'admin' },
      null,
    );
    const tokens = await server.ok('login', { body: { login: 'root', password } });
    admin = {
      id: tokens.user.id,
      username: 'root',
      email: 'root@example.org',
      password,
      token: tokens.access_token,
      refreshToken: tokens.refresh_token,
    };
  });
  after(() => server.close());

  const invite = async (): Promise<string> => {
    const { url } = await server.ok('adminInvite', { token: admin.token, body: {} });
    return url.replace(/^.*\/invite\//, '');
  };
  const registration = (username: string, invitation?: string): { body: unknown } => ({
    body: {
      username,
      email: `${username}@example.org`,
      password: 'long enough to be good',
      ...(invitation !== undefined && { invitation }),
    },
  });

  it('invite: one link lets one person in', async () => {
    assert.equal(await server.errorOf('register', registration('uninvited')), 'REGISTRATION_CLOSED');
    const invitation = await invite();
    await server.ok('checkInvitation', { body: { invitation } });
    const names = Array.from({ length: 5 }, (_, i) => `guest${i}`);
    const statuses = await Promise.all(
      names.map(async (name) => (await server.api('register', registration(name, invitation))).status),
    );
    assert.deepEqual(statuses.sort(), [201, 403, 403, 403, 403]);
    assert.equal(await server.errorOf('checkInvitation', { body: { invitation } }), 'INVITATION_INVALID');
    const rows = await server.database.rows(`SELECT 1 FROM users WHERE username LIKE 'guest%'`);
    assert.equal(rows.length, 1);
  });

  it('withdraw a link; one that has run out lets nobody in', async () => {
    const invitation = await invite();
    const { invitations } = await server.ok('adminInvitations', { token: admin.token });
    const [newest] = invitations;
    assert(newest);
    await server.ok('adminWithdrawInvitation', { token: admin.token, params: { id: newest.id } });
    assert.equal(await server.errorOf('register', registration('late', invitation)), 'INVITATION_INVALID');
    const old = await invite();
    await server.database.run(`UPDATE invitations SET expires_at = now() - interval '1 second' WHERE used_at IS NULL`);
    assert.equal(await server.errorOf('register', registration('later', old)), 'INVITATION_INVALID');
  });

  it('disable an account: its sessions are over at once, also in what is remembered of them', async () => {
    const { account, password } = await server.accounts.admin.create(
      { username: 'mallory', email: 'mallory@example.org', fullName: 'Mallory', role: 'member' },
      null,
    );
    const body = { login: 'mallory', password };
    const { access_token: token, refresh_token: refreshToken } = await server.ok('login', { body });
    await server.ok('me', { token });
    const setStatus = (status: string): ReturnType<RestServer['api']> =>
      server.api('adminSetStatus', { token: admin.token, params: { id: account.id }, body: { status } });
    assert.equal((await setStatus('disabled')).status, 204);
    assert.equal((await server.api('me', { token })).status, 401);
    assert.equal((await server.api('refresh', { body: { refresh_token: refreshToken } })).status, 401);
    assert.equal((await server.api('login', { body })).status, 401);
    assert.equal((await setStatus('active')).status, 204);
    await server.ok('login', { body });
    const { users } = await server.ok('adminUsers', { token: admin.token, query: { query: 'mallory' } });
    assert.deepEqual(
      users.map(({ username, status, sessions }) => [username, status, sessions]),
      [['mallory', 'active', 1]],
    );
  });

  it('cannot lock themselves out', async () => {
    const input = { token: admin.token, params: { id: admin.id }, body: { status: 'disabled' } };
    assert.equal(await server.errorOf('adminSetStatus', input), 'CONFLICT');
    assert.equal(
      await server.errorOf('deleteMe', { token: admin.token, body: { password: admin.password } }),
      'CONFLICT',
    );
  });

  it('set a new password, see calls by count and state only, and end one', async () => {
    const { account, password: first } = await server.accounts.admin.create(
      { username: 'carol', email: 'carol@example.org', fullName: '', role: 'member' },
      null,
    );
    const { password } = await server.ok('adminResetPassword', { token: admin.token, params: { id: account.id } });
    assert.equal((await server.api('login', { body: { login: 'carol', password: first } })).status, 401);
    const { access_token: token } = await server.ok('login', { body: { login: 'carol', password } });
    const body = { call_type: 'video', title: 'Board meeting' };
    const { call } = await server.ok('startCall', { token, body });
    const answer = await server.api('adminCalls', { token: admin.token });
    assert.match(answer.text, new RegExp(call.id));
    assert.doesNotMatch(answer.text, /carol|Board meeting/);
    await server.ok('adminEndCall', { token: admin.token, body: { call_id: call.id } });
    const details = await server.ok('callDetails', { token, params: { id: call.id } });
    assert.deepEqual([details.call.status, details.call.end_reason], ['ended', 'administrator']);
  });

  it('page through the accounts by name', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = { limit: '2', ...(cursor !== null && { cursor }) };
      const page: { users: { username: string }[]; next_cursor: string | null } = await server.ok('adminUsers', {
        token: admin.token,
        query,
      });
      seen.push(...page.users.map(({ username }) => username));
      cursor = page.next_cursor;
    } while (cursor !== null);
    assert.deepEqual(seen, [...new Set(seen)].sort());
    assert(seen.includes('root') && seen.includes('carol'));
  });
});
