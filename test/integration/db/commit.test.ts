import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordChange, type RecordChange } from '../../../src/calls/recordChanges.ts';
import { violations } from '../../../src/db/invariants.ts';
import { OutboxFile } from '../../../src/db/OutboxFile.ts';
import { createLogger } from '../../../src/logger.ts';
import { CuttableLink } from '../../support/CuttableLink.ts';
import { testDatabaseUrl } from '../../support/postgres.ts';
import { codeOf, RestServer, type Answer, type Person } from '../../support/RestServer.ts';

const rounds = 10;

/** The connection to Postgres ends exactly at COMMIT: the server cannot know whether it took place. */
describe('a transaction cut at COMMIT', function () {
  this.timeout(60_000);
  let link: CuttableLink;
  let server: RestServer;
  let outbox: OutboxFile<RecordChange>;
  let folder: string;
  let ann: Person;

  before(async () => {
    link = await CuttableLink.open(await testDatabaseUrl());
    folder = await mkdtemp(join(tmpdir(), 'veritalk-commit-'));
    const logger = createLogger('silent');
    const file = join(folder, 'outbox.jsonl');
    outbox = await OutboxFile.open({ file, logger, parse: (value) => recordChange.parse(value) });
    server = await RestServer.start({ databaseUrl: link.url, outbox, calls: { maxActivePerUser: 1000 } });
    ann = await server.register('ann');
    await server.register('bob');
  });
  after(async () => {
    await server.close();
    await outbox.close();
    await link.close();
    await rm(folder, { recursive: true });
  });

  /** Waits until no call is open in the record that nobody holds, and looks whether the record keeps its rules. */
  async function assertWhole(): Promise<void> {
    const orphans = async (): Promise<unknown[]> => {
      const open = await server.database.rows<{ uuid: string }>(`SELECT uuid FROM calls WHERE end_time IS NULL`);
      return open.filter(({ uuid }) => server.calls.live(uuid) === undefined);
    };
    const untilMs = Date.now() + 10_000;
    while ((await orphans()).length > 0) assert.ok(Date.now() < untilMs, 'a call is open that nobody holds');
    assert.deepEqual(await violations(server.database), []);
  }

  for (const lost of ['request', 'answer'] as const) {
    describe(`with its ${lost} lost`, () => {
      /** The request during whose commit the connection is cut; it fails, and says so as an outage. */
      async function cut(send: () => Promise<Answer>): Promise<void> {
        const done = link.cutAtCommit(lost);
        const answer = await send();
        await done;
        assert.deepEqual([answer.status, codeOf(answer)], [503, 'UNAVAILABLE']);
      }

      it('a call that is started is there once, or not at all; nothing rings for ever', async () => {
        for (let i = 0; i < rounds; i++) {
          const start = { token: ann.token, body: { call_type: 'audio', ...(i % 2 === 0 && { callee: 'bob' }) } };
          await cut(() => server.api('startCall', start));
          const { call } = await server.ok('startCall', start);
          await assertWhole();
          const { calls } = await server.ok('activeCalls', { token: ann.token });
          assert.deepEqual(
            calls.map(({ id }) => id),
            [call.id],
          );
          await server.ok('endCall', { token: ann.token, body: { call_id: call.id } });
        }
      });

      it('an end that is answered is recorded once, with that very time', async () => {
        for (let i = 0; i < rounds; i++) {
          const { call } = await server.ok('startCall', { token: ann.token, body: { call_type: 'audio' } });
          const done = link.cutAtCommit(lost);
          const { call: ended } = await server.ok('endCall', { token: ann.token, body: { call_id: call.id } });
          await done;
          await assertWhole();
          const { call: kept } = await server.ok('callDetails', { token: ann.token, params: { id: call.id } });
          assert.deepEqual([kept.end_time, kept.end_reason], [ended.end_time, ended.end_reason]);
        }
      });

      it('a refresh token that was sent can be sent again', async () => {
        const login = { login: 'ann', password: ann.password };
        let { refresh_token: token } = await server.ok('login', { body: login });
        for (let i = 0; i < rounds; i++) {
          await cut(() => server.api('refresh', { body: { refresh_token: token } }));
          ({ refresh_token: token } = await server.ok('refresh', { body: { refresh_token: token } }));
        }
      });

      it('an account is there once: registering again makes it, or its password works already', async () => {
        for (let i = 0; i < rounds; i++) {
          const account = { username: `${lost}${i}`, email: `${lost}${i}@example.org`, password: 'long enough' };
          await cut(() => server.api('register', { body: account }));
          const again = await server.api('register', { body: account });
          assert.equal(again.status, lost === 'request' ? 201 : 409);
          await server.ok('login', { body: { login: account.email, password: account.password } });
        }
      });
    });
  }
});
