import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newEntry, PolicyLog, type PolicyStore } from '../../../src/calls/PolicyLog.ts';
import { chain, firstBroken, type PolicyEntry } from '../../../src/calls/policyChain.ts';
import { PostgresCallStore } from '../../../src/db/CallStore.ts';
import type { Database } from '../../../src/db/Database.ts';
import { FilePolicyOutbox } from '../../../src/db/PolicyOutbox.ts';
import { PostgresPolicyStore } from '../../../src/db/PolicyStore.ts';
import { AppError } from '../../../src/errors.ts';
import { addUser, newCall, openTestDatabase } from '../../support/database.ts';
import { silent } from '../../support/webrtc.ts';

describe('the policy log', () => {
  let database: Database;
  let store: PostgresPolicyStore;
  let ann: { id: string };
  let callId: string;

  before(async () => {
    database = await openTestDatabase();
    store = new PostgresPolicyStore(database, chain);
    ann = await addUser(database, 'ann');
  });
  beforeEach(async () => {
    const call = newCall(ann.id);
    await new PostgresCallStore(database).create(call);
    callId = call.id;
  });
  after(() => database.close());

  const pause = (reason = 'looped'): PolicyEntry =>
    newEntry({
      kind: 'action',
      action: 'pauseVideo',
      actorId: ann.id,
      subjectPeerId: 'p',
      subjectUserId: randomUUID(),
      details: { reason, score: 0.30000000000000004, nested: { list: [1, null, 'é\u20ac'] } },
    });

  it('gives back what was written, with a chain that holds', async () => {
    const entries = [pause(), newEntry({ kind: 'verdict', action: 'challengeFailed' }), pause('frozen')];
    for (const entry of entries) await store.append(callId, entry);
    const kept = await store.entries(callId);
    assert.deepEqual(
      kept.map(({ callId: _c, seq: _s, prevHash: _p, hash: _h, ...entry }) => entry),
      entries,
    );
    assert.equal(firstBroken(kept), null);
  });

  it('writes an entry once, however often it is tried', async () => {
    const entry = pause();
    const [first, ...again] = await Promise.all(Array.from({ length: 10 }, () => store.append(callId, entry)));
    assert.ok(again.every(({ seq }) => seq === first?.seq));
    assert.equal((await store.entries(callId)).length, 1);
  });

  it('has neither gap nor fork after 100 writers at once', async () => {
    await Promise.all(Array.from({ length: 100 }, () => store.append(callId, pause())));
    const kept = await store.entries(callId);
    assert.deepEqual(
      kept.map(({ seq }) => seq),
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
    assert.equal(firstBroken(kept), null);
  });

  it('keeps the chains of calls apart', async () => {
    const other = newCall(ann.id);
    await new PostgresCallStore(database).create(other);
    await Promise.all([store.append(callId, pause()), store.append(other.id, pause())]);
    for (const id of [callId, other.id]) assert.equal((await store.entries(id))[0]?.seq, 1);
  });

  it('cannot be changed by statements, and shows what was changed all the same', async () => {
    for (let i = 0; i < 3; i++) await store.append(callId, pause());
    await assert.rejects(database.run(`UPDATE policy_actions SET action = 'x'`));
    await assert.rejects(database.run('DELETE FROM policy_actions'));
    await assert.rejects(database.run('TRUNCATE policy_actions'));
    await database.run('ALTER TABLE policy_actions DISABLE TRIGGER policy_actions_append_only');
    const change = `UPDATE policy_actions SET details = jsonb_set(details, '{reason}', '"x"')
      WHERE seq = 2 AND call_id = (SELECT id FROM calls WHERE uuid = $1)`;
    assert.equal(await database.run(change, [callId]), 1);
    await database.run('ALTER TABLE policy_actions ENABLE TRIGGER policy_actions_append_only');
    assert.equal(firstBroken(await store.entries(callId)), 2);
  });

  describe('while the database is away', () => {
    let dataDir: string;
    let away: boolean;
    let outbox: FilePolicyOutbox;
    let log: PolicyLog;
    const flaky: PolicyStore = {
      append: async (id, entry) => {
        if (away) throw new AppError('UNAVAILABLE', 'away');
        return store.append(id, entry);
      },
      entries: (id) => store.entries(id),
    };

    beforeEach(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'veritalk-outbox-'));
      away = false;
      outbox = await FilePolicyOutbox.open({ dataDir, store: flaky, logger: silent });
      log = new PolicyLog({ store: flaky, outbox, logger: silent });
    });
    afterEach(async () => {
      await outbox.close();
      await rm(dataDir, { recursive: true });
    });

    const actions = async (): Promise<string[]> => (await store.entries(callId)).map(({ actionId }) => actionId);

    it('keeps entries in a file of its owner only, and brings them home in order, once', async function () {
      this.timeout(10_000);
      away = true;
      const entries = [pause(), pause(), pause()];
      for (const entry of entries.slice(0, 2)) await log.append(callId, entry);
      assert.deepEqual(await actions(), []);
      const file = join(dataDir, 'policy-outbox.ndjson');
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.equal((await readFile(file, 'utf8')).match(/actionId/g)?.length, 2);
      away = false;
      // What is decided now must not overtake what waits.
      await log.append(callId, entries[2] ?? pause());
      while (outbox.waiting) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual(
        await actions(),
        entries.map(({ actionId }) => actionId),
      );
      assert.equal(firstBroken(await store.entries(callId)), null);
      await assert.rejects(stat(file), { code: 'ENOENT' });
    });

    it('finds them again after a crash, and leaves out a line that was cut off', async () => {
      away = true;
      const entry = pause();
      await log.append(callId, entry);
      await outbox.close();
      const file = join(dataDir, 'policy-outbox.ndjson');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text + text.slice(0, 40));
      await store.append(callId, entry);
      away = false;
      outbox = await FilePolicyOutbox.open({ dataDir, store: flaky, logger: silent });
      assert.deepEqual(await actions(), [entry.actionId]);
      assert.equal(outbox.waiting, false);
    });

    it('refuses what cannot be kept at all', async () => {
      const other = await mkdtemp(join(tmpdir(), 'veritalk-outbox-'));
      const lost = await FilePolicyOutbox.open({ dataDir: other, store: flaky, logger: silent });
      await rm(other, { recursive: true });
      away = true;
      await assert.rejects(new PolicyLog({ store: flaky, outbox: lost, logger: silent }).append(callId, pause()));
      await lost.close();
    });
  });
});
