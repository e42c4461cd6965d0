import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { apiBase, type ErrorBody, type RouteResponse, type Tokens } from '../../../src/protocol/rest.ts';
import { Proxy, proxyNames } from '../../support/proxies.ts';
import { SignalingClient } from '../../support/SignalingClient.ts';
import { TestServer } from '../../support/TestServer.ts';

const password = 'correct horse battery';

interface Asked {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** The address that the proxy sees; all of 127.0.0.0/8 is this machine. */
  from?: string;
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

for (const name of proxyNames) {
  const here = Proxy.has(name);
  const title = here ? `behind ${name} as docs/proxy has it` : `behind ${name}: only what needs none, it is not here`;
  describe(title, function () {
    this.timeout(60_000);
    let server: TestServer;
    let proxy: Proxy | null = null;
    let url: string;
    let upstream: number;
    let ann: Tokens;

    before(async () => {
      const [https, http] = [randomInt(15_000, 17_000), randomInt(17_000, 19_000)];
      upstream = randomInt(19_000, 20_000);
      url = `https://127.0.0.1:${https}`;
      server = await TestServer.start({ server: { port: upstream, publicUrl: url, trustProxy: 1 } });
      if (!here) return;
      proxy = await Proxy.start(name, { https, http, upstream });
    });
    after(async () => {
      await proxy?.close();
      await server.close();
    });

    async function ask({ method = 'GET', path, headers = {}, body, from = '127.0.0.1' }: Asked): Promise<Answer> {
      const sent = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
      const asking = request(url + path, {
        method,
        ca: proxy?.ca,
        localAddress: from,
        agent: false,
        headers: { ...(sent !== undefined && { 'content-type': 'application/json' }), ...headers },
      });
      // A proxy that refuses a body by its length may close before all of it was sent.
      asking.on('error', () => undefined);
      asking.end(sent);
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
    }

    const register = (username: string, asked: Partial<Asked> = {}): Promise<Answer> =>
      ask({
        method: 'POST',
        path: `${apiBase}/auth/register`,
        body: { username, email: `${username}@example.org`, password },
        ...asked,
      });

    it('believes one proxy, and calls itself by PUBLIC_URL', async () => {
      assert.equal(server.server.url, url);
    });

    if (!here) return;

    it('plain http is sent to https', async () => {
      const response = await fetch(`${proxy?.httpUrl}/m/AAAAAAAAAAAAAAAAAAAAAA`, { redirect: 'manual' });
      await response.body?.cancel();
      assert.ok([301, 308].includes(response.status));
      assert.match(
        response.headers.get('location') ?? '',
        /^https:\/\/127\.0\.0\.1(:\d+)?\/m\/AAAAAAAAAAAAAAAAAAAAAA$/,
      );
    });

    it('answers, with the headers that make browsers insist on https', async () => {
      const { status, headers, text: body } = await ask({ path: '/healthz' });
      assert.deepEqual([status, body], [200, '{"status":"ok"}']);
      assert.match(headers['strict-transport-security'] ?? '', /max-age=\d{7,}/);
    });

    it('people register and sign in from pages of PUBLIC_URL, the refresh token in a cookie for https', async () => {
      const answer = await register('ann', { headers: { origin: url }, from: '127.0.0.3' });
      assert.equal(answer.status, 201, answer.text);
      ann = JSON.parse(answer.text) as Tokens;
      assert.match(String(answer.headers['set-cookie']), /^__Host-refresh_token=[\w-]+; Path=\/; HttpOnly; Secure/);
      const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
      const refreshed = await ask({
        method: 'POST',
        path: `${apiBase}/auth/refresh`,
        headers: { cookie, origin: url },
        body: {},
        from: '127.0.0.3',
      });
      assert.equal(refreshed.status, 200, refreshed.text);
      ann = JSON.parse(refreshed.text) as Tokens;
    });

    it('pages of other sites are refused', async () => {
      const { status, text: body } = await register('eve', { headers: { origin: 'https://evil.example' } });
      assert.deepEqual([status, (JSON.parse(body) as ErrorBody).error.code], [403, 'ORIGIN_FORBIDDEN']);
    });

    it('knows people by their own address, whatever they claim', async () => {
      const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' };
      const login = { login: 'ann', password };
      const asked = { method: 'POST', path: `${apiBase}/auth/login`, headers, body: login, from: '127.0.0.7' };
      const { access_token: token } = JSON.parse((await ask(asked)).text) as Tokens;
      const authorization = `Bearer ${token}`;
      const listed = await ask({ path: `${apiBase}/auth/sessions`, headers: { authorization } });
      const { sessions } = JSON.parse(listed.text) as RouteResponse<'sessions'>;
      assert.deepEqual(sessions.map((session) => session.ip_address).sort(), ['127.0.0.3', '127.0.0.7']);
    });

    it('counts failures by those addresses: one who guesses keeps nobody else out', async () => {
      const guess = (from: string): Promise<Answer> =>
        ask({ method: 'POST', path: `${apiBase}/auth/login`, body: { login: 'ann', password: 'wrong' }, from });
      const statuses = [];
      for (let i = 0; i < 11; i++) statuses.push((await guess('127.0.0.66')).status);
      assert.deepEqual([statuses[0], statuses.at(-1)], [401, 429]);
      assert.equal((await guess('127.0.0.67')).status, 401);
    });

    it('a body that is too large is refused, before or behind the proxy', async () => {
      for (const size of [64 * 1024 + 1, 1024 * 1024]) {
        const { status } = await register('big', { body: `{"username":"${'x'.repeat(size)}"}` });
        assert.equal(status, 413, `${size} bytes`);
      }
    });

    it('sockets come through as WebSockets, from pages of PUBLIC_URL only', async () => {
      const ca = proxy?.ca ?? '';
      const client = await SignalingClient.connect(url, ann.access_token, { origin: url, ca });
      assert.equal(client.socket.io.engine.transport.name, 'websocket');
      const started = await ask({
        method: 'POST',
        path: `${apiBase}/calls/start`,
        headers: { authorization: `Bearer ${ann.access_token}` },
        body: { call_type: 'video' },
      });
      const { room_id: roomId } = JSON.parse(started.text) as RouteResponse<'startCall'>;
      const { self } = await client.join(roomId);
      assert.equal(self.state, 'joined');
      await client.request('leave', {});
      client.close();
      await assert.rejects(SignalingClient.connect(url, ann.access_token, { origin: 'https://evil.example', ca }));
    });

    it('measurements are for this machine, not for whoever comes through the proxy', async () => {
      assert.equal((await ask({ path: '/metrics' })).status, 404);
      const direct = await fetch(`http://127.0.0.1:${upstream}/metrics`);
      await direct.body?.cancel();
      assert.equal(direct.status, 200);
    });
  });
}
