import assert from 'node:assert/strict';
import { chain } from '../../../src/calls/policyChain.ts';
import { newEntry } from '../../../src/calls/PolicyLog.ts';
import { PostgresAssessmentStore } from '../../../src/db/AssessmentStore.ts';
import { PostgresCallStore } from '../../../src/db/CallStore.ts';
import type { Database } from '../../../src/db/Database.ts';
import { News } from '../../../src/db/News.ts';
import { PostgresPolicyStore } from '../../../src/db/PolicyStore.ts';
import { PostgresWebhookQueue } from '../../../src/db/WebhookQueue.ts';
import { createLogger } from '../../../src/logger.ts';
import { webhookType } from '../../../src/protocol/webhooks.ts';
import { Webhooks } from '../../../src/webhooks/Webhooks.ts';
import { assessmentResult } from '../../support/assessments.ts';
import { addUser, newCall, openTestDatabase } from '../../support/database.ts';
import { WebhookReceiver, type Behaviour } from '../../support/WebhookReceiver.ts';

const refuse: Behaviour = (response) => response.writeHead(500).end();

describe('webhooks', function () {
  this.timeout(30_000);
  let database: Database;
  let receiver: WebhookReceiver;
  let queue: PostgresWebhookQueue;
  let calls: PostgresCallStore;
  let ann: { id: string; username: string };
  let bob: { id: string; username: string };
  const running: Webhooks[] = [];

  beforeEach(async () => {
    database = await openTestDatabase();
    receiver = await WebhookReceiver.open();
    queue = new PostgresWebhookQueue(database);
    calls = new PostgresCallStore(database, new News(webhookType.options));
    ann = await addUser(database, 'ann');
    bob = await addUser(database, 'bob');
  });
  afterEach(async () => {
    for (const webhooks of running.splice(0)) await webhooks.close();
    await receiver.close();
    await database.close();
  });

  /** Begins to send; waits are short, and given up is after as many failures. */
  function send(retryS: readonly number[] = [0.02, 0.02, 0.02]): Webhooks {
    const webhooks = new Webhooks({
      queue,
      receiver: { url: receiver.url, secret: WebhookReceiver.secret, allowPrivate: true, timeoutMs: 5000 },
      logger: createLogger('silent'),
      lookMs: 20,
      retryS,
    });
    running.push(webhooks);
    return webhooks;
  }

  async function runCall(): Promise<string> {
    const call = newCall(ann.id, { calleeId: bob.id });
    await calls.create(call);
    await calls.begin(call.id, new Date());
    await calls.end(call.id, { status: 'ended', reason: 'hung_up', endTime: new Date() });
    return call.id;
  }

  async function untilGivenUp(): Promise<void> {
    while ((await queue.count()).givenUp === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it('tell of a call’s start and end, in this order, signed, and forget them then', async () => {
    const callId = await runCall();
    send();
    const received = await receiver.untilReceived(2);
    assert.deepEqual(
      received.map(({ body, genuine }) => [body.type, genuine]),
      [
        ['call.started', true],
        ['call.ended', true],
      ],
    );
    const [, end] = received;
    assert(end?.body.type === 'call.ended');
    const { call } = end.body.data;
    assert.deepEqual([call.id, call.caller, call.callee], [callId, ann, bob].map(onlyName));
    assert.deepEqual([call.status, call.end_reason], ['ended', 'hung_up']);
    await running[0]?.close();
    assert.deepEqual(await queue.count(), { waiting: 0, givenUp: 0 });
  });

  it('tell once of what is written twice', async () => {
    const callId = await runCall();
    await calls.begin(callId, new Date());
    await calls.end(callId, { status: 'missed', reason: 'no_answer', endTime: new Date() });
    assert.equal((await queue.count()).waiting, 2);
  });

  it('tell of a missed call by its own name', async () => {
    const call = newCall(ann.id, { calleeId: bob.id });
    await calls.create(call);
    await calls.end(call.id, { status: 'missed', reason: 'no_answer', endTime: new Date() });
    send();
    const [missed] = await receiver.untilReceived(1);
    assert.equal(missed?.body.type, 'call.missed');
  });

  it('tell of an assessment that changed, not of one that was only looked at again, and of no risk number', async () => {
    const callId = await runCall();
    const store = new PostgresAssessmentStore(database, new News(['assessment.changed']));
    const waiting = { status: 'unscored', reason: 'waiting', risk: null } as const;
    const safe = { status: 'safe', reason: null, risk: 0.0625 } as const;
    const risk = { status: 'risk', reason: null, risk: 0.875 } as const;
    await database.run('DELETE FROM webhook_events');
    for (const result of [waiting, safe, safe, risk, risk, safe])
      await store.saveScan(assessmentResult(callId, ann, result));
    send();
    const received = await receiver.untilReceived(3);
    const changes = received.map(({ body }) => (body.type === 'assessment.changed' ? body.data : null));
    assert.deepEqual(
      changes.map((data) => [data?.status, data?.user?.username]),
      ['safe', 'risk', 'safe'].map((status) => [status, 'ann']),
    );
    assert.doesNotMatch(JSON.stringify(received), /0\.0625|0\.875/);
  });

  it('tell of what is done to people, once for each action', async () => {
    const callId = await runCall();
    await database.run('DELETE FROM webhook_events');
    const store = new PostgresPolicyStore(database, chain, new News(webhookType.options));
    const entry = newEntry({ kind: 'action', action: 'pauseVideo', actorId: ann.id, subjectUserId: bob.id });
    await store.append(callId, entry);
    await store.append(callId, entry);
    send();
    const [{ body } = assert.fail()] = await receiver.untilReceived(1);
    assert(body.type === 'policy.applied');
    assert.deepEqual([body.data.action, body.data.actor, body.data.subject], ['pauseVideo', ann, bob].map(onlyName));
    await running[0]?.close();
    assert.equal((await queue.count()).waiting, 0);
  });

  it('write nothing that nobody listens to', async () => {
    calls = new PostgresCallStore(database, new News(['call.missed']));
    await runCall();
    assert.equal((await queue.count()).waiting, 0);
  });

  it('are tried again with the same id until they are taken, and what follows in the call waits', async () => {
    await runCall();
    receiver.behaviours.push(refuse, refuse);
    send();
    const received = await receiver.untilReceived(2);
    assert.deepEqual(
      received.map(({ body }) => body.type),
      ['call.started', 'call.ended'],
    );
    assert.equal(receiver.requests, 4);
    assert.equal(new Set(received.map(({ body }) => body.id)).size, 2);
  });

  it('of one call do not wait for those of another', async () => {
    const first = await runCall();
    receiver.behaviours.push(refuse);
    const webhooks = send([3600]);
    await receiver.untilRefused(1);
    const second = await runCall();
    const received = await receiver.untilReceived(2);
    assert.deepEqual(
      received.map(({ body }) => ('call' in body.data ? body.data.call.id : null)),
      [second, second],
    );
    await webhooks.close();
    assert.equal(webhooks.attempts.failed, 1);
    assert.equal((await queue.count()).waiting, 2, first);
  });

  it('are given up in the end, and sent when an administrator asks', async () => {
    const call = newCall(ann.id);
    await calls.create(call);
    await calls.begin(call.id, new Date());
    receiver.behaviours.push(refuse, refuse);
    send([0.02]);
    await untilGivenUp();
    const [event] = await queue.givenUp();
    assert.deepEqual([event?.attempts, event?.lastError, event?.callId], [2, 'status 500', call.id]);
    assert.equal(await queue.retry(new Date()), 1);
    const [{ body } = assert.fail()] = await receiver.untilReceived(1);
    assert.equal(body.id, event?.id);
  });

  it('outlive the sender: what was under way when it died comes again with the same id', async () => {
    await runCall();
    const now = new Date();
    const [taken] = await queue.take({ limit: 10, now, until: new Date(now.getTime() + 300) });
    // It died here. Nobody else gets the event meanwhile.
    assert.deepEqual(await queue.take({ limit: 10, now, until: now }), []);
    send();
    const received = await receiver.untilReceived(2);
    assert.equal(received[0]?.body.id, taken?.id);
  });

  it('are shared by several senders without any being sent twice', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, runCall));
    for (let i = 0; i < 4; i++) send();
    const received = await receiver.untilReceived(2 * ids.length);
    for (const webhooks of running) await webhooks.close();
    assert.equal(new Set(received.map(({ body }) => body.id)).size, received.length);
    assert.equal(receiver.requests, 2 * ids.length);
  });
});

function onlyName(person: unknown): unknown {
  return typeof person === 'object' && person !== null && 'username' in person && 'id' in person
    ? { id: person.id, username: person.username }
    : person;
}
