import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import type { CallRecord, NewCall } from '../../../src/calls/CallStore.ts';
import { PostgresAssessmentStore } from '../../../src/db/AssessmentStore.ts';
import { PostgresCallStore } from '../../../src/db/CallStore.ts';
import type { Database } from '../../../src/db/Database.ts';
import { violations } from '../../../src/db/invariants.ts';
import type { Assessment } from '../../../src/protocol/assessment.ts';
import { assessmentResult } from '../../support/assessments.ts';
import { addUser, newCall, openTestDatabase } from '../../support/database.ts';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 5, 1, 12, 0, seconds));

describe('PostgresCallStore', () => {
  let database: Database;
  let store: PostgresCallStore;
  let ann: { id: string; username: string };
  let bob: { id: string; username: string };
  let eve: { id: string; username: string };

  before(async () => {
    database = await openTestDatabase();
    store = new PostgresCallStore(database);
    ann = await addUser(database, 'ann');
    bob = await addUser(database, 'bob');
    eve = await addUser(database, 'eve');
  });
  after(() => database.close());

  const make = async (changes: Partial<NewCall> = {}): Promise<NewCall> => {
    const call = newCall(ann.id, { createdAt: at(0), ...changes });
    await store.create(call);
    return call;
  };
  const find = async (callId: string): Promise<CallRecord> => {
    const record = await store.find({ callId });
    assert(record);
    return record;
  };
  const join = async (call: NewCall, user: { id: string }, seconds: number): Promise<string> => {
    const peerId = randomUUID();
    const consent = { check: true, evidence: false, version: 1, language: 'zh-CN' } as const;
    await store.participantJoined({
      callId: call.id,
      userId: user.id,
      peerId,
      role: 'host',
      joinedAt: at(seconds),
      consent,
    });
    return peerId;
  };
  const ended = { status: 'ended', reason: 'hung_up' } as const;

  it('finds a call by id and by room as it was made', async () => {
    const call = await make({ calleeId: bob.id, title: 'Budget' });
    const record = await find(call.id);
    assert.deepEqual(await store.find({ roomId: call.roomId }), record);
    assert.deepEqual(record, {
      id: call.id,
      roomId: call.roomId,
      caller: { id: ann.id, username: 'ann', fullName: 'ann' },
      callee: { id: bob.id, username: 'bob', fullName: 'bob' },
      callType: 'video',
      title: 'Budget',
      status: 'ringing',
      startTime: null,
      endTime: null,
      durationS: 0,
      endReason: null,
      createdAt: at(0),
      participantCount: 0,
      securityStatus: null,
      lobby: false,
      locked: false,
    });
    assert.equal(await store.find({ callId: randomUUID() }), null);
  });

  it('begins a call once', async () => {
    const call = await make({ calleeId: bob.id });
    assert.equal(await store.begin(call.id, at(5)), true);
    assert.equal(await store.begin(call.id, at(9)), false);
    const { status, startTime } = await find(call.id);
    assert.deepEqual([status, startTime], ['active', at(5)]);
  });

  it('does not begin a call that is over', async () => {
    const call = await make();
    await store.end(call.id, { ...ended, endTime: at(1) });
    assert.equal(await store.begin(call.id, at(2)), false);
  });

  it('ends a call once, with its stays, and counts whole seconds from the start', async () => {
    const call = await make();
    await store.begin(call.id, at(5));
    const early = await join(call, ann, 5);
    await join(call, bob, 7);
    await store.participantLeft(early, at(20));
    const ends = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        store.end(call.id, { ...ended, endTime: new Date(at(60 + i).getTime() + 900) }),
      ),
    );
    assert.equal(ends.filter(Boolean).length, 1);
    const record = await find(call.id);
    assert.equal(record.status, 'ended');
    assert.equal(record.endReason, 'hung_up');
    assert(record.startTime && record.endTime);
    assert.equal(record.durationS, Math.floor((record.endTime.getTime() - record.startTime.getTime()) / 1000));
    const details = await store.details(call.id, ann.id);
    assert.deepEqual(
      details?.participants.map(({ user, joinedAt, leftAt }) => [user.username, joinedAt, leftAt]),
      [
        ['ann', at(5), at(20)],
        ['bob', at(7), record.endTime],
      ],
    );
  });

  it('never ends a call before its start, nor before its creation, nor a stay before it began', async () => {
    const begun = await make();
    await store.begin(begun.id, at(10));
    await join(begun, ann, 30);
    await store.end(begun.id, { ...ended, endTime: at(3) });
    const record = await find(begun.id);
    assert.deepEqual([record.endTime, record.durationS], [at(10), 0]);
    assert.deepEqual((await store.details(begun.id, ann.id))?.participants[0]?.leftAt, at(30));

    const missed = await make({ calleeId: bob.id });
    await store.end(missed.id, { status: 'missed', reason: 'no_answer', endTime: at(-100) });
    const { endTime, durationS, status } = await find(missed.id);
    assert.deepEqual([endTime, durationS, status], [at(0), 0, 'missed']);
  });

  it('keeps the first time at which a peer left, and takes a peer in once', async () => {
    const call = await make();
    const peerId = await join(call, ann, 1);
    await store.participantJoined({
      callId: call.id,
      userId: ann.id,
      peerId,
      role: 'host',
      joinedAt: at(2),
      consent: null,
    });
    await store.participantLeft(peerId, at(8));
    await store.participantLeft(peerId, at(9));
    const details = await store.details(call.id, ann.id);
    assert.deepEqual(
      details?.participants.map(({ joinedAt, leftAt }) => [joinedAt, leftAt]),
      [[at(1), at(8)]],
    );
  });

  it('leaves nobody in a call that is over, whichever of joining and end is written first', async () => {
    const calls = await Promise.all(Array.from({ length: 20 }, () => make()));
    const ended = { status: 'ended', endTime: at(9), reason: 'hung_up' } as const;
    await Promise.all(
      calls.map(async (call, i) => {
        await store.begin(call.id, at(1));
        const both = [() => store.end(call.id, ended), () => join(call, bob, 2)];
        await Promise.all((i % 2 === 0 ? both : both.toReversed()).map((write) => write()));
      }),
    );
    const late = calls[0]!;
    await join(late, eve, 12);
    assert.deepEqual(
      (await violations(database)).map(({ rule }) => rule).filter((rule) => rule.startsWith('nobody is left')),
      [],
    );
    const details = await store.details(late.id, ann.id);
    assert.deepEqual(details?.participants.find(({ user }) => user.id === eve.id)?.leftAt, at(12));
  });

  it('counts people, not stays', async () => {
    const call = await make();
    for (const user of [ann, bob, ann]) await join(call, user, 1);
    assert.equal((await find(call.id)).participantCount, 2);
  });

  it('writes signs of life forwards only, and only of running calls', async () => {
    const [first, second] = [await make({ nodeId: 'touched' }), await make({ nodeId: 'touched' })];
    await store.end(second.id, { ...ended, endTime: at(1) });
    await store.touch([first.id, second.id], at(50));
    await store.touch([first.id], at(40));
    const adopted = await store.adopt('touched', 'later');
    assert.deepEqual(
      adopted.map(({ id, lastSeenAt }) => [id, lastSeenAt]),
      [[first.id, at(50)]],
    );
  });

  it('hands the running calls of an older boot to the new one, once', async () => {
    const nodeId = randomUUID();
    const ringing = await make({ nodeId, calleeId: bob.id });
    const active = await make({ nodeId });
    await store.begin(active.id, at(1));
    const over = await make({ nodeId });
    await store.end(over.id, { ...ended, endTime: at(2) });
    await make({ nodeId, bootId: 'new' });
    await make({ nodeId: 'another' });
    const adopted = await store.adopt(nodeId, 'new');
    assert.deepEqual(
      adopted.map(({ id, status }) => [id, status]),
      [
        [ringing.id, 'ringing'],
        [active.id, 'active'],
      ],
    );
    assert.deepEqual(await store.adopt(nodeId, 'new'), []);
  });

  it('shows calls to their people and to nobody else', async () => {
    const dan = await addUser(database, 'dan');
    const direct = await make({ calleeId: dan.id });
    const meeting = await make();
    await join(meeting, dan, 1);
    await make();
    const idsOf = (records: CallRecord[]): string[] => records.map(({ id }) => id).sort();
    assert.deepEqual(idsOf(await store.active(dan.id)), [direct.id, meeting.id].sort());
    assert.deepEqual((await store.history(dan.id, 20)).calls, []);
    await store.end(direct.id, { ...ended, endTime: at(2) });
    await store.end(meeting.id, { ...ended, endTime: at(2) });
    assert.deepEqual(await store.active(dan.id), []);
    assert.deepEqual(idsOf((await store.history(dan.id, 20)).calls), [direct.id, meeting.id].sort());
    for (const call of [direct, meeting]) {
      assert.notEqual(await store.details(call.id, dan.id), null);
      assert.equal(await store.details(call.id, eve.id), null);
    }
  });

  it('lists a call once, however often its people came and went', async () => {
    const flo = await addUser(database, 'flo');
    const call = await make();
    for (let i = 0; i < 5; i++) await join(call, flo, i);
    assert.equal((await store.active(flo.id)).length, 1);
  });

  it('keeps samples of quality in order', async () => {
    const call = await make();
    const sample = {
      callId: call.id,
      userId: ann.id,
      score: 9.5,
      bitrateBps: 500_000,
      loss: 0.015,
      rttMs: 30,
      freezeS: 0.25,
    };
    await store.saveQuality({ ...sample, at: at(10) });
    await store.saveQuality({ ...sample, at: at(5) });
    assert.deepEqual((await store.details(call.id, ann.id))?.quality, [
      { ...sample, at: at(5) },
      { ...sample, at: at(10) },
    ]);
    await assert.rejects(store.saveQuality({ ...sample, callId: randomUUID(), at: at(1) }));
  });

  it('keeps messages in order, each once, and those of guests under the name that they gave', async () => {
    const call = await make();
    await join(call, ann, 1);
    const message = (text: string, user: { id: string; username: string; fullName: string }, seconds: number) => ({
      messageId: randomUUID(),
      peerId: 'p',
      requestId: text,
      user,
      sentAt: at(seconds).toISOString(),
      text,
    });
    const second = message('second', { id: ann.id, username: 'ann', fullName: 'ann' }, 3);
    const first = message('first', { id: randomUUID(), username: '', fullName: 'Mira' }, 2);
    for (const one of [second, first, second]) await store.saveMessage(call.id, one);
    const chat = (await store.details(call.id, ann.id))?.chat ?? [];
    assert.deepEqual(
      chat.map(({ userId, fullName, sentAt, text }) => [userId, fullName, sentAt, text]),
      [
        [null, 'Mira', at(2), 'first'],
        [ann.id, 'ann', at(3), 'second'],
      ],
    );
    const { messages } = await store.memory(call.id);
    assert.deepEqual(messages[1], second);
    assert.deepEqual([messages[0]?.text, messages[0]?.user.fullName], ['first', 'Mira']);
  });

  describe('with values that are missing', () => {
    const missing = (value: unknown): string => value as string;
    for (const value of [undefined, null, {}, [], '']) {
      it(`finds nothing for ${JSON.stringify(value)}`, async () => {
        const calls: (() => Promise<unknown>)[] = [
          () => store.find({ callId: missing(value) }),
          () => store.find({ roomId: missing(value) }),
          () => store.details(missing(value), ann.id),
          () => store.details(missing(value), missing(value)),
          () => store.active(missing(value)),
          () => store.history(missing(value), 10).then(({ calls: found }) => found),
          () => store.begin(missing(value), at(1)),
          () => store.end(missing(value), { ...ended, endTime: at(1) }),
        ];
        for (const call of calls) {
          const answer = await call().catch(() => null);
          assert(answer === null || answer === false || (Array.isArray(answer) && answer.length === 0), String(answer));
        }
      });
    }
  });

  describe('the security status of a call', () => {
    type Step = [status: Assessment['status'], reason: Assessment['reason'], then: Assessment['status'] | null];
    const cases: [name: string, steps: Step[]][] = [
      ['is none while everybody waits', [['unscored', 'waiting', null]]],
      ['is the first result', [['safe', null, 'safe']]],
      [
        'follows the looks, keeps the last one when there are no more, and a risk for ever',
        [
          ['unscored', 'no_face', 'unscored'],
          ['undetermined', null, 'undetermined'],
          ['safe', null, 'safe'],
          ['unscored', 'camera_off', 'safe'],
          ['undetermined', null, 'undetermined'],
          ['risk', null, 'risk'],
          ['undetermined', null, 'risk'],
          ['unscored', 'waiting', 'risk'],
        ],
      ],
    ];
    for (const [name, steps] of cases) {
      it(name, async () => {
        const call = await make();
        await join(call, ann, 0);
        const assessments = new PostgresAssessmentStore(database);
        for (const [i, [status, reason, then]] of steps.entries()) {
          await assessments.saveScan(assessmentResult(call.id, ann, { status, reason }, at(i).getTime()));
          assert.equal((await find(call.id)).securityStatus, then);
        }
        const details = await store.details(call.id, ann.id);
        assert.deepEqual(
          details?.security.map((scan) => [scan.userId, scan.at, scan.status, scan.reason]),
          steps.map(([status, reason], i) => [ann.id, at(i), status, reason]),
        );
      });
    }

    it('is not touched by a result that cannot be stored', async () => {
      const assessments = new PostgresAssessmentStore(database);
      await assert.rejects(assessments.saveScan(assessmentResult(randomUUID(), ann, { status: 'risk' })));
      const call = await make();
      await assert.rejects(assessments.saveScan(assessmentResult(call.id, ann, { status: 'risk', risk: 2 })));
      assert.equal((await find(call.id)).securityStatus, null);
    });

    it('keeps the results of a guest without showing them as somebody', async () => {
      const call = await make();
      const result = { ...assessmentResult(call.id, ann, { status: 'risk' }), userId: null };
      await new PostgresAssessmentStore(database).saveScan(result);
      assert.equal((await find(call.id)).securityStatus, 'risk');
      assert.deepEqual((await store.details(call.id, ann.id))?.security, []);
    });
  });
});
