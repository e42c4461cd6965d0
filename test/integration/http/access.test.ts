import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { routes, type RouteName } from '../../../src/protocol/rest.ts';
import { RestServer, type ApiInput, type Person } from '../../support/RestServer.ts';

type Role = 'anonymous' | 'stranger' | 'caller' | 'callee';

/** Statuses by who asks, about a direct call that rings; a new route has to add its row. */
const expected: Record<RouteName, Record<Role, number>> = {
  register: { anonymous: 201, stranger: 201, caller: 201, callee: 201 },
  login: { anonymous: 200, stranger: 200, caller: 200, callee: 200 },
  refresh: { anonymous: 401, stranger: 401, caller: 401, callee: 401 },
  logout: { anonymous: 401, stranger: 204, caller: 204, callee: 204 },
  me: { anonymous: 401, stranger: 200, caller: 200, callee: 200 },
  sessions: { anonymous: 401, stranger: 200, caller: 200, callee: 200 },
  revokeSession: { anonymous: 401, stranger: 404, caller: 404, callee: 404 },
  findUsers: { anonymous: 401, stranger: 200, caller: 200, callee: 200 },
  startCall: { anonymous: 401, stranger: 409, caller: 409, callee: 400 },
  endCall: { anonymous: 401, stranger: 404, caller: 200, callee: 200 },
  activeCalls: { anonymous: 401, stranger: 200, caller: 200, callee: 200 },
  callHistory: { anonymous: 401, stranger: 200, caller: 200, callee: 200 },
  callDetails: { anonymous: 401, stranger: 404, caller: 200, callee: 200 },
  networkCheck: { anonymous: 401, stranger: 200, caller: 200, callee: 200 },
  startNetworkCheck: { anonymous: 401, stranger: 503, caller: 503, callee: 503 },
  letThemKnow: { anonymous: 401, stranger: 204, caller: 204, callee: 400 },
  // A call between two people has no guests, so there are no links to it for anybody.
  makeGuestLink: { anonymous: 401, stranger: 404, caller: 404, callee: 404 },
  guestLinks: { anonymous: 401, stranger: 404, caller: 404, callee: 404 },
  revokeGuestLink: { anonymous: 401, stranger: 404, caller: 404, callee: 404 },
  lookAtGuestLink: { anonymous: 404, stranger: 404, caller: 404, callee: 404 },
  signInAsGuest: { anonymous: 404, stranger: 404, caller: 404, callee: 404 },
};

describe('who may ask what', () => {
  let server: RestServer;
  before(async () => {
    server = await RestServer.start();
  });
  after(() => server.close());

  it('is written down for every route', () => {
    assert.deepEqual(Object.keys(expected).sort(), Object.keys(routes).sort());
  });

  let count = 0;

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
    };
    return inputs[name];
  }

  for (const name of Object.keys(expected) as RouteName[]) {
    for (const [role, status] of Object.entries(expected[name]) as [Role, number][]) {
      it(`${name} answers ${status} to ${role}`, async () => {
        const id = randomUUID().slice(0, 8);
        const [caller, callee, stranger, other] = [
          await server.register(`caller-${id}`),
          await server.register(`callee-${id}`),
          await server.register(`stranger-${id}`),
          await server.register(`other-${id}`),
        ];
        const body = { callee: callee.username, call_type: 'video' };
        const { call } = await server.ok('startCall', { token: caller.token, body });
        const { sessionId } = await server.accounts.authenticate(other.token);
        const token = { anonymous: null, stranger: stranger.token, caller: caller.token, callee: callee.token }[role];
        const answer = await server.api(name, { ...inputOf(name, call.id, callee, sessionId), token });
        assert.equal(answer.status, status, answer.text);
        // Whatever was asked, somebody else's things are as they were.
        await server.ok('me', { token: other.token });
        const mayEnd = name === 'endCall' && (role === 'caller' || role === 'callee');
        const { calls } = await server.ok('activeCalls', {
          token: (role === 'caller' ? callee : caller).token,
        });
        assert.equal(calls.length, mayEnd ? 0 : 1);
      });
    }
  }

  it('GET requests change nothing', async () => {
    const ann = await server.register(`ann-${randomUUID().slice(0, 8)}`);
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
});
