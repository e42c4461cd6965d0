import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { apiBase, routes, type RouteName } from '../../../src/protocol/rest.ts';
import { codeOf, RestServer, type Person, type RawRequest } from '../../support/RestServer.ts';

const json = { 'Content-Type': 'application/json' };
const loginPath = `${apiBase}/auth/login`;

function login(body: string | Buffer, headers: Record<string, string> = json): RawRequest {
  return { method: 'POST', path: loginPath, headers, body };
}

describe('bad input over REST', () => {
  let server: RestServer;
  let ann: Person;
  before(async () => {
    server = await RestServer.start();
    ann = await server.register('ann');
    // Else the administrator's routes would refuse before they look at what came.
    await server.makeAdmin(ann);
  });
  after(() => server.close());

  afterEach(async () => {
    // Whatever came, the server lives and no prototype was changed.
    assert.equal((await server.send({ path: '/healthz' })).status, 200);
    for (const name of ['isAdmin', 'polluted']) assert.equal(name in {}, false);
  });

  const good = '{"login":"ann","password":"password of ann"}';
  const cases: [what: string, status: number, request: RawRequest][] = [
    ['no body', 400, { method: 'POST', path: loginPath }],
    ['an empty body', 400, login('')],
    ['null', 400, login('null')],
    ['a list', 400, login('[]')],
    ['text', 400, login('"x"')],
    ['a number', 400, login('123')],
    ['broken JSON', 400, login('{"login":"ann","pass')],
    ['two values', 400, login(`${good}${good}`)],
    ['an unknown key', 400, login('{"login":"ann","password":"x","admin":true}')],
    ['objects for texts', 400, login('{"login":{"$gt":""},"password":{"$gt":""}}')],
    ['bytes that are no UTF-8', 401, login(Buffer.from('{"login":"\xff\xfe","password":"x"}', 'latin1'))],
    ['NUL in a name', 400, login('{"login":"ann\\u0000","password":"x"}')],
    ['half a surrogate pair', 400, login('{"login":"ann\\ud83d","password":"x"}')],
    ['nesting 9 deep', 400, login(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`)],
    ['nesting 30,000 deep', 400, login(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)],
    ['nesting 100,000 deep', 413, login(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
    ['100,000 keys', 413, login(`{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join()}}`)],
    ['64 KB and a byte', 413, login('x'.repeat(65_537))],
    ['10 MB', 413, login('x'.repeat(10_000_000))],
    ['10 MB in chunks', 413, login('x'.repeat(10_000_000), { ...json, 'Transfer-Encoding': 'chunked' })],
    ['text/plain', 415, login(good, { 'Content-Type': 'text/plain' })],
    ['a form', 415, login('login=ann', { 'Content-Type': 'application/x-www-form-urlencoded' })],
    ['a multipart form', 415, login('x', { 'Content-Type': 'multipart/form-data; boundary=x' })],
    ['no type', 415, login(good, {})],
    ['JSON in UTF-7', 415, login(good, { 'Content-Type': 'application/json; charset=utf-7' })],
    ['JSON in UTF-16', 415, login(good, { 'Content-Type': 'application/json; charset=utf-16' })],
    ['application/jsonp', 415, login(good, { 'Content-Type': 'application/jsonp' })],
    ['compressed JSON', 415, login(good, { ...json, 'Content-Encoding': 'gzip' })],
    ['JSON with its charset named', 200, login(good, { 'Content-Type': 'application/json; charset=UTF-8' })],
    ['the last of two equal keys', 200, login(`{"login":"nobody",${good.slice(1)}`)],
    ['a query where there is none', 400, { ...login(good), path: `${loginPath}?next=//evil.io` }],
    ['__proto__ in the query', 400, { ...login(good), path: `${loginPath}?__proto__=1` }],
    ['an unknown path', 404, { path: `${apiBase}/admin` }],
    ['an unknown path below /api', 404, { path: '/api/v2/auth/me' }],
    ['another case', 404, { ...login(good), path: loginPath.toUpperCase().replace('/API/V1', apiBase) }],
    ['a slash at the end', 404, { ...login(good), path: `${loginPath}/` }],
    ['another method', 405, { method: 'PUT', path: loginPath, headers: json, body: good }],
    ['bad percent signs', 404, { path: `${apiBase}/calls/%E0%A4%A/x` }],
  ];
  for (const [what, status, request] of cases) {
    it(`answers ${status} to ${what}`, async () => {
      const startMs = performance.now();
      const answer = await server.send(request);
      assert.equal(answer.status, status, answer.text);
      assert(performance.now() - startMs < 2000);
      if (status >= 400) codeOf(answer);
      assert.match(String(answer.headers['x-request-id']), /^[\da-f-]{36}$/);
    });
  }

  it('closes the connection after a body that is too large', async () => {
    assert.equal((await server.send(login('x'.repeat(10_000_000)))).headers.connection, 'close');
  });

  it('says where the input is wrong, and never repeats it', async () => {
    const answer = await server.api('register', {
      body: { username: 'x', email: 'canary', password: 'canary', full_name: 1 },
    });
    const { details } = (answer.json as { error: { details: { path: string }[] } }).error;
    assert.deepEqual(details.map(({ path }) => path).sort(), ['email', 'full_name', 'password', 'username']);
    assert(!answer.text.includes('canary'));
  });

  const dangerous = ['{"__proto__":{"isAdmin":true}}', '{"constructor":{"prototype":{"isAdmin":true}}}'];
  for (const name of (Object.keys(routes) as RouteName[]).filter((key) => routes[key].method === 'post')) {
    it(`${name} refuses keys that reach prototypes, at every depth`, async () => {
      for (const body of dangerous) {
        for (let depth = 0; depth < 5; depth++) {
          const answer = await server.send({
            method: 'POST',
            path: `${apiBase}${routes[name].path}`,
            headers: { ...json, Authorization: `Bearer ${ann.token}` },
            body: `${'{"a":'.repeat(depth)}${body}${'}'.repeat(depth)}`,
          });
          assert.deepEqual([answer.status, codeOf(answer)], [400, 'VALIDATION']);
        }
      }
    });

    it(`${name} refuses every kind of wrong value in every field`, async () => {
      const shape = (routes[name].body as unknown as { shape: object }).shape;
      const values: unknown[] = [{ $gt: '' }, [], ['x'], 1.5, -1, true, null, 'x'.repeat(5000), { toString: 'x' }];
      for (const field of Object.keys(shape)) {
        for (const value of values) {
          const answer = await server.api(name, {
            token: ann.token,
            params: { id: randomUUID() },
            body: { [field]: value },
          });
          assert.deepEqual([answer.status, codeOf(answer)], [400, 'VALIDATION'], `${field} ${JSON.stringify(value)}`);
        }
      }
    });
  }

  it('refuses the same name twice in a query', async () => {
    const headers = { Authorization: `Bearer ${ann.token}` };
    for (const path of ['/calls/history?limit=1&limit=2', '/users?query=anna&query=bert', '/users?query[]=anna']) {
      const answer = await server.send({ path: `${apiBase}${path}`, headers });
      assert.deepEqual([answer.status, codeOf(answer)], [400, 'VALIDATION'], path);
    }
  });
});
