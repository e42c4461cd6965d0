import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { routes, type RouteName } from '../../../src/protocol/rest.ts';
import { restAccess, restInput, type DirectAsker } from '../../support/access/rest.ts';
import { RestServer, type ApiInput, type Person } from '../../support/RestServer.ts';

const roles: readonly DirectAsker[] = ['caller', 'callee'];

/** What concerns a call between two; the same table says what others may, which `integration/access.test.ts` asks. */
describe('access to a direct call', () => {
  let server: RestServer;
  before(async () => {
    // Nothing rings out while the whole table is asked.
    server = await RestServer.start({ calls: { ringTimeoutMs: 3_600_000 } });
  });
  after(() => server.close());

  for (const name of Object.keys(routes) as RouteName[]) {
    for (const role of roles) {
      const status = restAccess[name][role];
      it(`${name} answers ${status} to the ${role}`, async () => {
        const id = randomUUID().slice(0, 8);
        const [caller, callee, other] = await Promise.all([
          server.register(`caller-${id}`),
          server.register(`callee-${id}`),
          server.register(`other-${id}`),
        ]);
        const body = { callee: callee.username, call_type: 'video' };
        const { call } = await server.ok('startCall', { token: caller.token, body });
        const { token } = role === 'caller' ? caller : callee;
        const answer = await server.api(name, { ...(await inputOf(name, call.id, { other, busy: callee })), token });
        assert.equal(String(answer.status), status, answer.text);
        // Whatever was asked, somebody else's things are as they were.
        await server.ok('me', { token: other.token });
        const observer = role === 'caller' ? callee : caller;
        const { calls } = await server.ok('activeCalls', { token: observer.token });
        assert.equal(calls.length, name === 'endCall' ? 0 : 1);
      });
    }
  }

  /** There are no guest links to a call between two. */
  async function inputOf(
    name: RouteName,
    callId: string,
    { other, busy }: Record<'other' | 'busy', Person>,
  ): Promise<ApiInput> {
    const { sessionId } = await server.accounts.authenticate(other.token);
    const guestLink = { id: randomUUID(), text: 'x' };
    return restInput(name, { callId, other, busy: busy.username, sessionId, guestLink });
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
      const input = await inputOf(name, call.id, { other: ann, busy: ann });
      const answer = await server.api(name, { ...input, token: ann.token });
      assert.equal(answer.status, 200);
    }
    assert.deepEqual(await dump(), before);
  });
});
