import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { CuttableLink } from '../../support/CuttableLink.ts';
import { openTestDatabase } from '../../support/database.ts';
import { testDatabaseUrl } from '../../support/postgres.ts';
import { codeOf, RestServer, type Person } from '../../support/RestServer.ts';

describe('without the database', () => {
  let link: CuttableLink;
  let server: RestServer;
  let ann: Person;

  before(async () => {
    link = await CuttableLink.open(await testDatabaseUrl());
    server = await RestServer.start({ databaseUrl: link.url, auth: { limits: { loginPerAddress: 10 } } });
    ann = await server.register('ann');
  });
  after(async () => {
    link.mend();
    await server.close();
    await link.close();
  });
  afterEach(() => link.mend());

  it('requests are answered 503 with a time to try again, soon, and work again afterwards', async () => {
    link.cut();
    const startMs = performance.now();
    const answers = await Promise.all([
      server.api('login', { body: { login: 'ann', password: ann.password } }),
      server.api('refresh', { body: { refresh_token: ann.refreshToken } }),
      server.api('callHistory', { token: ann.token }),
      server.api('startCall', { token: ann.token, body: { call_type: 'video' } }),
    ]);
    for (const answer of answers) {
      assert.deepEqual([answer.status, codeOf(answer)], [503, 'UNAVAILABLE']);
      assert.equal(answer.headers['retry-after'], '2');
    }
    assert(performance.now() - startMs < 3000);
    assert.equal((await server.send({ path: '/healthz' })).status, 200);

    link.mend();
    await server.ok('login', { body: { login: 'ann', password: ann.password } });
    // What could not be answered has not happened either: the token is still the current one.
    await server.ok('refresh', { body: { refresh_token: ann.refreshToken } });
  });

  it('tokens that were looked up a moment ago are believed, others are not', async () => {
    const bob = await server.register('bob');
    await server.ok('me', { token: ann.token });
    link.cut();
    await server.ok('me', { token: ann.token });
    assert.equal(await server.errorOf('me', { token: bob.token }), 'UNAVAILABLE');
  });

  it('a failed sign-in does not count as a wrong password', async () => {
    link.cut();
    for (let i = 0; i < 15; i++) {
      const body = { login: 'ann', password: ann.password };
      assert.equal(await server.errorOf('login', { body }), 'UNAVAILABLE');
    }
    link.mend();
    await server.ok('login', { body: { login: 'ann', password: ann.password } });
  });
});

describe('Database', () => {
  it('says so when Postgres cannot be reached at the start', async () => {
    const link = await CuttableLink.open(await testDatabaseUrl());
    const { url } = link;
    await link.close();
    await assert.rejects(openTestDatabase({ url }), { code: 'UNAVAILABLE' });
  });

  it('gives up a statement that takes too long, and one that waits for a connection', async () => {
    const database = await openTestDatabase({ statementTimeoutMs: 300, connectTimeoutMs: 200, poolSize: 2 });
    try {
      await assert.rejects(database.rows('SELECT pg_sleep(10)'), { code: 'UNAVAILABLE' });
      const waiting = Array.from({ length: 3 }, () => database.rows('SELECT pg_sleep(0.29)'));
      const outcomes = await Promise.allSettled(waiting);
      assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 1);
      await database.ping();
    } finally {
      await database.close();
    }
  });

  it('undoes a transaction that throws, and keeps one that does not', async () => {
    const database = await openTestDatabase();
    try {
      await database.run('CREATE TABLE notes (text text)');
      await assert.rejects(
        database.transaction(async (sql) => {
          await sql.run('INSERT INTO notes VALUES ($1)', ['lost']);
          throw new Error('no');
        }),
        /no/,
      );
      await database.transaction((sql) => sql.run('INSERT INTO notes VALUES ($1)', ['kept']));
      assert.deepEqual(await database.rows('SELECT text FROM notes'), [{ text: 'kept' }]);
    } finally {
      await database.close();
    }
  });

  it('refuses a statement with a forgotten value', async () => {
    const database = await openTestDatabase();
    try {
      const forgotten = undefined as unknown as string;
      await assert.rejects(database.rows('SELECT $1::text', [forgotten]), /undefined/);
    } finally {
      await database.close();
      await database.close();
    }
  });
});
