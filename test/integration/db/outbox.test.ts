import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordChange, type RecordChange } from '../../../src/calls/recordChanges.ts';
import { PostgresCallStore } from '../../../src/db/CallStore.ts';
import { OutboxFile } from '../../../src/db/OutboxFile.ts';
import { createLogger } from '../../../src/logger.ts';
import { CuttableLink } from '../../support/CuttableLink.ts';
import { addUser, newCall, openTestDatabase } from '../../support/database.ts';
import { testDatabaseUrl } from '../../support/postgres.ts';
import { RestServer } from '../../support/RestServer.ts';

describe('the outbox', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'veritalk-outbox-'));
    file = join(folder, 'outbox.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (maxWaiting?: number): Promise<OutboxFile<RecordChange>> =>
    OutboxFile.open({
      file,
      logger: createLogger('silent'),
      parse: (value) => recordChange.parse(value),
      ...(maxWaiting !== undefined && { maxWaiting }),
    });
  const left = (peerId: string): RecordChange => ({ kind: 'left', peerId, at: new Date(1_800_000_000_000) });

  it('gives back after a crash what was put and not removed, with its times', async () => {
    const outbox = await open();
    const ids = await Promise.all(['a', 'b', 'c'].map((peer) => outbox.put(left(peer))));
    await outbox.remove(ids[1]!);
    // No close: that is the crash.
    const again = await open();
    assert.deepEqual([...again.waiting.values()], [left('a'), left('c')]);
    await again.close();
    await outbox.close();
  });

  it('is a file that nobody else can read, and is gone when nothing waits', async () => {
    const outbox = await open();
    const id = await outbox.put(left('a'));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await outbox.remove(id);
    await outbox.close();
    await assert.rejects(stat(file), { code: 'ENOENT' });
  });

  it('forgets a line that the crash cut off, and nothing after it', async () => {
    const outbox = await open();
    await outbox.put(left('a'));
    await outbox.close();
    await appendFile(file, '{"id":2,"entry":{"kind":"le');
    const second = await open();
    assert.equal(second.waiting.size, 1);
    await second.put(left('b'));
    await second.close();
    const third = await open();
    assert.equal(third.waiting.size, 2);
    await third.close();
  });

  it('has a bound', async () => {
    const outbox = await open(2);
    await outbox.put(left('a'));
    await outbox.put(left('b'));
    await assert.rejects(outbox.put(left('c')), { code: 'CAPACITY' });
    await outbox.close();
  });

  it('brings an end of a call over an outage and a crash, with its true time, once', async () => {
    const url = await testDatabaseUrl();
    const database = await openTestDatabase({ url });
    const ann = await addUser(database, 'ann');
    const store = new PostgresCallStore(database);
    const call = newCall(ann.id, { createdAt: new Date(Date.now() - 60_000) });
    await store.create(call);
    await store.begin(call.id, new Date(Date.now() - 50_000));
    const outbox = await open();
    const endTime = new Date(Date.now() - 20_000);
    for (let i = 0; i < 2; i++) {
      await outbox.put({ kind: 'end', callId: call.id, end: { status: 'ended', reason: 'hung_up', endTime } });
    }
    await outbox.close();
    const { RecordWriter } = await import('../../../src/calls/RecordWriter.ts');
    const again = await open();
    await new RecordWriter({ store, outbox: again, logger: createLogger('silent') }).replay();
    await again.close();
    const record = await store.find({ callId: call.id });
    assert.deepEqual([record?.endTime, record?.durationS, record?.endReason], [endTime, 30, 'hung_up']);
    await database.close();
  });
});

describe('an end of a call while the database is away', function () {
  this.timeout(20_000);

  it('is answered once it is safe, and recorded with its true time when the database is back', async () => {
    const link = await CuttableLink.open(await testDatabaseUrl());
    const folder = await mkdtemp(join(tmpdir(), 'veritalk-away-'));
    const outbox = await OutboxFile.open({
      file: join(folder, 'outbox.jsonl'),
      logger: createLogger('silent'),
      parse: (value) => recordChange.parse(value),
    });
    const server = await RestServer.start({ databaseUrl: link.url, connectTimeoutMs: 300, outbox });
    try {
      const [ann, bob] = [await server.register('ann'), await server.register('bob')];
      const body = { callee: 'bob', call_type: 'audio' };
      const { call } = await server.ok('startCall', { token: ann.token, body });
      await server.ok('me', { token: bob.token });
      link.cut();
      const { call: ended } = await server.ok('endCall', { token: ann.token, body: { call_id: call.id } });
      assert.deepEqual([ended.status, ended.end_reason, outbox.waiting.size], ['missed', 'cancelled', 1]);
      assert.equal(
        await server.errorOf('endCall', { token: bob.token, body: { call_id: randomUUID() } }),
        'UNAVAILABLE',
      );
      link.mend();
      let kept = await server.ok('callDetails', { token: bob.token, params: { id: call.id } });
      while (kept.call.end_time === null) {
        kept = await server.ok('callDetails', { token: bob.token, params: { id: call.id } });
      }
      assert.equal(kept.call.end_time, ended.end_time);
    } finally {
      link.mend();
      await server.close();
      await outbox.close();
      await link.close();
      await rm(folder, { recursive: true });
    }
  });
});
