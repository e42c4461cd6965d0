import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { SignalingClient, type RequestFailed } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';

describe('chat in a call', () => {
  let server: TestServer;
  let alice: Account;
  let bob: Account;
  let carol: Account;
  let callId: string;
  let roomId: string;
  let a: SignalingClient;
  let b: SignalingClient;
  const clients: SignalingClient[] = [];

  before(async function () {
    this.timeout(60_000);
    server = await TestServer.start({ calls: { emptyMeetingMs: 300 } });
    [alice, bob, carol] = await Promise.all([
      server.register('alice'),
      server.register('bob'),
      server.register('carol'),
    ]);
  });

  beforeEach(async () => {
    const { call, room_id } = await server.startCall(alice, {});
    [callId, roomId] = [call.id, room_id];
    [a, b] = [await connect(alice), await connect(bob)];
    await a.join(roomId);
    await b.join(roomId);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.endCall(alice, callId);
  });

  after(() => server.close());

  async function connect(account: Account): Promise<SignalingClient> {
    const client = await SignalingClient.connect(server.url, account.token);
    clients.push(client);
    return client;
  }

  const write = (client: SignalingClient, text: string, requestId: string = randomUUID()) =>
    client.request('sendChat', { requestId, text });

  it('shows a message to everybody else, with its writer as the server knows him', async () => {
    const { message } = await write(a, '  <b>您好</b>  ');
    const { message: seen } = await b.next('chatMessage');
    assert.deepEqual(seen, message);
    assert.deepEqual([seen.user.id, seen.text], [alice.id, '  <b>您好</b>  ']);
    assert.equal(a.has('chatMessage'), false);
  });

  it('shows a repeated message once', async () => {
    const requestId = randomUUID();
    const answers = await Promise.all([write(a, 'one', requestId), write(a, 'one', requestId)]);
    assert.deepEqual(answers[0], answers[1]);
    await write(a, 'two');
    await b.next('chatMessage', ({ message }) => message.text === 'one');
    await b.next('chatMessage', ({ message }) => message.text === 'two');
    assert.equal(b.has('chatMessage'), false);
  });

  it('gives earlier messages to whoever joins later, and keeps all with the call', async () => {
    await write(a, 'first');
    await write(b, 'second');
    const c = await connect(carol);
    assert.deepEqual(
      (await c.join(roomId)).messages.map(({ user, text }) => [user.username, text]),
      [
        ['alice', 'first'],
        ['bob', 'second'],
      ],
    );
    const { chat } = await server.details(carol, callId);
    assert.deepEqual(
      chat.map(({ user_id, text }) => [user_id, text]),
      [
        [alice.id, 'first'],
        [bob.id, 'second'],
      ],
    );
  });

  it('is kept from somebody removed from then on, in the record too, until he is let in again', async () => {
    await write(a, 'before');
    const { peer } = await a.next('peerJoined');
    const { actionId } = await a.request('ejectPeer', { peerId: peer.peerId });
    await write(a, 'after');
    const texts = async (account: Account): Promise<string[]> =>
      (await server.details(account, callId)).chat.map(({ text }) => text);
    await server.eventually(async () => (await texts(alice)).length === 2);
    assert.deepEqual(await texts(bob), ['before']);
    await a.request('undoAction', { actionId });
    await server.eventually(async () => (await texts(bob)).length === 2);
  });

  it('is nobody’s who is not in the call, and the record’s of no stranger', async () => {
    const c = await connect(carol);
    await assert.rejects(write(c, 'hello'), { code: 'NOT_JOINED' });
    await c.prepare(roomId, []);
    await assert.rejects(write(c, 'hello'), { code: 'FORBIDDEN' });
    await write(a, 'not for carol');
    await b.next('chatMessage');
    assert.equal(c.has('chatMessage'), false);
    assert.equal(await server.statusOf(carol, 'GET', `/calls/${callId}`), 404);
  });

  it('takes no writer from the payload, and no text that is none', async () => {
    const payload = { requestId: randomUUID(), text: 'x' };
    const bad: object[] = [
      { ...payload, user: { id: bob.id } },
      { ...payload, peerId: 'x' },
      { ...payload, text: 'x'.repeat(4097) },
      { ...payload, text: '中'.repeat(1366) },
      { ...payload, text: `a${'\u0301'.repeat(10_000)}` },
      { ...payload, text: 'x'.repeat(60_000) },
      { ...payload, text: { toString: 'x' } },
      { ...payload, text: ['x'] },
      { ...payload, text: ' \u200b\n' },
      { ...payload, text: 'a\0' },
      { ...payload, requestId: '' },
      { ...payload, requestId: 'x'.repeat(65) },
      { text: 'x' },
    ];
    for (const data of bad) await assert.rejects(a.raw('sendChat', data), { code: 'VALIDATION' });
    assert.equal(b.has('chatMessage'), false);
  });

  it('is limited for each person', async () => {
    const flood = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => write(a, String(i))));
    const codes = flood.flatMap((o) => (o.status === 'rejected' ? [(o.reason as RequestFailed).code] : []));
    assert.ok(codes.length >= 18 && codes.every((code) => code === 'RATE_LIMITED'), codes.join());
    await write(b, 'not limited by alice');
  });
});
