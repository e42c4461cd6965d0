import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { apiBase, type RouteResponse, type Tokens } from '../../src/protocol/rest.ts';
import { openTestDatabase } from '../support/database.ts';
import { testDatabaseUrl } from '../support/postgres.ts';
import { SignalingClient } from '../support/SignalingClient.ts';
import { ServerProcess } from '../support/serverProcess.ts';

const root = new URL('../..', import.meta.url).pathname;

interface Outcome {
  code: number;
  out: string;
}

/** Runs a built command as an operator does, with this environment. */
async function command(name: string, args: string[], env: Record<string, string>): Promise<Outcome> {
  const run = promisify(execFile)(process.execPath, [`dist/src/commands/${name}.js`, ...args], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'test', ...env },
  });
  return run.then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout + stderr };
    },
  );
}

async function ok(name: string, args: string[], env: Record<string, string>): Promise<string> {
  const { code, out } = await command(name, args, env);
  assert.equal(code, 0, out);
  return out;
}

describe('commands for operators', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let env: Record<string, string>;

  before(async () => {
    server = await ServerProcess.start({ env: { REGISTRATION: 'invite' } });
    env = { DATA_DIR: server.dataDir };
  });
  after(() => server.stop());

  async function post(path: string, body: unknown): Promise<{ status: number; json: Tokens }> {
    const response = await fetch(`${server.url}${apiBase}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as Tokens };
  }

  it('admin makes an account while the server runs, whose password works', async () => {
    const out = await ok('admin', ['create', 'root', 'root@example.org', '--admin'], env);
    const password = /Password: (\S+)/.exec(out)?.[1];
    const { status, json } = await post('/auth/login', { login: 'root', password });
    assert.equal(status, 200);
    assert.equal(json.user.role, 'admin');
    const given = ['create', 'ann', 'ann@example.org', '--full-name', 'Ann Lee', '--password', 'violets at the window'];
    await ok('admin', given, env);
    assert.match(await ok('admin', ['list'], env), /^ann\tann@example.org\tmember\tactive\t0 sessions\t/m);
  });

  it('admin refuses what the page would refuse, with one sentence', async () => {
    const cases: [string[], RegExp][] = [
      [['create', 'bob', 'bob@example.org', '--password', 'password'], /first that attackers try/],
      [['create', 'ANN', 'other@example.org'], /taken/],
      [['create', 'x', 'not an address'], /usage/],
      [['disable', 'root'], /last administrator/],
      [['disable', 'nobody'], /no such thing/],
      [['fly'], /There is no command fly/],
    ];
    for (const [args, words] of cases) {
      const { code, out } = await command('admin', args, env);
      assert.notEqual(code, 0);
      assert.match(out, words);
      assert.doesNotMatch(out, /at .*\.js:\d+/);
    }
  });

  it('admin invites: the link’s secret registers one person', async () => {
    const url = (await ok('admin', ['invite', '--days', '2'], env)).split('\n')[0] ?? '';
    const invitation = url.split('/').at(-1);
    const account = { username: 'guest', email: 'guest@example.org', password: 'violets at the window', invitation };
    assert.equal((await post('/auth/register', account)).status, 201);
    const again = { ...account, username: 'guest2', email: 'guest2@example.org' };
    assert.equal((await post('/auth/register', again)).status, 403);
  });

  it('admin shows what the receiver of webhooks did not take, and sends it again', async () => {
    assert.match(await ok('admin', ['webhooks', '--retry'], env), /^0 events are tried again.\n0 events wait, 0 were/);
  });

  it('admin disables: the sockets of the running server close within a second', async () => {
    const { json } = await post('/auth/login', { login: 'ann', password: 'violets at the window' });
    const client = await SignalingClient.connect(server.url, json.access_token);
    const closed = client.disconnected().then(() => performance.now());
    await ok('admin', ['disable', 'ann'], env);
    const doneMs = performance.now();
    assert.ok((await closed) - doneMs < 1000);
    assert.equal((await post('/auth/login', { login: 'ann', password: 'violets at the window' })).status, 401);
    await ok('admin', ['enable', 'ann'], env);
    const out = await ok('admin', ['reset-password', 'ann'], env);
    const password = /: (\S+)$/m.exec(out)?.[1];
    assert.equal((await post('/auth/login', { login: 'ann', password })).status, 200);
  });

  it('config prints values with their sources and no secret', async () => {
    const secret = 'kT9vQ2mXw7RzL4bNcY8pHs3J';
    const out = await ok('config', [], { ...env, METRICS_TOKEN: secret, PORT: '8123' });
    assert.match(out, /^server\.port +8123 {2}\(PORT\)$/m);
    assert.match(out, /^metrics\.token +"\(hidden\)"/m);
    assert.doesNotMatch(out, new RegExp(secret));
    const bad = await command('config', [], { ...env, PORT: 'many' });
    assert.deepEqual([bad.code, bad.out.startsWith('PORT: ')], [1, true]);
  });

  it('health says whether the server answers, by plain http and by TLS', async () => {
    const { port } = new URL(server.url);
    assert.match(await ok('health', [], { ...env, HOST: '127.0.0.1', PORT: port }), /The server answers/);
    const { code, out } = await command('health', [], {
      ...env,
      HOST: '127.0.0.1',
      PORT: port,
      TLS_SELF_SIGNED: 'yes',
    });
    assert.deepEqual([code, out], [1, 'The server does not answer.\n']);
    const secured = await ServerProcess.start({ env: { TLS_SELF_SIGNED: 'yes' } });
    try {
      const { port: tlsPort } = new URL(secured.url);
      const settings = { ...env, HOST: '127.0.0.1', PORT: tlsPort, TLS_SELF_SIGNED: 'yes' };
      assert.match(await ok('health', [], settings), /The server answers/);
    } finally {
      await secured.stop();
    }
  });

  it('backup works while the server runs, and restore brings everything back elsewhere, sessions included', async () => {
    const { json } = await post('/auth/login', { login: 'guest', password: 'violets at the window' });
    const headers = { authorization: `Bearer ${json.access_token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ call_type: 'video', title: 'Ünïcode, "quotes", (brackets)\\ and 中文' });
    const started = await fetch(`${server.url}${apiBase}/calls/start`, { method: 'POST', headers, body });
    const { call } = (await started.json()) as RouteResponse<'startCall'>;
    const folder = await mkdtemp(join(tmpdir(), 'veritalk-restore-'));
    const file = join(folder, 'one.backup');
    assert.match(await ok('backup', [file], env), /rows of \d+ tables/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);

    const data = join(folder, 'data');
    const refused = await command('restore', [file], env);
    assert.match(refused.out, /server works with this database/);
    assert.match(await ok('restore', [file], { DATA_DIR: data }), /is back/);
    assert.match((await command('restore', [file], { DATA_DIR: data })).out, /not empty: add --replace/);
    await ok('restore', [file, '--replace'], { DATA_DIR: data });
    const other = await ServerProcess.start({ dataDir: data });
    try {
      const response = await fetch(`${other.url}${apiBase}/calls/active`, { headers });
      const { calls } = (await response.json()) as RouteResponse<'activeCalls'>;
      assert.deepEqual(
        calls.map(({ id, title }) => [id, title]),
        [[call.id, call.title]],
      );
      // New rows get new numbers.
      const more = await fetch(`${other.url}${apiBase}/calls/start`, { method: 'POST', headers, body });
      assert.equal(more.status, 201);
    } finally {
      await other.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('restore touches nothing when the file is damaged', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'veritalk-damaged-'));
    const file = join(folder, 'one.backup');
    await ok('backup', [file], env);
    const whole = await readFile(file);
    const url = await testDatabaseUrl();
    const damages: [string, () => Promise<void>][] = [
      ['cut short', () => truncate(file, whole.length - 20)],
      [
        'one bit flipped',
        () =>
          writeFile(
            file,
            whole.map((byte, i) => (i === whole.length >> 1 ? byte ^ 4 : byte)),
          ),
      ],
      ['something else', () => writeFile(file, 'not a backup')],
    ];
    for (const [what, damage] of damages) {
      await damage();
      const { code, out } = await command('restore', [file], { ...env, DATABASE_URL: url });
      assert.deepEqual([code, out.includes('damaged or not a backup')], [1, true], `${what}: ${out}`);
    }
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`);
    await client.end();
    assert.equal(rows.length, 0);
    await rm(folder, { recursive: true });
  });
});

describe('a schema', function () {
  this.timeout(30_000);

  it('of a newer version is left alone', async () => {
    const database = await openTestDatabase();
    const url = await testDatabaseUrl();
    await database.close();
    const newer = await openTestDatabase({ url });
    await newer.run(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999999999999')`);
    await newer.close();
    await assert.rejects(openTestDatabase({ url }), /newer version/);
  });

  it('is put into a backup before it is changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'veritalk-before-'));
    const url = await testDatabaseUrl();
    const database = await openTestDatabase({ url });
    const [last] = await database.rows<{ name: string }>('SELECT name FROM migrations ORDER BY id DESC LIMIT 1');
    await database.close();
    // As an older version left it: the last migration is undone by hand.
    const { migrations } = await import('../../migrations/index.ts');
    const { DataSource } = await import('typeorm');
    const source = new DataSource({
      type: 'postgres',
      migrations,
      installExtensions: false,
      extra: { connectionString: url },
    });
    await source.initialize();
    await source.undoLastMigration();
    await source.destroy();
    const again = await openTestDatabase({ url, backupFolder: folder });
    await again.close();
    assert.ok((await stat(join(folder, `before-${last?.name ?? ''}.backup`))).size > 100);
    await rm(folder, { recursive: true });
  });
});
