import assert from 'node:assert/strict';
import { SignalingClient, type RequestFailed } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';

describe('hands and reactions', () => {
  let server: TestServer;
  let accounts: Account[];
  let roomId: string;
  let callId: string;
  let people: { client: SignalingClient; peerId: string }[];

  before(async function () {
    this.timeout(60_000);
    server = await TestServer.start();
    accounts = await Promise.all(['alice', 'bob', 'carol'].map((name) => server.register(name)));
  });

  beforeEach(async () => {
    const [host] = accounts;
    assert(host);
    const { call, room_id } = await server.startCall(host, {});
    [callId, roomId] = [call.id, room_id];
    people = [];
    for (const account of accounts) {
      const client = await SignalingClient.connect(server.url, account.token);
      people.push({ client, peerId: (await client.join(roomId)).self.peerId });
    }
  });

  afterEach(async () => {
    for (const { client } of people) client.close();
    const [host] = accounts;
    if (host) await server.endCall(host, callId);
  });

  after(() => server.close());

  const person = (index: number): { client: SignalingClient; peerId: string } => {
    const found = people[index];
    assert(found);
    return found;
  };

  it('keep the order in which hands went up, and lose those who leave', async () => {
    const [a, b, c] = [person(0), person(1), person(2)];
    for (const { client } of [c, b, c]) await client.request('raiseHand', { raised: true });
    const both = await a.client.next('handRaised', ({ peerIds }) => peerIds.length === 2);
    assert.deepEqual(both.peerIds, [c.peerId, b.peerId]);
    assert.equal(a.client.received.filter(({ name }) => name === 'handRaised').length, 1);
    assert.deepEqual((await server.answerOf(a.client)).hands, [c.peerId, b.peerId]);
    await c.client.request('leave', {});
    await a.client.next('handRaised', ({ peerIds }) => peerIds.join() === b.peerId);
  });

  it('let hosts lower a hand, and nobody else', async () => {
    const [a, b, c] = [person(0), person(1), person(2)];
    await b.client.request('raiseHand', { raised: true });
    await assert.rejects(c.client.request('lowerHand', { peerId: b.peerId }), { code: 'FORBIDDEN' });
    await assert.rejects(a.client.request('lowerHand', { peerId: 'nobody' }), { code: 'NOT_FOUND' });
    await a.client.request('lowerHand', { peerId: b.peerId });
    await b.client.next('handRaised', ({ peerIds }) => peerIds.length === 0);
  });

  it('show a reaction to everybody, of the known ones only, and not too often', async () => {
    const [a, b] = [person(0), person(1)];
    await a.client.request('react', { reaction: 'clap' });
    assert.deepEqual(await b.client.next('reacted'), { peerId: a.peerId, reaction: 'clap' });
    for (const reaction of ['<b>', '👏', '', 1, null, { $gt: '' }, 'x'.repeat(10_000)]) {
      await assert.rejects(a.client.raw('react', { reaction }), { code: 'VALIDATION' });
    }
    await assert.rejects(a.client.raw('raiseHand', { raised: 'yes' }), { code: 'VALIDATION' });
    await assert.rejects(a.client.raw('raiseHand', { raised: true, peerId: b.peerId }), { code: 'VALIDATION' });
    const flood = Array.from({ length: 30 }, () => b.client.request('react', { reaction: 'heart' }));
    const codes = (await Promise.allSettled(flood)).flatMap((o) =>
      o.status === 'rejected' ? [(o.reason as RequestFailed).code] : [],
    );
    assert.ok(codes.length >= 20 && codes.every((code) => code === 'RATE_LIMITED'), codes.join());
  });
});
