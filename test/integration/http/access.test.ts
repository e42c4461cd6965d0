import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { routes, type RouteName } from '../../../src/protocol/rest.ts';
import { RestServer, type ApiInput, type Person } from '../../support/RestServer.ts';

const roles = ['anonymous', 'stranger', 'caller', 'callee', 'admin'] as const;
type Role = (typeof roles)[number];

/**
 * Statuses by who asks, in the order of `roles`, about a direct call that rings; a new route has to add its row.
 * Where a password is asked for, a wrong one is given.
 */
const expected: Record<RouteName, readonly [number, number, number, number, number]> = {
  register: [201, 201, 201, 201, 201],
  login: [200, 200, 200, 200, 200],
  refresh: [401, 401, 401, 401, 401],
  logout: [401, 204, 204, 204, 204],
  me: [401, 200, 200, 200, 200],
  sessions: [401, 200, 200, 200, 200],
  revokeSession: [401, 404, 404, 404, 404],
  findUsers: [401, 200, 200, 200, 200],
  startCall: [401, 409, 409, 400, 409],
  endCall: [401, 404, 200, 200, 404],
  activeCalls: [401, 200, 200, 200, 200],
  callHistory: [401, 200, 200, 200, 200],
  callDetails: [401, 404, 200, 200, 404],
  authOptions: [200, 200, 200, 200, 200],
  checkInvitation: [403, 403, 403, 403, 403],
  finishSingleSignOn: [404, 404, 404, 404, 404],
  changePassword: [401, 401, 401, 401, 401],
  changeEmail: [401, 401, 401, 401, 401],
  exportMe: [401, 200, 200, 200, 200],
  deleteMe: [401, 401, 401, 401, 401],
  adminUsers: [401, 403, 403, 403, 200],
  adminSetStatus: [401, 403, 403, 403, 204],
  adminResetPassword: [401, 403, 403, 403, 200],
  adminInvitations: [401, 403, 403, 403, 200],
  adminInvite: [401, 403, 403, 403, 201],
  adminWithdrawInvitation: [401, 403, 403, 403, 404],
  adminCalls: [401, 403, 403, 403, 200],
  adminEndCall: [401, 403, 403, 403, 204],
  adminHealth: [401, 403, 403, 403, 200],
  networkCheck: [401, 200, 200, 200, 200],
  startNetworkCheck: [401, 503, 503, 503, 503],
  letThemKnow: [401, 204, 204, 400, 204],
  // A call between two people has no guests, so there are no links to it for anybody.
  makeGuestLink: [401, 404, 404, 404, 404],
  guestLinks: [401, 404, 404, 404, 404],
  revokeGuestLink: [401, 404, 404, 404, 404],
  lookAtGuestLink: [404, 404, 404, 404, 404],
  signInAsGuest: [404, 404, 404, 404, 404],
};

