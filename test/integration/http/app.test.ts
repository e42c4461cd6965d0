import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { after, before, describe, it } from 'mocha';
import { apiBase, routes } from '../../../src/protocol/rest.ts';
import { RestServer } from '../../support/RestServer.ts';

describe('the HTTP server around the API', () => {
  let server: RestServer;
  let webRoot: string;

  before(async () => {
    webRoot = mkdtempSync(join(tmpdir(), 'veritalk-web-'));
    mkdirSync(join(webRoot, 'assets'));
    writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>the page</title>');
    writeFileSync(join(webRoot, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    writeFileSync(join(webRoot, 'assets', 'index-3f2a.js'), `console.log("${'x'.repeat(5000)}")`);
    writeFileSync(join(webRoot, '.secret'), 'canary');
    writeFileSync(join(webRoot, '..', 'veritalk-outside.txt'), 'canary');
    server = await RestServer.start({ webRoot });
  });
  after(async () => {
    await server.close();
    rmSync(webRoot, { recursive: true });
    rmSync(join(webRoot, '..', 'veritalk-outside.txt'));
  });

  for (const path of ['/', '/m/AAAAAAAAAAAAAAAAAAAAAA', '/history', '/calls/1', '/settings', '/network']) {
    it(`shows the page at ${path}, never from a cache`, async () => {
      const answer = await server.send({ path });
      assert.equal(answer.status, 200);
      assert.match(answer.text, /the page/);
      assert.match(answer.headers['content-type'] ?? '', /^text\/html/);
      assert.equal(answer.headers['cache-control'], 'no-cache');
    });
  }

  for (const path of [
    '/administrator',
    '/index.php',
    '/m/a/b',
    '/assets/none.js',
    '/.secret',
    '/../veritalk-outside.txt',
    '/..%2fveritalk-outside.txt',
    '/%2e%2e/veritalk-outside.txt',
    '/assets/..%5c..%5cveritalk-outside.txt',
  ]) {
    it(`answers ${path} with 404`, async () => {
      const answer = await server.send({ path });
      assert.equal(answer.status, 404);
      assert(!answer.text.includes('canary'));
    });
  }

  it('lets files with a hash in their name be kept for a year, others be asked for again', async () => {
    const script = await server.send({ path: '/assets/index-3f2a.js' });
    assert.match(script.headers['content-type'] ?? '', /javascript/);
    assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal((await server.send({ path: '/icon.svg' })).headers['cache-control'], 'no-cache');
  });

  it('compresses for those who can', async () => {
    const plain = await server.send({ path: '/assets/index-3f2a.js' });
    assert.equal(plain.headers['content-encoding'], undefined);
    const response = await fetch(`http://${server.host}/assets/index-3f2a.js`, {
      headers: { 'Accept-Encoding': 'gzip' },
    });
    assert.equal(response.headers.get('content-encoding'), 'gzip');
    assert.equal(await response.text(), plain.text);
    assert.throws(() => gunzipSync(plain.text));
  });

  it('lets pages load from here only, run no inline script and stand in no frame', async () => {
    const { headers } = await server.send({ path: '/' });
    const policy = new Map(
      String(headers['content-security-policy'])
        .split(';')
        .map((directive) => directive.trim().split(' '))
        .map(([name, ...values]) => [name, values.join(' ')]),
    );
    assert.equal(policy.get('default-src'), "'self'");
    assert.equal(policy.get('script-src'), "'self' 'wasm-unsafe-eval'");
    assert.equal(policy.get('img-src'), "'self' blob: data:");
    assert.equal(policy.get('media-src'), "'self' blob:");
    assert.equal(policy.get('worker-src'), "'self' blob:");
    assert.equal(policy.get('frame-ancestors'), "'none'");
    assert.equal(policy.get('object-src'), "'none'");
    assert.equal(policy.has('upgrade-insecure-requests'), false, 'would break http on a local network');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-powered-by'], undefined);
    assert.equal(headers['strict-transport-security'], undefined);
    for (const feature of ['camera', 'microphone', 'display-capture']) {
      assert(String(headers['permissions-policy']).includes(`${feature}=(self)`));
    }
  });

  it('keeps answers of the API out of caches', async () => {
    assert.equal((await server.send({ path: `${apiBase}/auth/me` })).headers['cache-control'], 'no-store');
  });

  for (const Origin of ['https://evil.io', 'null', 'https://calls.example.org.evil.io', 'HTTP://127.0.0.1']) {
    it(`gives a page of ${Origin} no leave to read or ask`, async () => {
      const headers = {
        Origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      };
      const preflight = await server.send({ method: 'OPTIONS', path: `${apiBase}/auth/login`, headers });
      const read = await server.send({ path: `${apiBase}/auth/me`, headers });
      for (const answer of [preflight, read]) {
        assert(answer.status >= 400);
        const names = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
        assert.deepEqual(names, []);
      }
    });
  }

  it('describes every route, for programs and for people', async () => {
    const answer = await server.send({ path: '/api/openapi.json' });
    const { openapi, paths } = answer.json as { openapi: string; paths: Record<string, Record<string, unknown>> };
    assert.equal(openapi, '3.1.0');
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    const mounted = Object.values(routes).map(({ method, path }) => `${method} ${apiBase}${path}`);
    assert.deepEqual(described.sort(), mounted.sort());
    const docs = await server.send({ path: '/api/docs' });
    assert.match(docs.headers['content-type'] ?? '', /^text\/html/);
    for (const { method, path } of Object.values(routes)) {
      assert(docs.text.includes(`<code>${method.toUpperCase()} ${apiBase}${path}</code>`));
    }
  });

  it('tells whether it lives, and whether it is ready', async () => {
    assert.deepEqual((await server.send({ path: '/healthz' })).json, { status: 'ok' });
    const ready = await server.send({ path: '/readyz' });
    assert.deepEqual([ready.status, ready.json], [200, { ready: true, checks: { database: true } }]);
    server.readiness.database = false;
    const unready = await server.send({ path: '/readyz' });
    assert.deepEqual([unready.status, unready.json], [503, { ready: false, checks: { database: false } }]);
    assert.equal((await server.send({ path: '/healthz' })).status, 200);
    server.readiness.database = true;
  });

  it('makes join links from the public address where there is one', async () => {
    const public_ = await RestServer.start({ server: { publicUrl: 'https://calls.example.org' } });
    try {
      const { token } = await public_.register('ann');
      const headers = { Host: 'evil.io' };
      const started = await public_.ok('startCall', { token, body: { call_type: 'video' }, headers });
      assert.equal(started.join_url, `https://calls.example.org/m/${started.room_id}`);
      const page = await public_.send({ path: '/' });
      assert.match(String(page.headers['strict-transport-security']), /max-age/);
      assert.equal(page.status, 404, 'there is no build to show');
    } finally {
      await public_.close();
    }
  });

  it('answers a fault of ours without telling of it, and logs it', async () => {
    const rows = server.database.rows.bind(server.database);
    const ann = await server.register('ann');
    server.database.rows = () => Promise.reject(new Error('canary in the engine room'));
    try {
      const answer = await server.api('callHistory', { token: ann.token });
      assert.equal(answer.status, 500);
      assert(!answer.text.includes('canary'));
      assert.match(answer.text, /"code":"INTERNAL"/);
      const { request_id: requestId } = answer.json as { request_id: string };
      assert(server.log.some((line) => line.includes('canary in the engine room') && line.includes(requestId)));
    } finally {
      server.database.rows = rows;
    }
  });
});
