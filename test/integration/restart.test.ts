import assert from 'node:assert/strict';
import { apiBase, type Call, type RouteResponse, type Tokens } from '../../src/protocol/rest.ts';
import { SignalingClient, consent } from '../support/SignalingClient.ts';
import { ServerProcess } from '../support/serverProcess.ts';

async function api<T>(
  server: ServerProcess,
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(`${server.url}${apiBase}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${text}`);
  return JSON.parse(text) as T;
}

function register(server: ServerProcess, username: string): Promise<Tokens> {
  const body = { username, email: `${username}@example.org`, password: 'correct horse battery' };
  return api(server, null, 'POST', '/auth/register', body);
}

/** The built server with its embedded Postgres, killed as by a power cut and started again. */
describe('a server that is killed', function () {
  this.timeout(60_000);
  let server: ServerProcess;
  let alice: Tokens;
  let bob: Tokens;
  const clients: SignalingClient[] = [];

  before(async () => {
    server = await ServerProcess.start();
    [alice, bob] = await Promise.all([register(server, 'alice'), register(server, 'bob')]);
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  after(() => server.stop());

  async function connect(tokens: Tokens): Promise<SignalingClient> {
    const client = await SignalingClient.connect(server.url, tokens.access_token);
    clients.push(client);
    return client;
  }

  async function answeredCall(): Promise<{ callId: string; roomId: string }> {
    const [a, b] = [await connect(alice), await connect(bob)];
    const body = { callee: 'bob', call_type: 'video' };
    const started = await api<RouteResponse<'startCall'>>(server, alice.access_token, 'POST', '/calls/start', body);
    await a.join(started.room_id);
    await b.next('callRinging');
    await b.request('answerCall', { callId: started.call.id, consent });
    await a.next('callAnswered');
    // The record follows the media by milliseconds; a reader of the record waits for it.
    assert.equal((await record(started.call.id)).status, 'active');
    return { callId: started.call.id, roomId: started.room_id };
  }

  async function record(callId: string): Promise<Call> {
    const details = await api<RouteResponse<'callDetails'>>(server, alice.access_token, 'GET', `/calls/${callId}`);
    return details.call;
  }

  async function killAndRestart(): Promise<void> {
    await server.kill();
    server = await server.restart();
  }

  it('goes on with a call whose people come back in time', async () => {
    const { callId, roomId } = await answeredCall();
    const before = await record(callId);
    await killAndRestart();
    const [a, b] = [await connect(alice), await connect(bob)];
    const answer = await a.request('join', { roomId, resumeToken: 'of the server before', consent });
    assert.equal(answer.mediaAlive, false);
    assert.equal(answer.call.callId, callId);
    await b.join(roomId);
    await a.next('peerJoined');
    const during = await record(callId);
    assert.deepEqual([during.status, during.start_time], ['active', before.start_time]);
    await b.request('leave', {});
    assert.equal((await a.next('callEnded')).status, 'ended');
    const { status, end_reason: reason, participant_count: people } = await record(callId);
    assert.deepEqual([status, reason, people], ['ended', 'hung_up', 2]);
  });

  it('ends a call to which nobody comes back, as of its last sign of life', async () => {
    const { callId } = await answeredCall();
    const killedAtMs = Date.now();
    await killAndRestart();
    let call = await record(callId);
    while (call.status === 'active') {
      await new Promise((resolve) => setTimeout(resolve, 100));
      call = await record(callId);
    }
    assert.deepEqual([call.status, call.end_reason], ['ended', 'server_lost']);
    const endedMs = Date.parse(call.end_time ?? '');
    assert.ok(endedMs <= killedAtMs && endedMs > killedAtMs - 10_000, String(call.end_time));
    assert.ok(call.duration >= 0 && call.start_time !== null && call.start_time <= (call.end_time ?? ''));
  });

  it('says of a call that was ringing that it failed', async () => {
    const body = { callee: 'bob', call_type: 'audio' };
    const { call } = await api<RouteResponse<'startCall'>>(server, alice.access_token, 'POST', '/calls/start', body);
    await killAndRestart();
    const { status, duration, end_reason: reason } = await record(call.id);
    assert.deepEqual([status, duration, reason], ['failed', 0, 'server_lost']);
  });

  it('keeps a meeting that nobody has used yet', async () => {
    const body = { call_type: 'video' };
    const started = await api<RouteResponse<'startCall'>>(server, alice.access_token, 'POST', '/calls/start', body);
    await killAndRestart();
    const b = await connect(bob);
    assert.equal((await b.join(started.room_id)).call.callId, started.call.id);
  });

  it('remembers what was written in a meeting, and by whom under which id', async () => {
    const body = { call_type: 'video' };
    const started = await api<RouteResponse<'startCall'>>(server, alice.access_token, 'POST', '/calls/start', body);
    const a = await connect(alice);
    await a.join(started.room_id);
    const { message } = await a.request('sendChat', { requestId: 'once', text: 'hello' });
    assert.equal((await record(started.call.id)).status, 'active');
    await killAndRestart();
    const again = await connect(alice);
    assert.deepEqual((await again.join(started.room_id)).messages, [message]);
    assert.deepEqual(await again.request('sendChat', { requestId: 'once', text: 'hello' }), { message });
  });

  it('keeps people signed in', async () => {
    await killAndRestart();
    const { user } = await api<RouteResponse<'me'>>(server, bob.access_token, 'GET', '/auth/me');
    assert.equal(user.username, 'bob');
  });
});
