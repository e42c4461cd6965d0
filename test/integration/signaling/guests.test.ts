import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { guestsMay } from '../../../src/calls/states.ts';
import type { GuestLink, RouteResponse } from '../../../src/protocol/rest.ts';
import { requests, type RequestName } from '../../../src/protocol/signaling.ts';
import { SignalingClient, consent } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';

type Guest = RouteResponse<'signInAsGuest'>;

/** People without an account, over real HTTP, sockets, media and records. */
describe('guests', () => {
  let server: TestServer;
  let host: Account;
  let bob: Account;
  const clients: SignalingClient[] = [];

  before(async function () {
    this.timeout(60_000);
    server = await TestServer.start({ calls: { keepPeerMs: 700, keepTransportsMs: 400, emptyMeetingMs: 300 } });
    [host, bob] = await Promise.all([server.register('host'), server.register('bob')]);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.noCalls();
  });

  after(() => server.close());

  async function connect(token: string): Promise<SignalingClient> {
    const client = await SignalingClient.connect(server.url, token);
    clients.push(client);
    return client;
  }

  async function post(
    path: string,
    body: unknown,
    token: string | null = null,
  ): Promise<{ status: number; json: unknown }> {
    const response = await server.fetch(token, 'POST', path, body);
    return { status: response.status, json: await response.json() };
  }

  /** The host is inside a meeting, without a lobby for members, and has made a link. */
  async function open(): Promise<{
    h: SignalingClient;
    callId: string;
    roomId: string;
    link: GuestLink;
    text: string;
  }> {
    const { call, room_id: roomId } = await server.startCall(host, { title: 'Weekly' });
    const h = await connect(host.token);
    await h.prepare(roomId);
    await h.join(roomId);
    const { status, json } = await post(`/calls/${call.id}/guest-links`, {}, host.token);
    assert.equal(status, 201);
    const { link } = json as RouteResponse<'makeGuestLink'>;
    return { h, callId: call.id, roomId, link, text: link.url.split('/g/')[1] ?? '' };
  }

  async function signIn(text: string, name = 'Mira'): Promise<Guest> {
    const { status, json } = await post('/guests', { link: text, name });
    assert.equal(status, 201, JSON.stringify(json));
    return json as Guest;
  }

  async function knock(guest: Guest): Promise<{ client: SignalingClient; peerId: string }> {
    const client = await connect(guest.access_token);
    const { self } = await client.prepare(guest.invitation.room_id);
    const joined = await client.join(guest.invitation.room_id);
    assert.deepEqual([joined.self.state, joined.self.role], ['waiting', 'guest']);
    return { client, peerId: self.peerId };
  }

  it('are told whose meeting it is, wait for its host, talk with everybody, and stand in the record by their name', async () => {
    const { h, callId, roomId, text } = await open();
    const look = await post('/guests/look', { link: text });
    assert.equal(look.status, 200);
    const { invitation } = look.json as RouteResponse<'lookAtGuestLink'>;
    assert.deepEqual(
      { ...invitation, expires_at: '' },
      { room_id: roomId, title: 'Weekly', host: { full_name: 'host' }, expires_at: '' },
    );
    const guest = await signIn(text, '  Mira\u200b  Ｘ ');
    assert.equal(guest.guest.full_name, 'Mira X');
    const { client, peerId } = await knock(guest);
    const { peer } = await h.next('peerWaiting');
    assert.deepEqual([peer.role, peer.user], ['guest', { id: guest.guest.id, username: '', fullName: 'Mira X' }]);
    await h.request('admitPeer', { peerId });
    await client.next('admitted');
    await server.eventually(() => server.flowingConsumers(callId) === 4);
    await client.request('reportQuality', { bitrateBps: 1000, loss: 0, rttMs: 10, freezeS: 0 });
    await client.request('sendChat', { requestId: 'x', text: 'Good morning' });
    await client.request('leave', {});
    const details = await server.details(host, callId);
    assert.equal(details.call.participant_count, 2);
    const row = details.participants.find((p) => p.role === 'guest');
    assert.deepEqual([row?.user_id, row?.username, row?.full_name], [guest.guest.id, '', 'Mira X']);
    assert.equal(details.quality_timeline[0]?.user_id, guest.guest.id);
    assert.ok(details.security_timeline.some((entry) => entry.user_id === guest.guest.id));
  });

  it('come back to the meeting that let them in, with the old place or a new one, and to no other', async () => {
    const { h, roomId, text } = await open();
    const guest = await signIn(text);
    const { client, peerId } = await knock(guest);
    await h.request('admitPeer', { peerId });
    const { self } = await client.next('admitted');
    client.drop();
    const back = await connect(guest.access_token);
    const resumed = await back.request('join', { roomId, resumeToken: self.resumeToken, consent });
    assert.equal(resumed.self.peerId, peerId);
    await back.request('leave', {});
    assert.equal((await back.join(roomId)).self.state, 'joined');
    await back.request('leave', {});
    const other = await server.startCall(host, {});
    for (const request of ['join', 'prepare'] as const) {
      await assert.rejects(back.request(request, { roomId: other.room_id, consent }), { code: 'NOT_FOUND' });
    }
    await server.register('carol');
    const direct = await server.startCall(bob, { callee: 'carol' });
    await assert.rejects(back.join(direct.room_id), { code: 'NOT_FOUND' });
    await server.endCall(bob, direct.call.id);
  });

  it('may not make any request but those of taking part', async () => {
    const { h, callId, text } = await open();
    const guest = await signIn(text);
    const { client, peerId } = await knock(guest);
    await h.request('admitPeer', { peerId });
    await client.next('admitted');
    await client.request('raiseHand', { raised: true });
    await client.request('react', { reaction: 'clap' });
    const data: Partial<Record<RequestName, unknown>> = {
      answerCall: { callId, consent },
      declineCall: { callId },
      watchPresence: { userIds: [host.id] },
      admitPeer: { peerId },
      denyPeer: { peerId },
      lockCall: { locked: true },
      setCheckPolicy: { mode: 'enforce', challenge: 'at_door', everyMinutes: 30 },
      endCall: {},
    };
    const refused = (Object.keys(requests) as RequestName[]).filter((name) => !guestsMay.has(name) && data[name]);
    assert.equal(refused.length, Object.keys(data).length);
    for (const name of refused) {
      await assert.rejects(client.raw(name, data[name]), { code: 'FORBIDDEN' }, name);
    }
    await assert.rejects(client.request('reauthenticate', { accessToken: bob.token }), { code: 'FORBIDDEN' });
    const b = await connect(bob.token);
    await assert.rejects(b.request('reauthenticate', { accessToken: guest.access_token }), { code: 'FORBIDDEN' });
  });

  it('have a token that opens nothing but that socket', async () => {
    const { callId, text } = await open();
    const { access_token: token, guest } = await signIn(text);
    const routes: [method: string, path: string, body?: unknown][] = [
      ['GET', '/auth/me'],
      ['GET', '/auth/sessions'],
      ['POST', '/auth/logout', {}],
      ['GET', '/users?query=host'],
      ['POST', '/calls/start', { call_type: 'video' }],
      ['POST', '/calls/end', { call_id: callId }],
      ['GET', '/calls/active'],
      ['GET', '/calls/history'],
      ['GET', `/calls/${callId}`],
      ['POST', `/calls/${callId}/guest-links`, {}],
      ['GET', `/calls/${callId}/guest-links`],
      ['DELETE', `/calls/${callId}/guest-links/${randomUUID()}`],
    ];
    for (const [method, path, body] of routes) {
      const response = await server.fetch(token, method, path, body);
      const { error } = (await response.json()) as { error: { code: string } };
      assert.deepEqual([response.status, error.code], [401, 'TOKEN_INVALID'], `${method} ${path}`);
    }
    // Nor does anything else open the guest's: the link itself, the guest's id, a member's refresh token.
    for (const wrong of [text, guest.id, `${token}x`]) {
      await assert.rejects(SignalingClient.connect(server.url, wrong));
      assert.equal((await post('/auth/refresh', { refresh_token: wrong })).status, 401);
    }
    for (const link of [token, guest.id, host.token.slice(0, 128), text.slice(1), `${text}A`]) {
      assert.ok([400, 404].includes((await post('/guests', { link, name: 'Mira' })).status));
    }
  });

  it('stay when all sessions are looked at again, in which they have none', async function () {
    this.timeout(20_000);
    const { h, text } = await open();
    const { client, peerId } = await knock(await signIn(text));
    const member = await connect((await server.register('leaver')).token);
    const database = new Client({ connectionString: server.databaseUrl });
    await database.connect();
    // The server does not hear of this end: it looks for itself once it is connected again.
    const looked = member.disconnected();
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND query IN ('LISTEN veritalk_session_ended', 'SELECT 1')`,
    );
    await database.query(
      `UPDATE user_sessions SET is_active = false WHERE user_id = (SELECT id FROM users WHERE username = 'leaver')`,
    );
    await database.end();
    await looked;
    await h.request('admitPeer', { peerId });
    await client.next('admitted');
  });

  it('come no more once the link is revoked, and wait no longer; who is inside stays and may come back', async () => {
    const { h, callId, roomId, link, text } = await open();
    const [inside, waits, idle] = [await signIn(text), await signIn(text, 'Noor'), await signIn(text, 'Omar')];
    const { client, peerId } = await knock(inside);
    await h.request('admitPeer', { peerId });
    await client.next('admitted');
    const { client: waiting } = await knock(waits);
    const gone = waiting.disconnected();
    const path = `/calls/${callId}/guest-links/${link.id}`;
    assert.equal(await server.statusOf(bob, 'DELETE', path), 404);
    assert.equal(await server.statusOf(host, 'DELETE', path), 204);
    await gone;
    for (const { access_token: token } of [waits, idle]) {
      await assert.rejects(SignalingClient.connect(server.url, token), (error: Error & { data?: { code: string } }) => {
        return error.data?.code === 'TOKEN_INVALID';
      });
    }
    assert.equal((await post('/guests/look', { link: text })).status, 404);
    assert.equal((await post('/guests', { link: text, name: 'Ann' })).status, 404);
    await client.request('sendChat', { requestId: 'y', text: 'still here' });
    client.drop();
    const back = await connect(inside.access_token);
    assert.equal((await back.join(roomId)).self.state, 'joined');
    const listed = await server.fetch(host.token, 'GET', `/calls/${callId}/guest-links`);
    assert.deepEqual(await listed.json(), { links: [] });
  });

  it('have no way in when the meeting is over', async () => {
    const { h, text } = await open();
    const guest = await signIn(text);
    await h.request('endCall', {});
    await server.noCalls();
    await assert.rejects(SignalingClient.connect(server.url, guest.access_token));
    assert.equal((await post('/guests/look', { link: text })).status, 404);
  });

  it('cannot take the name of the host, nor one that is none', async () => {
    const { text } = await open();
    for (const name of ['host', 'Host', 'ｈｏｓｔ', 'h0st', 'hоst']) {
      const { status, json } = await post('/guests', { link: text, name });
      assert.equal(status, 409);
      assert.equal((json as { error: { code: string } }).error.code, 'NAME_TAKEN');
    }
    for (const name of ['', ' ', '\u200b', '...', 'x'.repeat(65), 7, null, { $gt: '' }]) {
      assert.equal((await post('/guests', { link: text, name })).status, 400, JSON.stringify(name));
    }
  });

  it('cannot take the name of a member who takes part', async () => {
    const { text, roomId, callId } = await open();
    await signIn(text, 'B0b');
    await (await connect(bob.token)).join(roomId);
    await server.eventually(async () => (await server.statusOf(bob, 'GET', `/calls/${callId}`)) === 200);
    for (const name of ['bob', 'B0b', 'ｂｏｂ'])
      assert.equal((await post('/guests', { link: text, name })).status, 409);
    // Another guest's name is nobody's.
    await signIn(text, 'Mira');
    await signIn(text, 'Mira');
  });

  it('are invited by hosts only, to their running meetings only, for a bounded time', async () => {
    const { callId, roomId } = await open();
    const make = (token: string, id: string, body: unknown = {}): Promise<{ status: number }> =>
      post(`/calls/${id}/guest-links`, body, token);
    assert.equal((await make(bob.token, callId)).status, 404);
    const b = await connect(bob.token);
    await b.join(roomId);
    assert.equal((await make(bob.token, callId)).status, 403);
    for (const valid_s of [0, -1, 299, 2_592_001, 1.5, '86400', null]) {
      assert.equal((await make(host.token, callId, { valid_s })).status, 400);
    }
    const made = await Promise.all(Array.from({ length: 30 }, () => make(host.token, callId)));
    assert.equal(made.filter(({ status }) => status === 201).length, 19);
    assert.equal(made.filter(({ status }) => status === 429).length, 11);
    await server.endCall(host, callId);
    assert.equal((await make(host.token, callId)).status, 404);
  });
});