describe('who may ask what', () => {
  let server: RestServer;
  before(async () => {
    // Nothing rings out while the whole table is asked.
    server = await RestServer.start({ calls: { ringTimeoutMs: 3_600_000 } });
  });
  after(() => server.close());

  it('is written down for every route', () => {
    assert.deepEqual(Object.keys(expected).sort(), Object.keys(routes).sort());
  });

  let count = 0;

  async function tokenOf(role: Role, { caller, callee }: Record<'caller' | 'callee', Person>): Promise<string | null> {
    if (role === 'anonymous') return null;
    if (role === 'caller') return caller.token;
    if (role === 'callee') return callee.token;
    const person = await server.register(`${role}-${randomUUID().slice(0, 8)}`);
    if (role === 'admin') await server.makeAdmin(person);
    return person.token;
  }

  /** The same request whoever sends it: about this call, and otherwise well formed. */
  function inputOf(name: RouteName, callId: string, callee: Person, sessionId: string): ApiInput {
    const fresh = `fresh${(count += 1)}`;
    const inputs: Record<RouteName, ApiInput> = {
      register: { body: { username: fresh, email: `${fresh}@example.org`, password: 'long enough' } },
      login: { body: { login: callee.username, password: callee.password } },
      refresh: { body: { refresh_token: 'x'.repeat(43) } },
      logout: {},
      me: {},
      sessions: {},
      revokeSession: { params: { id: sessionId } },
      findUsers: { query: { query: callee.username } },
      startCall: { body: { callee: callee.username, call_type: 'video' } },
      endCall: { body: { call_id: callId } },
      activeCalls: {},
      callHistory: {},
      callDetails: { params: { id: callId } },
      networkCheck: {},
      startNetworkCheck: {
        body: { protocol: 'udp', fingerprint: Array(32).fill('AB').join(':'), ssrc: 1, payload_type: 96 },
      },
      letThemKnow: { body: { callee: callee.username, call_type: 'video' } },
      makeGuestLink: { params: { id: callId }, body: {} },
      guestLinks: { params: { id: callId } },
      revokeGuestLink: { params: { id: callId, link: randomUUID() } },
      lookAtGuestLink: { body: { link: 'x' } },
      signInAsGuest: { body: { link: 'x', name: 'Mira' } },
      authOptions: {},
      finishSingleSignOn: { body: { code: 'x'.repeat(43) } },
      checkInvitation: { body: { invitation: 'x'.repeat(43) } },
      changePassword: { body: { current_password: 'wrong', new_password: 'quite another one' } },
      changeEmail: { body: { email: `${fresh}@example.net`, password: 'wrong' } },
      exportMe: {},
      deleteMe: { body: { password: 'wrong' } },
      adminUsers: {},
      adminSetStatus: { params: { id: callee.id }, body: { status: 'active' } },
      adminResetPassword: { params: { id: callee.id } },
      adminInvitations: {},
      adminInvite: { body: {} },
      adminWithdrawInvitation: { params: { id: randomUUID() } },
      adminCalls: {},
      adminEndCall: { body: { call_id: callId } },
      adminHealth: {},
    };
    return inputs[name];
  }

  for (const name of Object.keys(expected) as RouteName[]) {
    for (const [index, role] of roles.entries()) {
      const status = expected[name][index];
      it(`${name} answers ${status} to ${role}`, async () => {
        const id = randomUUID().slice(0, 8);
        const [caller, callee, other] = await Promise.all([
          server.register(`caller-${id}`),
          server.register(`callee-${id}`),
          server.register(`other-${id}`),
        ]);
        const body = { callee: callee.username, call_type: 'video' };
        const { call } = await server.ok('startCall', { token: caller.token, body });
        const { sessionId } = await server.accounts.authenticate(other.token);
        const token = await tokenOf(role, { caller, callee });
        const answer = await server.api(name, { ...inputOf(name, call.id, callee, sessionId), token });
        assert.equal(answer.status, status, answer.text);
        // Whatever was asked, somebody else's things are as they were.
        await server.ok('me', { token: other.token });
        const ends = (name === 'endCall' && status === 200) || (name === 'adminEndCall' && status === 204);
        const observer = role === 'caller' ? callee : caller;
        const { calls } = await server.ok('activeCalls', { token: observer.token });
        assert.equal(calls.length, ends ? 0 : 1);
      });
    }
  }

  it('GET requests change nothing', async () => {
    const ann = await server.register(`ann-${randomUUID().slice(0, 8)}`);
    await server.makeAdmin(ann);
    const { call } = await server.ok('startCall', { token: ann.token, body: { call_type: 'video' } });
    const dump = (): Promise<unknown[]> =>
      server.database.rows(
        `SELECT (SELECT json_agg(c ORDER BY c.id) FROM calls c)::text AS calls,
           (SELECT json_agg(p ORDER BY p.id) FROM call_participants p)::text AS participants,
           (SELECT json_agg(s ORDER BY s.id) FROM user_sessions s)::text AS sessions,
           (SELECT json_agg(u ORDER BY u.id) FROM users u)::text AS users`,
      );
    const before = await dump();
    for (const name of (Object.keys(routes) as RouteName[]).filter((key) => routes[key].method === 'get')) {
      const answer = await server.api(name, { ...inputOf(name, call.id, ann, randomUUID()), token: ann.token });
      assert.equal(answer.status, 200);
    }
    assert.deepEqual(await dump(), before);
  });

  it('what concerns a meeting: its host, who is in it, who was in it, strangers, administrators', async () => {
    const id = randomUUID().slice(0, 8);
    const people = ['host', 'inside', 'gone', 'stranger', 'admin'] as const;
    const [host, inside, gone, stranger, admin] = await Promise.all(people.map((name) => server.register(name + id)));
    assert(host && inside && gone && stranger && admin);
    await server.makeAdmin(admin);
    const { call } = await server.ok('startCall', { token: host.token, body: { call_type: 'video' } });
    await server.callStore.begin(call.id, new Date());
    for (const person of [inside, gone]) {
      const stay = { callId: call.id, userId: person.id, peerId: randomUUID(), joinedAt: new Date(), consent: null };
      await server.callStore.participantJoined({ ...stay, role: 'participant' });
      if (person === gone) await server.callStore.participantLeft(stay.peerId, new Date());
    }
    const table: [Person, details: number, end: number, adminEnd: number][] = [
      [inside, 200, 403, 403],
      [gone, 200, 403, 403],
      [stranger, 404, 404, 403],
      [admin, 404, 404, 204],
      [host, 200, 200, 403],
    ];
    for (const [person, details, end, adminEnd] of table) {
      const { token } = person;
      const statuses = [
        (await server.api('callDetails', { token, params: { id: call.id } })).status,
        (await server.api('endCall', { token, body: { call_id: call.id } })).status,
        (await server.api('adminEndCall', { token, body: { call_id: call.id } })).status,
      ];
      assert.deepEqual(statuses, [details, end, adminEnd], person.username);
    }
  });
});
