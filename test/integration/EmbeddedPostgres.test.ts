import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../src/db/EmbeddedPostgres.ts';

const isRoot = process.getuid?.() === 0;

describe('EmbeddedPostgres', function () {
  this.timeout(60_000);

  let base: string;
  let dataDir: string;
  const open: EmbeddedPostgres[] = [];
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'veritalk-embedded-'));
    // The account that Postgres runs as must be able to pass.
    await chmod(base, 0o755);
    dataDir = path.join(base, 'data');
  });

  afterEach(async () => {
    for (const child of children.splice(0)) await end(child, 'SIGTERM');
    for (const postgres of open.splice(0)) await postgres.close();
    await rm(base, { recursive: true, force: true });
  });

  async function start(folder = dataDir, env: NodeJS.ProcessEnv = process.env): Promise<EmbeddedPostgres> {
    const postgres = await EmbeddedPostgres.start({ dataDir: folder, env });
    open.push(postgres);
    return postgres;
  }

  /** Starts it in a process of its own, which can be killed. */
  async function startElsewhere(): Promise<{ holder: ChildProcess; url: string }> {
    const holder = spawn(process.execPath, ['--import', 'tsx', 'test/support/postgresHolder.ts', dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(holder);
    const [url] = (await once(createInterface({ input: holder.stdout }), 'line')) as [string];
    return { holder, url };
  }

  it('makes a database that survives a stop, closed to everybody else', async () => {
    const first = await start();
    await addRow(first.url);
    await first.close();
    await first.close();

    assert.equal(await postmaster(dataDir), undefined);
    const second = await start();

    assert.equal(await countRows(second.url), 1);
    const modes = await Promise.all(['', 'postgres', 'postgres-password', 'postgres.log'].map((name) => modeOf(name)));
    assert.deepEqual(modes, [isRoot ? 0o711 : 0o700, 0o700, 0o600, 0o600]);
    assert.equal((await stat(path.join(dataDir, 'postgres'))).uid === 0, false);
  });

  it('does not let anybody in without the password', async () => {
    const url = new URL((await start()).url);
    url.password = 'wrong';

    await assert.rejects(countRows(url.href), { code: '28P01' });
  });

  it('lies at a path longer than a socket can have, below a folder that is closed to its account', async () => {
    const closed = path.join(base, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const long = path.join(closed, ...Array<string>(6).fill('a-folder-with-a-long-name-'.repeat(4)), 'data');

    const postgres = await start(long);

    await addRow(postgres.url);
    assert.equal(await countRows(postgres.url), 1);
    assert.ok(Buffer.byteLength(long) > 600);
  });

  it('stops what a killed parent left behind, and has its rows', async () => {
    const { holder, url } = await startElsewhere();
    await addRow(url);
    await end(holder, 'SIGKILL');
    const leftover = await postmaster(dataDir);
    assert.ok(leftover && isAlive(leftover), 'Postgres outlives its parent');

    const postgres = await start();

    assert.equal(isAlive(leftover), false);
    assert.equal(await countRows(postgres.url), 1);
    await assert.rejects(countRows(url), 'nothing listens on the old socket');
  });

  it('loses nothing committed when everything is killed while rows are written', async () => {
    const { holder, url } = await startElsewhere();
    const client = await connect(url);
    client.on('error', () => undefined);
    await client.query('CREATE TABLE rows (id serial)');
    let committed = 0;
    const writing = (async () => {
      for (;;) {
        await client.query('INSERT INTO rows DEFAULT VALUES');
        committed += 1;
        if (committed === 50) await killAll(dataDir, holder);
      }
    })();
    await assert.rejects(writing);

    const postgres = await start();

    // The one whose answer was lost may be there, too.
    const found = await countRows(postgres.url);
    assert.ok(found === committed || found === committed + 1, `${found} of ${committed}`);
  });

  it('is started again when it dies', async () => {
    const postgres = await start();
    await addRow(postgres.url);
    const pid = await postmaster(dataDir);
    assert.ok(pid);

    process.kill(pid, 'SIGKILL');
    await waitUntil(async () => (await postmaster(dataDir)) !== pid && (await answers(postgres.url)));

    assert.equal(await countRows(postgres.url), 1);
  });

  it('is refused to a second server, by one sentence', async () => {
    const { url } = await startElsewhere();

    await assert.rejects(start(), /is used by another Veritalk that runs now: stop it, or set another DATA_DIR\.$/);
    await addRow(url);
  });

  it('goes on with the version that made the cluster when another is preferred now', async () => {
    await (await start()).close();
    const other = await fakePostgres(99);

    const postgres = await start(dataDir, { PG_BINDIR: other });

    await addRow(postgres.url);
  });

  it('says which version is missing when none fits the cluster', async () => {
    await (await start()).close();
    await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '9\n');

    await assert.rejects(start(), /made by Postgres 9, which is not here: install it or set PG_BINDIR\.$/);
  });

  it('says what is wrong with PG_BINDIR', async () => {
    await assert.rejects(start(dataDir, { PG_BINDIR: base }), /PG_BINDIR names .* correct or unset it\.$/);
  });

  if (isRoot) {
    it('stays with the account that owns the cluster when another is preferred now', async () => {
      await (await start()).close();
      const cluster = path.join(dataDir, 'postgres');
      const nobody = 65534;
      await promisify(execFile)('chown', ['-R', `${nobody}:${nobody}`, cluster]);

      const postgres = await start();

      await addRow(postgres.url);
      assert.equal((await stat(cluster)).uid, nobody);
    });

    it('takes a cluster that root has copied back', async () => {
      await (await start()).close();
      await promisify(execFile)('chown', ['-R', '0:0', path.join(dataDir, 'postgres')]);

      const postgres = await start();

      await addRow(postgres.url);
    });
  }

  it('begins anew when making the cluster was cut short', async () => {
    await mkdir(path.join(dataDir, 'postgres.unfinished', 'base'), { recursive: true });

    const postgres = await start();

    await addRow(postgres.url);
  });

  it('is not misled when the number of a dead Postgres belongs to another program', async () => {
    await (await start()).close();
    await writeFile(path.join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n`);

    const postgres = await start();

    await addRow(postgres.url);
  });

  async function modeOf(name: string): Promise<number> {
    return (await stat(path.join(dataDir, name))).mode & 0o777;
  }

  /** A folder with programs that say they are Postgres. */
  async function fakePostgres(major: number): Promise<string> {
    const folder = path.join(base, 'other');
    await mkdir(folder);
    for (const name of ['postgres', 'initdb']) {
      await writeFile(path.join(folder, name), `#!/bin/sh\necho "${name} (PostgreSQL) ${major}.1"\n`, { mode: 0o755 });
    }
    return folder;
  }
});

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

async function addRow(url: string): Promise<void> {
  const client = await connect(url);
  await client.query('CREATE TABLE IF NOT EXISTS rows (id serial)');
  await client.query('INSERT INTO rows DEFAULT VALUES');
  await client.end();
}

async function countRows(url: string): Promise<number> {
  const client = await connect(url);
  const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM rows');
  await client.end();
  return Number(rows[0]?.count);
}

async function answers(url: string): Promise<boolean> {
  return countRows(url).then(
    () => true,
    () => false,
  );
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** The number of the Postgres that works in a data folder. */
async function postmaster(dataDir: string): Promise<number | undefined> {
  const file = await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => undefined);
  return file === undefined ? undefined : Number(file.split('\n')[0]);
}

/** Whether a process runs; one that has ended but was not waited for yet does not. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`);
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Kills the parent, Postgres and all its processes at once. */
async function killAll(dataDir: string, holder: ChildProcess): Promise<void> {
  const pid = await postmaster(dataDir);
  assert.ok(pid);
  const processes = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  holder.kill('SIGKILL');
  for (const each of [pid, ...processes.trim().split(' ').map(Number)]) process.kill(each, 'SIGKILL');
}
