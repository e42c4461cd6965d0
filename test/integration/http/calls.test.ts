import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { PostgresAssessmentStore } from '../../../src/db/AssessmentStore.ts';
import type { Call, RouteBody } from '../../../src/protocol/rest.ts';
import { assessmentResult } from '../../support/assessments.ts';
import { codeOf, RestServer, type Person } from '../../support/RestServer.ts';

describe('calls over REST', () => {
  let server: RestServer;
  let ann: Person;
  let bob: Person;
  let eve: Person;

  before(async () => {
    server = await RestServer.start({ calls: { maxActivePerUser: 5 } });
    [ann, bob, eve] = [await server.register('ann'), await server.register('bob'), await server.register('eve')];
  });
  after(() => server.close());

  const start = async (caller: Person, body: Partial<RouteBody<'startCall'>> = {}): Promise<Call> =>
    (await server.ok('startCall', { token: caller.token, body: { call_type: 'video', ...body } })).call;
  const end = (person: Person, call: Call): ReturnType<RestServer['api']> =>
    server.api('endCall', { token: person.token, body: { call_id: call.id } });
  const activeOf = async (person: Person): Promise<string[]> =>
    (await server.ok('activeCalls', { token: person.token })).calls.map(({ id }) => id);

  it('starts a call to a person, which rings', async () => {
    const body = { callee: 'BOB', call_type: 'video', title: ' Budget\u202e 2027 ' };
    const started = await server.ok('startCall', { token: ann.token, body });
    const { call } = started;
    assert.match(started.room_id, /^[\w-]{22}$/);
    assert.equal(started.join_url, `http://${server.host}/m/${started.room_id}`);
    assert.deepEqual(
      { ...call, id: '', created_at: '' },
      {
        id: '',
        room_id: started.room_id,
        caller: { id: ann.id, username: 'ann', full_name: 'ann' },
        callee: { id: bob.id, username: 'bob', full_name: 'bob' },
        call_type: 'video',
        title: 'Budget 2027',
        status: 'ringing',
        start_time: null,
        end_time: null,
        duration: 0,
        end_reason: null,
        created_at: '',
        participant_count: 0,
        security_status: null,
        lobby: false,
      },
    );
    assert.deepEqual(await activeOf(ann), [call.id]);
    assert.deepEqual(await activeOf(bob), [call.id]);
    assert.deepEqual(await activeOf(eve), []);
    await end(ann, call);
  });

  it('starts a call to an id, and a meeting by link', async () => {
    const direct = await start(ann, { callee: bob.id, call_type: 'audio' });
    assert.equal(direct.callee?.id, bob.id);
    await end(ann, direct);
    const meeting = await start(ann);
    assert.equal(meeting.callee, null);
    assert.equal(meeting.title, null);
    await end(ann, meeting);
  });

  it('answers NOT_FOUND for a callee that is not there, whatever was written', async () => {
    for (const callee of ['nobody', randomUUID(), 'ann@example.org', "' OR 1=1 --", '../..', '%00', '不存在']) {
      const answer = await server.api('startCall', { token: ann.token, body: { callee, call_type: 'video' } });
      assert.deepEqual([answer.status, codeOf(answer)], [404, 'NOT_FOUND'], callee);
    }
  });

  it('a callee in a call is BUSY', async () => {
    const call = await start(ann, { callee: 'bob' });
    const body = { callee: 'bob', call_type: 'video' };
    const answer = await server.api('startCall', { token: eve.token, body });
    assert.deepEqual([answer.status, codeOf(answer)], [409, 'BUSY']);
    await end(ann, call);
  });

  it('ends once, and answers every repetition the same', async () => {
    const call = await start(ann, { callee: 'bob' });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => end(i % 2 ? ann : bob, call)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    const { call: ended } = answers[0]?.json as { call: Call };
    assert(['missed', 'declined'].includes(ended.status));
    assert.equal(ended.duration, 0);
    assert.notEqual(ended.end_time, null);
    assert.equal((await end(ann, call)).text, answers[0]?.text);
  });

  it('cannot be ended by a stranger, who is told what is told of no call', async () => {
    const call = await start(ann, { callee: 'bob' });
    const foreign = await end(eve, call);
    const missing = await end(eve, { ...call, id: randomUUID() });
    assert.deepEqual([foreign.status, missing.status], [404, 404]);
    assert.deepEqual((foreign.json as { error: unknown }).error, (missing.json as { error: unknown }).error);
    assert.deepEqual(await activeOf(ann), [call.id]);
    await end(ann, call);
  });

  it('a participant cannot end a meeting of somebody else', async () => {
    const meeting = await start(ann);
    await server.callStore.participantJoined({
      callId: meeting.id,
      userId: bob.id,
      peerId: randomUUID(),
      role: 'participant',
      joinedAt: new Date(),
      consent: null,
    });
    const answer = await end(bob, meeting);
    assert.deepEqual([answer.status, codeOf(answer)], [403, 'FORBIDDEN']);
    assert.deepEqual(await activeOf(ann), [meeting.id]);
    await end(ann, meeting);
  });

  it('is not ended by any other method, nor by overriding one', async () => {
    const call = await start(ann, { callee: 'bob' });
    const headers = { Authorization: `Bearer ${ann.token}`, 'X-HTTP-Method-Override': 'POST' };
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await server.send({ method, path: `/api/v1/calls/end?call_id=${call.id}`, headers });
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.allow, 'POST');
    }
    assert.deepEqual(await activeOf(ann), [call.id]);
    await end(ann, call);
  });

  describe('history', () => {
    const page = (query: Record<string, string>, person = ann): ReturnType<RestServer['api']> =>
      server.api('callHistory', { token: person.token, query });

    it('is shown newest first, page by page, without running calls', async () => {
      const dan = await server.register('dan');
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) {
        const call = await start(dan, i % 2 ? {} : { callee: 'bob' });
        await end(dan, call);
        ids.unshift(call.id);
      }
      const running = await start(dan);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const query: Record<string, string> = cursor === null ? { limit: '2' } : { limit: '2', cursor };
        const answer: { calls: Call[]; next_cursor: string | null } = await server.ok('callHistory', {
          token: dan.token,
          query,
        });
        assert(answer.calls.length <= 2);
        seen.push(...answer.calls.map(({ id }) => id));
        cursor = answer.next_cursor;
      } while (cursor !== null);
      assert.deepEqual(seen, ids);
      await end(dan, running);
    });

    const wrong: Record<string, string>[] = [
      { limit: '0' },
      { limit: '101' },
      { limit: '1e9' },
      { limit: '-1' },
      { limit: '1.5' },
      { limit: 'ten' },
      { offset: '-1' },
      { sort: 'password' },
      { cursor: '' },
      { cursor: 'x' },
      { cursor: "1' OR '1'='1" },
      { cursor: '0; SELECT pg_sleep(5)' },
      { cursor: randomUUID() },
      { cursor: 'x'.repeat(5000) },
    ];
    for (const query of wrong) {
      it(`refuses ${JSON.stringify(query).slice(0, 60)}`, async () => {
        const answer = await page(query);
        assert.deepEqual([answer.status, codeOf(answer)], [400, 'VALIDATION']);
      });
    }

    it('does not take a call of somebody else as cursor', async () => {
      const call = await start(bob);
      await end(bob, call);
      assert.equal(codeOf(await page({ cursor: call.id }, eve)), 'VALIDATION');
    });
  });

  describe('details', () => {
    let call: Call;
    before(async () => {
      call = await start(ann);
      for (const person of [ann, bob]) {
        await server.callStore.participantJoined({
          callId: call.id,
          userId: person.id,
          peerId: `peer-of-${person.username}`,
          role: person === ann ? 'host' : 'participant',
          joinedAt: new Date(),
          consent: { check: true, evidence: false, version: 1, language: 'en' },
        });
      }
      const store = new PostgresAssessmentStore(server.database);
      for (const person of [ann, bob]) {
        await store.saveScan(
          assessmentResult(call.id, person, { status: 'risk', assurance: 'passive', risk: 0.7312, confidence: 0.5891 }),
        );
      }
      await server.callStore.saveQuality({
        callId: call.id,
        userId: bob.id,
        at: new Date(),
        score: 8.25,
        bitrateBps: 600_000,
        loss: 0.01,
        rttMs: 40,
        freezeS: 0.5,
      });
      await end(ann, call);
    });

    const detailsFor = (person: Person): ReturnType<typeof server.ok<'callDetails'>> =>
      server.ok('callDetails', { token: person.token, params: { id: call.id } });

    it('show both sides who took part and how it was', async () => {
      for (const person of [ann, bob]) {
        const details = await detailsFor(person);
        assert.equal(details.call.participant_count, 2);
        assert.equal(details.call.security_status, 'risk');
        assert.deepEqual(
          details.participants.map(({ username, role, left_at }) => [username, role, left_at === null]),
          [
            ['ann', 'host', false],
            ['bob', 'participant', false],
          ],
        );
        assert.deepEqual(
          details.quality_timeline.map(({ at: _at, ...rest }) => rest),
          [{ user_id: bob.id, score: 8.25, bitrate_bps: 600_000, loss: 0.01, rtt_ms: 40, freeze_s: 0.5 }],
        );
      }
    });

    it('tell of others the risk to one decimal, and of oneself the status alone', async () => {
      for (const asker of [ann, bob]) {
        const { security_timeline: timeline } = await detailsFor(asker);
        assert.equal(timeline.length, 2);
        for (const entry of timeline) {
          const own = entry.user_id === asker.id;
          assert.equal(entry.status, 'risk');
          assert.deepEqual([entry.risk, entry.confidence], own ? [null, null] : [0.7, 0.6]);
          assert.equal(entry.causes.length, own ? 0 : 1);
        }
      }
    });

    it('are the same 404 for a stranger as for a call that is not there', async () => {
      const foreign = await server.api('callDetails', { token: eve.token, params: { id: call.id } });
      const missing = await server.api('callDetails', { token: eve.token, params: { id: randomUUID() } });
      assert.deepEqual([foreign.status, missing.status], [404, 404]);
      assert.deepEqual((foreign.json as { error: unknown }).error, (missing.json as { error: unknown }).error);
    });

    for (const id of ['1', '../', '..%2f..', '%00', '%', 'x'.repeat(5000), "' OR 1=1", `${randomUUID()}x`]) {
      it(`refuse the id ${id.slice(0, 20)}`, async () => {
        const path = `/api/v1/calls/${id.includes('%') ? id : encodeURIComponent(id)}`;
        const answer = await server.send({ path, headers: { Authorization: `Bearer ${ann.token}` } });
        assert(answer.status === 400 || answer.status === 404, `${answer.status}`);
        codeOf(answer);
      });
    }
  });

  it('bounds how many calls one person has running', async () => {
    const flo = await server.register('flo');
    const answers = [];
    for (let i = 0; i < 6; i++) {
      const peerId = randomUUID();
      const answer = await server.api('startCall', { token: flo.token, body: { call_type: 'video' } });
      answers.push(answer.status);
      if (answer.status !== 201) continue;
      const { call } = answer.json as { call: Call };
      // A meeting that was used stays; unused ones would make room.
      await server.callStore.begin(call.id, new Date());
      await server.callStore.participantJoined({
        callId: call.id,
        userId: flo.id,
        peerId,
        role: 'host',
        joinedAt: new Date(),
        consent: null,
      });
    }
    assert.deepEqual(answers, [201, 201, 201, 201, 201, 429]);
  });
});
