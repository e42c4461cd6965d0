import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { apiBase, routes, type RouteName, type RouteResponse } from '../../src/protocol/rest.ts';
import { testDatabaseUrl } from '../support/postgres.ts';
import { SignalingClient, consent } from '../support/SignalingClient.ts';
import { ServerProcess } from '../support/serverProcess.ts';

const root = new URL('../..', import.meta.url).pathname;
const secretOf = (what: string): string => `Canary-${what}-kT9vQ2mXw7RzL4bNcY8pHs3J`;

/** Settings that are secrets. */
const set = {
  OIDC_CLIENT_SECRET: secretOf('oidc'),
  TURN_SECRET: secretOf('turn'),
  METRICS_TOKEN: secretOf('metrics'),
  WEBHOOK_SECRET: Buffer.from(secretOf('webhook')).toString('base64'),
};

/** What people bring along. */
const given = {
  password: secretOf('password'),
  'next password': secretOf('next'),
  'mistyped password': secretOf('mistyped'),
  'e-mail address': 'canary.address.vq2mxw7@example.org',
  'full name': 'Canaria Vogelsang',
  title: 'Canary title about a merger',
  'chat message': 'Canary chat: meet me at the quarry',
  guest: 'Canary the Guest',
};

/**
 * Throws, on a signal, what a failed statement throws: an error whose fields hold the statement's values. Nothing in
 * the server lets one escape; this is what would be printed if something did.
 */
const spelled = (text: string): string => `Buffer.from("${Buffer.from(text).toString('hex')}", "hex").toString()`;
const crashOnSignal = `data:text/javascript,process.once("SIGUSR2", () => { throw Object.assign(new Error("crash"), {
  parameters: [${spelled(given.password)}], detail: ${spelled(given['e-mail address'])} }); });`;

