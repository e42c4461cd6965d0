import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { deliver, type Outcome, type Receiver } from '../../../src/webhooks/deliver.ts';
import { WebhookReceiver, type Behaviour } from '../../support/WebhookReceiver.ts';

describe('one attempt to deliver a webhook', function () {
  this.timeout(20_000);
  let there: WebhookReceiver;
  /** Must never hear of anything. */
  let elsewhere: WebhookReceiver;

  before(async () => {
    there = await WebhookReceiver.open();
    elsewhere = await WebhookReceiver.open();
  });
  after(async () => {
    assert.equal(elsewhere.requests, 0);
    await there.close();
    await elsewhere.close();
  });

  function attempt(changes: Partial<Receiver> = {}, event = call()): Promise<Outcome> {
    const receiver = { url: there.url, secret: WebhookReceiver.secret, allowPrivate: true, timeoutMs: 10_000 };
    return deliver({ ...receiver, ...changes }, event, new Date());
  }

  function call(): { id: string; body: string } {
    const at = new Date().toISOString();
    const [id, callId, userId] = [randomUUID(), randomUUID(), randomUUID()];
    const times = { created_at: at, start_time: at, end_time: null, duration: 0, end_reason: null };
    const someone = { id: userId, username: '张伟' };
    const data = {
      call: { id: callId, call_type: 'video', status: 'active', caller: someone, callee: null, ...times },
    };
    return { id, body: JSON.stringify({ id, type: 'call.started', created_at: at, data }) };
  }

  it('is signed so that the receiver knows who sent it', async () => {
    const event = call();
    assert.deepEqual(await attempt({}, event), { delivered: true });
    const received = there.received.at(-1);
    assert.deepEqual([received?.genuine, received?.body.id], [true, event.id]);
  });

  const failures: [what: string, behaviour: Behaviour, reason: string, retryAfterS: number | null][] = [
    ['an error', (response) => response.writeHead(500).end('secret inner workings'), 'status 500', null],
    ['too much', (response) => response.writeHead(429, { 'retry-after': '17' }).end(), 'status 429', 17],
    ['an odd wish', (response) => response.writeHead(503, { 'retry-after': '-1e9' }).end(), 'status 503', null],
    ['a hang-up', (_response, request) => request.socket.destroy(), 'ECONNRESET', null],
    ['a redirect', (response) => response.writeHead(307, { location: elsewhere.url }).end(), 'status 307', null],
    [
      'a redirect for good',
      (response) => response.writeHead(301, { location: elsewhere.url }).end(),
      'status 301',
      null,
    ],
  ];
  for (const [what, behaviour, reason, retryAfterS] of failures) {
    it(`that meets ${what} has failed, and goes nowhere else`, async () => {
      there.behaviours.push(behaviour);
      assert.deepEqual(await attempt(), { delivered: false, reason, retryAfterS });
    });
  }

  it('does not wait for a receiver that never answers', async () => {
    there.behaviours.push(() => undefined);
    assert.deepEqual(await attempt({ timeoutMs: 200 }), { delivered: false, reason: 'timeout', retryAfterS: null });
  });

  it('does not wait for an answer that never ends, nor read one without end', async () => {
    there.behaviours.push((response) => response.writeHead(200).write('.'));
    assert.deepEqual(await attempt({ timeoutMs: 200 }), { delivered: false, reason: 'timeout', retryAfterS: null });
    there.behaviours.push((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response
        .writeHead(200)
        .on('drain', more)
        .on('error', () => undefined);
      more();
    });
    assert.deepEqual(await attempt(), { delivered: true });
  });

  it('of nobody says so', async () => {
    const url = 'http://127.0.0.1:9/';
    assert.deepEqual(await attempt({ url }), { delivered: false, reason: 'ECONNREFUSED', retryAfterS: null });
  });

  const forms = [
    ...['127.0.0.1', '127.1', '0.0.0.0', '2130706433', '0x7f.1', '017700000001', 'localhost', 'LOCALHOST', '[::1]'],
    ...['[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '10.0.0.1', '169.254.169.254'],
    ...['[fe80::1]', '[fd00:ec2::254]', '192.168.0.1', '172.16.0.1', '100.100.100.200'],
  ];
  for (const host of forms) {
    it(`does not go to ${host} unless private addresses are allowed`, async () => {
      const { port } = new URL(elsewhere.url);
      const outcome = await attempt({ url: `http://${host}:${port}/`, allowPrivate: false });
      assert.deepEqual(outcome, { delivered: false, reason: 'private address', retryAfterS: null });
    });
  }

  /** Answers with these addresses, one after the other for each question. */
  function names(...answers: string[][]): LookupFunction & { asked: number } {
    const lookup: LookupFunction = (_host, _options, callback) => {
      const addresses = answers[Math.min(found.asked, answers.length - 1)] ?? [];
      found.asked += 1;
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    const found = Object.assign(lookup, { asked: 0 });
    return found;
  }

  it('does not go to a name with one private address among public ones', async () => {
    const url = `http://hooks.example.org:${new URL(elsewhere.url).port}/`;
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['::1', '2606:4700::1111']]) {
      const outcome = await attempt({ url, allowPrivate: false, lookup: names(addresses) });
      assert.deepEqual(outcome, { delivered: false, reason: 'private address', retryAfterS: null });
    }
  });

  it('asks for a name once and goes where that answer leads, whatever the next one would be', async () => {
    const lookup = names(['127.0.0.1'], ['127.0.0.2']);
    const url = `http://hooks.example.org:${new URL(there.url).port}/`;
    assert.deepEqual(await attempt({ url, lookup }), { delivered: true });
    assert.equal(lookup.asked, 1);
    assert.equal(there.received.at(-1)?.headers.host, new URL(url).host);
  });

  it('ends at a certificate that nobody vouches for', async () => {
    const outcome = await attempt({ url: there.url.replace('http:', 'https:') });
    assert.equal(outcome.delivered, false);
  });
});
