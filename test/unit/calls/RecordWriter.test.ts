import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { RecordWriter } from '../../../src/calls/RecordWriter.ts';
import type { RecordChange, RecordOutbox } from '../../../src/calls/recordChanges.ts';
import type { CallStore } from '../../../src/calls/CallStore.ts';
import { AppError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';

const callId = randomUUID();
const end = (reason: 'hung_up' | 'everyone_left'): RecordChange => ({
  kind: 'end',
  callId,
  end: { status: 'ended', reason, endTime: new Date() },
});

/** A database that can be away, and what it was asked for. */
class FakeStore {
  away = false;
  readonly ends: string[] = [];
  readonly tried = Promise.withResolvers<null>();

  readonly store = {
    end: async (_callId: string, { reason }: { reason: string }) => {
      this.tried.resolve(null);
      if (this.away) throw new AppError('UNAVAILABLE', 'away');
      this.ends.push(reason);
      return true;
    },
  } as unknown as CallStore;
}

class MemoryOutbox implements RecordOutbox {
  readonly waiting = new Map<number, RecordChange>();
  #last = 0;

  async put(change: RecordChange): Promise<number> {
    this.waiting.set((this.#last += 1), change);
    return this.#last;
  }

  async remove(id: number): Promise<void> {
    this.waiting.delete(id);
  }
}

describe('RecordWriter', () => {
  const make = (fake: FakeStore, outbox: RecordOutbox): RecordWriter =>
    new RecordWriter({ store: fake.store, outbox, logger: createLogger('silent') });

  it('writes into the database and leaves the outbox alone while that answers', async () => {
    const [fake, outbox] = [new FakeStore(), new MemoryOutbox()];
    const writer = make(fake, outbox);
    await writer.record(callId, end('hung_up'));
    await writer.close();
    assert.deepEqual(fake.ends, ['hung_up']);
    assert.equal(outbox.waiting.size, 0);
  });

  it('answers when a change is in the outbox, and takes it out once the database has it', async () => {
    const [fake, outbox] = [new FakeStore(), new MemoryOutbox()];
    fake.away = true;
    const writer = make(fake, outbox);
    await writer.record(callId, end('hung_up'));
    assert.equal(outbox.waiting.size, 1);
    fake.away = false;
    await writer.write(callId, async () => undefined);
    await writer.close();
    assert.deepEqual(fake.ends, ['hung_up']);
    assert.equal(outbox.waiting.size, 0);
  });

  it('keeps in the outbox what the database did not take before the stop', async () => {
    const [fake, outbox] = [new FakeStore(), new MemoryOutbox()];
    fake.away = true;
    const writer = make(fake, outbox);
    const recorded = writer.record(callId, end('everyone_left'));
    await fake.tried.promise;
    await writer.close();
    await recorded;
    assert.deepEqual(
      [...outbox.waiting.values()].map((change) => change.kind),
      ['end'],
    );
  });

  it('applies what an earlier process left, once and in its order', async () => {
    const [fake, outbox] = [new FakeStore(), new MemoryOutbox()];
    const left = [end('hung_up'), end('everyone_left')];
    for (const change of left) await outbox.put(change);
    const writer = make(fake, outbox);
    await writer.replay();
    assert.deepEqual(fake.ends, ['hung_up', 'everyone_left']);
    assert.equal(outbox.waiting.size, 0);
  });

  it('keeps the outbox as it is when the database goes away during that', async () => {
    const [fake, outbox] = [new FakeStore(), new MemoryOutbox()];
    await outbox.put(end('hung_up'));
    fake.away = true;
    await assert.rejects(make(fake, outbox).replay(), { code: 'UNAVAILABLE' });
    assert.equal(outbox.waiting.size, 1);
  });
});
