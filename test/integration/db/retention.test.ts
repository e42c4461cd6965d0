import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PostgresCallStore } from '../../../src/db/CallStore.ts';
import type { Database } from '../../../src/db/Database.ts';
import { violations } from '../../../src/db/invariants.ts';
import { Retention } from '../../../src/db/Retention.ts';
import { createLogger } from '../../../src/logger.ts';
import { addUser, newCall, openTestDatabase } from '../../support/database.ts';

const day = 24 * 60 * 60 * 1000;
const start = new Date('2026-06-01T12:00:00Z');
const daysLater = (days: number): Date => new Date(start.getTime() + days * day);

describe('what is kept only for a time', () => {
  let database: Database;
  let clock = start;
  let retention: Retention;
  let ann: { id: string };

  before(async () => {
    database = await openTestDatabase();
    const days = { sessionDays: 30, checkDays: 90, qualityDays: 60, chatDays: 365, invitationDays: 10, webhookDays: 7 };
    retention = new Retention({ database, retention: days, logger: createLogger('silent'), now: () => clock });
    ann = await addUser(database, 'ann');
    await fillTables();
  });
  after(async () => {
    await retention.close();
    await database.close();
  });

  /** One of everything, as of `start`; the session is renewed once, and another goes on. */
  async function fillTables(): Promise<void> {
    const store = new PostgresCallStore(database);
    const call = newCall(ann.id, { createdAt: start });
    await store.create(call);
    await store.begin(call.id, start);
    await store.end(call.id, { status: 'ended', reason: 'hung_up', endTime: daysLater(0.01) });
    const sample = { score: 9, bitrateBps: 1, loss: 0, rttMs: 1, freezeS: 0 };
    await store.saveQuality({ callId: call.id, userId: ann.id, at: start, ...sample });
    await database.run(
      `INSERT INTO security_assessments (call_id, peer_id, at, status, assurance, causes, model_versions, evidence)
       SELECT id, 'p', $1, 'safe', 'passive', '[]', '{}', '[]' FROM calls`,
      [start],
    );
    await database.run(`INSERT INTO invitations (uuid, token_hash, created_at, expires_at) VALUES ($1, 'x', $2, $3)`, [
      randomUUID(),
      start,
      daysLater(7),
    ]);
    await database.run(
      `INSERT INTO webhook_events (uuid, type, call_uuid, data, created_at) VALUES ($1, 'call.ended', $2, '{}', $3)`,
      [randomUUID(), call.id, start],
    );
    const session = async (family: string, expires: Date, created = start): Promise<void> => {
      await database.run(
        `INSERT INTO user_sessions (user_id, session_token, refresh_token, family_id, created_at, expires_at,
           absolute_expires_at, ip_address) SELECT id, $1, $2, $3, $4, $5, $5, '192.0.2.1' FROM users`,
        [Buffer.from(randomUUID()), Buffer.from(randomUUID()), family, created, expires],
      );
    };
    const over = randomUUID();
    await session(over, daysLater(1));
    await session(over, daysLater(2), daysLater(1));
    await session(randomUUID(), daysLater(10_000));
  }

  const due: [days: number, deleted: Record<string, number>][] = [
    [6, {}],
    [9, { webhooks: 1 }],
    [18, { invitations: 1 }],
    [31, {}],
    [33, { sessions: 2 }],
    [59, {}],
    [61, { measurements: 1 }],
    [91, { checks: 1 }],
    [1000, {}],
  ];
  for (const [days, deleted] of due) {
    it(`after ${days} days: ${Object.keys(deleted).join(', ') || 'nothing more'} goes`, async () => {
      clock = daysLater(days);
      const none = { sessions: 0, checks: 0, measurements: 0, messages: 0, invitations: 0, webhooks: 0 };
      assert.deepEqual(await retention.run(), { ...none, ...deleted });
    });
  }

  it('the call itself, its people and sessions that go on are still there', async () => {
    const [row] = await database.rows<{ calls: number; members: number; sessions: number }>(
      `SELECT (SELECT count(*)::int FROM calls) AS calls, (SELECT count(*)::int FROM call_participants) AS members,
         (SELECT count(*)::int FROM user_sessions) AS sessions`,
    );
    assert.deepEqual(row, { calls: 1, members: 1, sessions: 1 });
    assert.deepEqual(await violations(database), []);
  });
});

describe('the rules of the record', () => {
  it('are found broken when they are', async () => {
    const database = await openTestDatabase();
    try {
      const ann = await addUser(database, 'ann');
      const store = new PostgresCallStore(database);
      const call = newCall(ann.id);
      await store.create(call);
      await store.begin(call.id, new Date());
      const peerId = randomUUID();
      const stay = { callId: call.id, userId: ann.id, peerId, joinedAt: new Date(), consent: null };
      await store.participantJoined({ ...stay, role: 'host' });
      await store.end(call.id, { status: 'ended', reason: 'hung_up', endTime: new Date() });
      assert.deepEqual(await violations(database), []);
      const breaks: [statement: string, rule: RegExp][] = [
        [`UPDATE calls SET duration = duration + 1`, /duration/],
        [`UPDATE calls SET duration = 0, end_reason = NULL`, /has a reason/],
        [`UPDATE calls SET end_reason = 'hung_up'`, /^$/],
        [`UPDATE call_participants SET left_at = NULL`, /nobody is left/],
        [`DELETE FROM call_participants WHERE peer_id IS NULL`, /has a part/],
      ];
      for (const [statement, rule] of breaks) {
        await database.run(statement);
        const found = await violations(database);
        if (rule.source !== '^$')
          assert.ok(
            found.some((violation) => rule.test(violation.rule)),
            statement,
          );
      }
    } finally {
      await database.close();
    }
  });
});
