import assert from 'node:assert/strict';
import { request } from 'node:http';
import { apiBase } from '../../src/protocol/rest.ts';
import { webhookType } from '../../src/protocol/webhooks.ts';
import { SignalingClient } from '../support/SignalingClient.ts';
import { TestServer, type Account } from '../support/TestServer.ts';
import { WebhookReceiver } from '../support/WebhookReceiver.ts';

const token = 'kT9vQ2mXw7RzL4bNcY8pHs3J';

/** A request with exactly these headers, to 127.0.0.1. */
function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('operating a server', function () {
  this.timeout(30_000);
  let server: TestServer;
  let alice: Account;
  let client: SignalingClient;
  let receiver: WebhookReceiver;

  before(async () => {
    receiver = await WebhookReceiver.open();
    const { url } = receiver;
    const events = [...webhookType.options];
    const webhooks = { url, secret: WebhookReceiver.secret, events, allowPrivate: true, timeoutMs: 5000 };
    server = await TestServer.start({ metrics: { token }, webhooks });
    alice = await server.register('alice');
    client = await SignalingClient.connect(server.url, alice.token);
  });
  after(async () => {
    client.close();
    await server.close();
    await receiver.close();
  });

  async function metric(name: string): Promise<number[]> {
    const { text } = await get(`${server.url}/metrics`);
    const lines = text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));
    return lines.map((line) => Number(line.split(' ').at(-1)));
  }

  it('metrics tell of calls, people, streams, workers, requests and the event loop', async () => {
    const { room_id: roomId } = await server.startCall(alice, {});
    await client.join(roomId);
    await client.setUpMedia();
    assert.deepEqual(await metric('veritalk_calls{status="active"}'), [1]);
    assert.deepEqual(await metric('veritalk_peers '), [1]);
    assert.deepEqual(await metric('veritalk_producers '), [2]);
    assert.deepEqual(await metric('veritalk_sockets '), [1]);
    assert.deepEqual(await metric('veritalk_media_workers '), [1]);
    assert.deepEqual(await metric('veritalk_ready{part="database"}'), [1]);
    assert.ok((await metric('veritalk_media_worker_cpu_seconds_total{worker="0"}'))[0]! >= 0);
    assert.ok((await metric('veritalk_http_request_seconds_count{route="/api/v1/calls/start"'))[0]! >= 1);
    assert.ok((await metric('veritalk_socket_request_seconds_count{request="join",outcome="ok"}'))[0]! >= 1);
    assert.equal((await metric('nodejs_eventloop_lag_p99_seconds')).length, 1);
    assert.equal((await metric('veritalk_scan_age_seconds_max ')).length, 1);
    assert.deepEqual(await metric('veritalk_assessment_state{state="up"}'), [1]);
  });

  it('another system is told that the call began, and metrics tell how that goes', async () => {
    // Somebody's camera may have been looked at before.
    let count = 1;
    while ((await receiver.untilReceived(count)).at(-1)?.body.type !== 'call.started') count += 1;
    const { body, genuine } = receiver.received[count - 1] ?? assert.fail();
    assert(body.type === 'call.started' && genuine);
    assert.equal(body.data.call.caller.username, 'alice');
    const [call] = server.server.calls.running();
    assert.equal(body.data.call.id, call?.id);
    assert(!JSON.stringify(body).includes(call?.identity.roomId ?? ''));
    assert.deepEqual(await metric('veritalk_webhook_events{state="given_up"}'), [0]);
    assert.ok((await metric('veritalk_webhook_attempts_total{outcome="delivered"}'))[0]! >= 1);
  });

  it('metrics name no person, no call, no address', async () => {
    const { text } = await get(`${server.url}/metrics`);
    assert.doesNotMatch(text, /alice|[0-9a-f]{8}-[0-9a-f]{4}-|\d+\.\d+\.\d+\.\d+/);
  });

  const asked: [who: string, headers: Record<string, string>, status: number][] = [
    ['this machine', {}, 200],
    ['a proxy on this machine that passes others on', { 'X-Forwarded-For': '203.0.113.5' }, 404],
    ['a proxy that says so in the standard header', { Forwarded: 'for=203.0.113.5' }, 404],
    ['whoever has the token', { 'X-Forwarded-For': '203.0.113.5', Authorization: `Bearer ${token}` }, 200],
    [
      'whoever has half of the token',
      { 'X-Forwarded-For': '203.0.113.5', Authorization: `Bearer ${token.slice(9)}` },
      404,
    ],
    ['an empty token', { 'X-Forwarded-For': '203.0.113.5', Authorization: 'Bearer ' }, 404],
  ];
  for (const [who, headers, status] of asked) {
    it(`metrics answer ${status} to ${who}`, async () => {
      assert.equal((await get(`${server.url}/metrics`, headers)).status, status);
    });
  }

  it('a server that drains says so, begins no call, lets calls go on, and is done when they are', async () => {
    assert.equal((await get(`${server.url}/readyz`)).status, 200);
    const patience = new AbortController();
    let done = false;
    const drained = server.server.drain(20_000, patience.signal).then(() => (done = true));
    const ready = await get(`${server.url}/readyz`);
    assert.deepEqual(
      [ready.status, (JSON.parse(ready.text) as { checks: Record<string, boolean> }).checks.accepting],
      [503, false],
    );
    const refused = await fetch(`${server.url}${apiBase}/calls/start`, {
      method: 'POST',
      headers: { authorization: `Bearer ${alice.token}`, 'content-type': 'application/json' },
      body: '{"call_type":"video"}',
    });
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5']);
    await client.request('reportQuality', { bitrateBps: 1000, loss: 0, rttMs: 10, freezeS: 0 });
    assert.equal(done, false);
    await client.request('leave', {});
    await drained;
  });
});
