import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations/index.ts';
import { PostgresCallStore } from '../../../src/db/CallStore.ts';
import type { Database } from '../../../src/db/Database.ts';
import { entities } from '../../../src/db/entities/index.ts';
import { addUser, newCall, openTestDatabase } from '../../support/database.ts';
import { testDatabaseUrl } from '../../support/postgres.ts';

function sourceOf(url: string): Promise<DataSource> {
  const options = {
    entities,
    migrations,
    synchronize: false,
    installExtensions: false,
    extra: { connectionString: url },
  };
  return new DataSource({ type: 'postgres', ...options }).initialize();
}

describe('the schema', () => {
  it('is after the migrations what the entities say: there is nothing left to change', async () => {
    const source = await sourceOf(await testDatabaseUrl());
    try {
      await source.runMigrations();
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      assert.deepEqual(
        upQueries.map(({ query }) => query),
        [],
      );
      assert.equal(source.entityMetadatas.length, entities.length);
    } finally {
      await source.destroy();
    }
  });

  it('can be taken back to nothing and made again', async () => {
    const source = await sourceOf(await testDatabaseUrl());
    const tables = async (): Promise<string[]> => {
      const rows = await source.query<{ name: string }[]>(
        `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY 1`,
      );
      return rows.map(({ name }) => name);
    };
    try {
      await source.runMigrations();
      const all = await tables();
      assert.equal(all.length, entities.length);
      for (const _migration of migrations) await source.undoLastMigration();
      assert.deepEqual(await tables(), []);
      await source.runMigrations();
      assert.deepEqual(await tables(), all);
    } finally {
      await source.destroy();
    }
  });

  it('is made once when several servers start at the same time', async () => {
    const url = await testDatabaseUrl();
    const databases = await Promise.all(Array.from({ length: 4 }, () => openTestDatabase({ url })));
    const rows = await databases[0]?.rows<{ name: string }>('SELECT name FROM migrations');
    assert.equal(rows?.length, migrations.length);
    for (const database of databases) await database.close();
  });
});

describe('rules that the database keeps by itself', () => {
  let database: Database;
  let callId: string;
  let roomId: string;

  before(async () => {
    database = await openTestDatabase();
    const ann = await addUser(database, 'ann');
    const call = newCall(ann.id);
    ({ id: callId, roomId } = call);
    await new PostgresCallStore(database).create(call);
  });
  after(() => database.close());

  const forbidden: [rule: string, constraint: RegExp, statement: string, values: () => string[]][] = [
    [
      'a second running call in a room',
      /calls_open_room_key/,
      `INSERT INTO calls (uuid, room_id, caller_id, call_type, status, created_at, node_id, boot_id, last_seen_at)
       SELECT $1, $2, id, 'video', 'ringing', now(), 'n', 'b', now() FROM users`,
      () => [randomUUID(), roomId],
    ],
    [
      'a running call with an end',
      /calls_over_check/,
      `UPDATE calls SET end_time = now() WHERE uuid = $1`,
      () => [callId],
    ],
    [
      'an ended call without an end',
      /calls_over_check/,
      `UPDATE calls SET status = 'ended' WHERE uuid = $1`,
      () => [callId],
    ],
    [
      'an end before the start',
      /calls_order_check/,
      `UPDATE calls SET status = 'ended', start_time = now(), end_time = now() - interval '1 s' WHERE uuid = $1`,
      () => [callId],
    ],
    [
      'an end before the creation',
      /calls_order_check/,
      `UPDATE calls SET status = 'missed', end_time = created_at - interval '1 s' WHERE uuid = $1`,
      () => [callId],
    ],
    ['a negative duration', /calls_duration_check/, `UPDATE calls SET duration = -1 WHERE uuid = $1`, () => [callId]],
    [
      'an unknown status',
      /calls_status_check/,
      `UPDATE calls SET status = 'odd', end_time = now() WHERE uuid = $1`,
      () => [callId],
    ],
    ['a call without its caller', /calls_caller_id_fkey/, `DELETE FROM users`, () => []],
    [
      'a name that differs in case only',
      /users_username_key/,
      `INSERT INTO users (uuid, username, email, full_name, password_hash) VALUES ($1, 'ANN', 'x@y.z', '', '')`,
      () => [randomUUID()],
    ],
    [
      'a stay that ends before it began',
      /call_participants_order_check/,
      `INSERT INTO call_participants (call_id, user_id, peer_id, role, joined_at, left_at)
       SELECT c.id, u.id, $1, 'host', now(), now() - interval '1 s' FROM calls c, users u`,
      () => [randomUUID()],
    ],
    [
      'unscored without a reason',
      /security_assessments_reason_check/,
      `INSERT INTO security_assessments (call_id, peer_id, at, status, assurance, causes, model_versions, evidence)
       SELECT id, 'p', now(), 'unscored', 'none', '[]', '{}', '[]' FROM calls`,
      () => [],
    ],
    [
      'a risk above 1',
      /security_assessments_risk_check/,
      `INSERT INTO security_assessments (call_id, peer_id, at, status, assurance, risk, causes, model_versions, evidence)
       SELECT id, 'p', now(), 'risk', 'none', 1.01, '[]', '{}', '[]' FROM calls`,
      () => [],
    ],
  ];
  for (const [rule, constraint, statement, values] of forbidden) {
    it(`refuse ${rule}`, async () => {
      await assert.rejects(database.run(statement, values()), constraint);
    });
  }

  it('refuse to change or delete what the policy did', async () => {
    await database.run(
      `INSERT INTO policy_actions (uuid, call_id, seq, at, kind, action, details, prev_hash, hash)
       SELECT gen_random_uuid(), id, 1, now(), 'action', 'pauseVideo', '{}', '', 'x' FROM calls`,
    );
    for (const statement of [
      `UPDATE policy_actions SET action = 'nothing'`,
      'DELETE FROM policy_actions',
      'TRUNCATE policy_actions',
    ]) {
      await assert.rejects(database.run(statement), /can only be added to/);
    }
  });
});