/** Secrets are planted by the real use of a server that logs all it can; then all that it says is searched for them. */
describe('secrets', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let provider: Server;
  let env: Record<string, string>;
  /** Name of a secret -> the secret. */
  const planted: Record<string, string> = { ...given, ...set };
  /** Answers to requests that failed. */
  const refusals: string[] = [];
  const clients: SignalingClient[] = [];

  before(async () => {
    // Knows nobody and nothing: signing in with it and telling it by webhook fail.
    provider = createServer((_request, response) => response.writeHead(500).end('no')).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    const away = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const databaseUrl = await testDatabaseUrl();
    planted['database password'] = new URL(databaseUrl).password;
    env = {
      ...set,
      LOG_LEVEL: 'trace',
      DATABASE_URL: databaseUrl,
      OIDC_ISSUER: away,
      OIDC_CLIENT_ID: 'veritalk',
      TURN_URLS: 'turn:127.0.0.1:9',
      WEBHOOK_URL: away,
      WEBHOOK_ALLOW_PRIVATE: 'yes',
    };
    server = await ServerProcess.start({ env, nodeArgs: ['--import', crashOnSignal] });
  });
  after(async () => {
    for (const client of clients) client.close();
    await server.stop();
    provider.close();
  });

  async function send(method: string, path: string, token: string | null, body?: string): Promise<Response> {
    const response = await fetch(`${server.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
    });
    if (response.status >= 400) refusals.push(await response.clone().text());
    return response;
  }

  async function ask<N extends RouteName>(name: N, token: string | null, body?: object): Promise<RouteResponse<N>> {
    const { method, path } = routes[name];
    const response = await send(method.toUpperCase(), apiBase + path, token, body && JSON.stringify(body));
    assert.ok(response.ok, `${name}: ${response.status}`);
    return (response.status === 204 ? undefined : await response.json()) as RouteResponse<N>;
  }

  /** A request that has to fail, with secrets in it. */
  async function fail(method: string, path: string, token: string | null, body?: string): Promise<void> {
    const response = await send(method, path, token, body);
    assert.ok(response.status >= 300, `${method} ${path}: ${response.status}`);
  }

  async function open(token: string): Promise<SignalingClient> {
    const client = await SignalingClient.connect(server.url, token);
    clients.push(client);
    return client;
  }

  async function failOn(client: SignalingClient, name: string, data: unknown): Promise<void> {
    await assert.rejects(client.raw(name, data), (error: Error) => refusals.push(error.message) > 0);
  }

  async function useAccounts(): Promise<string> {
    const account = { username: 'canary', email: given['e-mail address'], full_name: given['full name'] };
    const made = await ask('register', null, { ...account, password: given.password });
    const login = { login: account.email, password: given.password };
    const first = await ask('login', null, login);
    const next = await ask('refresh', null, { refresh_token: first.refresh_token });
    Object.assign(planted, { 'access token': next.access_token, 'refresh token': next.refresh_token });
    await fail('POST', '/api/v1/auth/register', null, JSON.stringify({ ...account, password: given.password }));
    await fail('POST', '/api/v1/auth/login', null, JSON.stringify({ ...login, password: given['mistyped password'] }));
    await fail('POST', '/api/v1/auth/login', null, `{"login": "canary", "password": ${given.password}`);
    await fail('POST', '/api/v1/auth/login', null, JSON.stringify({ ...login, [given.password]: given.password }));
    await fail('POST', '/api/v1/auth/refresh', null, JSON.stringify({ refresh_token: `${next.refresh_token}x` }));
    await fail('GET', `/api/v1/auth/me?token=${next.access_token}`, next.access_token);
    await fail('GET', '/api/v1/auth/me', `${next.access_token}x`);
    await ask('changePassword', made.access_token, {
      current_password: given.password,
      new_password: given['next password'],
    });
    return (await ask('login', null, { ...login, password: given['next password'] })).access_token;
  }

  async function useInvitations(): Promise<void> {
    await server.admin('make-admin', 'canary');
    const { access_token: token } = await ask('login', null, { login: 'canary', password: given['next password'] });
    const { url } = await ask('adminInvite', token, {});
    planted.invitation = url.split('/').at(-1) ?? '';
    await send('GET', new URL(url).pathname, null);
    await ask('checkInvitation', null, { invitation: planted.invitation });
    await fail('GET', `/api/v1/auth/invitation/${planted.invitation}`, null);
  }

  async function useCalls(token: string): Promise<void> {
    const { call, room_id: roomId } = await ask('startCall', token, { call_type: 'video', title: given.title });
    const made = await send('POST', `${apiBase}/calls/${call.id}/guest-links`, token, '{}');
    const { link } = (await made.json()) as RouteResponse<'makeGuestLink'>;
    planted['guest link'] = link.url.split('/g/')[1] ?? '';
    await send('GET', new URL(link.url).pathname, null);
    const guest = await ask('signInAsGuest', null, { link: planted['guest link'], name: given.guest });
    planted['guest token'] = guest.access_token;
    await fail(
      'POST',
      '/api/v1/guests',
      null,
      JSON.stringify({ link: `${planted['guest link']}x`, name: given.guest }),
    );
    await fail('GET', '/api/v1/auth/me', guest.access_token);

    const host = await open(token);
    const prepared = await host.prepare(roomId);
    const [turn] = prepared.sendTransport.iceServers as { credential?: string }[];
    planted['TURN credential'] = turn?.credential ?? '';
    planted['ICE password'] = (prepared.sendTransport.iceParameters as { password?: string }).password ?? '';
    const { self } = await host.join(roomId);
    planted['resume token'] = self.resumeToken;
    await host.request('sendChat', { requestId: 'x', text: given['chat message'] });
    await failOn(host, 'sendChat', { requestId: 'y', text: given['chat message'].repeat(500) });
    await failOn(host, 'reauthenticate', { accessToken: `${token}x` });
    await failOn(host, 'connectTransport', {
      transportId: prepared.sendId,
      dtlsParameters: { password: given.password },
    });
    const second = await open(guest.access_token);
    await failOn(second, 'reauthenticate', { accessToken: token });
    await second.request('join', { roomId, consent, resumeToken: self.resumeToken });
    await assert.rejects(
      SignalingClient.connect(server.url, `${token}x`),
      (error: Error) => refusals.push(error.message) > 0,
    );
    await fail('GET', '/api/v1/auth/oidc/start', null);
    await fail('GET', `/api/v1/auth/oidc/callback?code=${secretOf('code')}&state=${secretOf('state')}`, null);
    Object.assign(planted, { 'OIDC code': secretOf('code'), 'OIDC state': secretOf('state') });
  }

  function assertSilent(text: string, where: string): void {
    assert.notEqual(text, '', where);
    for (const [name, secret] of Object.entries(planted)) {
      assert.ok(secret.length >= 10, `${name} was not planted`);
      const at = text.indexOf(secret);
      assert.equal(at, -1, `the ${name} is in ${where}: ${text.slice(Math.max(0, at - 200), at + 40)}`);
    }
  }

  it('are in no log, no refusal, no metric, no printed setting and no crash', async () => {
    const token = await useAccounts();
    await useCalls(token);
    await useInvitations();
    const kept = JSON.parse(await readFile(join(server.dataDir, 'secrets.json'), 'utf8')) as Record<string, string>;
    Object.assign(planted, {
      'key of access tokens': kept.accessTokenKey,
      'key of refresh tokens': kept.refreshTokenKey,
    });
    assert.ok(Object.keys(planted).length >= 24);

    assertSilent(refusals.join('\n'), 'a refusal');
    assertSilent(await (await send('GET', '/metrics', null)).text(), 'the metrics');
    const printed = await promisify(execFile)(process.execPath, ['dist/src/commands/config.js'], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'test', DATA_DIR: server.dataDir, ...env },
    });
    assertSilent(printed.stdout + printed.stderr, 'the printed settings');

    const exited = server.exited();
    process.kill(server.pid, 'SIGUSR2');
    assert.equal(await exited, 1);
    const log = server.logLines.join('\n');
    assert.match(log, /"msg":"request"/);
    assert.match(log, /crash/);
    assertSilent(log, 'the log');
  });

  const refusedStarts: [what: string, env: Record<string, string>][] = [
    ['a database that is away', { DATABASE_URL: `postgres://canary:${set.TURN_SECRET}@127.0.0.1:1/x` }],
    ['a database’s address of the wrong kind', { DATABASE_URL: `mysql://canary:${set.TURN_SECRET}@127.0.0.1:1/x` }],
    [
      'a webhook secret of the wrong form',
      { WEBHOOK_SECRET: `${set.METRICS_TOKEN}!`, WEBHOOK_URL: 'https://x.example' },
    ],
    ['a user in the address for webhooks', { WEBHOOK_URL: `https://x:${set.TURN_SECRET}@x.example` }],
    ['half of the settings for TURN', { TURN_SECRET: set.TURN_SECRET }],
    [
      'half of the settings for sign-in',
      { OIDC_ISSUER: 'https://x.example', OIDC_CLIENT_SECRET: set.OIDC_CLIENT_SECRET },
    ],
    ['a weak secret in production', { NODE_ENV: 'production', METRICS_TOKEN: 'canarycanary' }],
  ];
  for (const [what, settings] of refusedStarts) {
    it(`are not in the sentence that refuses ${what}`, async () => {
      const outcome = await promisify(execFile)(process.execPath, ['dist/src/main.js'], {
        cwd: root,
        env: { ...process.env, NODE_ENV: 'test', DATA_DIR: server.dataDir, PORT: '0', LOG_LEVEL: 'trace', ...settings },
      }).then(
        () => assert.fail('it started'),
        (error: unknown) => {
          const { stdout, stderr } = error as { stdout: string; stderr: string };
          return stdout + stderr;
        },
      );
      for (const secret of [...Object.values(set), 'canarycanary']) assert.ok(!outcome.includes(secret), outcome);
    });
  }
});
