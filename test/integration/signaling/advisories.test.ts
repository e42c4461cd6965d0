import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { WebSocket } from 'ws';
import { socketPath } from '../../../src/protocol/signaling.ts';
import { SocketConnection } from '../../../src/signaling/SocketConnection.ts';
import { openRawSocket } from '../../support/rawSocket.ts';
import { SignalingClient } from '../../support/SignalingClient.ts';
import { TestServer } from '../../support/TestServer.ts';

/** What ended processes or filled memory in older versions of what is below our sockets, one packet an advisory. */
describe('advisories of socket.io, engine.io and ws', function () {
  this.timeout(30_000);
  let server: TestServer;
  let token: string;
  let control: SignalingClient;
  const unhandled: unknown[] = [];
  const remember = (reason: unknown): void => void unhandled.push(reason);

  before(async () => {
    process.on('unhandledRejection', remember);
    server = await TestServer.start();
    ({ token } = await server.register('ann'));
    control = await SignalingClient.connect(server.url, token);
  });
  // An exception that nobody catches fails the run by itself.
  afterEach(async () => {
    assert.deepEqual(await control.request('watchPresence', { userIds: [] }), { people: [] });
    assert.deepEqual(unhandled, []);
  });
  after(async () => {
    control.close();
    await server.close();
    process.off('unhandledRejection', remember);
  });

  /** What the server does with a WebSocket on which these are sent: the packets that came back, until it closes or answers. */
  async function exchange(packets: readonly (string | Buffer)[], signedIn: boolean): Promise<string> {
    const socket = await openRawSocket(server.url);
    const ended = outcomeOf(socket, signedIn);
    if (signedIn) {
      socket.send(`40${JSON.stringify({ token })}`);
      await next(socket, '40');
    }
    for (const packet of packets) socket.send(packet);
    // Whatever the packets did, this is answered, unless they closed the socket.
    if (signedIn) socket.send('4277["watchPresence",{"userIds":[]}]');
    const outcome = await ended;
    socket.terminate();
    return outcome;
  }

  function outcomeOf(socket: WebSocket, signedIn: boolean): Promise<string> {
    const closed = once(socket, 'close').then(() => 'closed');
    return signedIn ? Promise.race([closed, next(socket, '4377').then(() => 'goes on')]) : closed;
  }

  function next(socket: WebSocket, prefix: string): Promise<string> {
    return new Promise((resolve) => {
      socket.on('message', (data: Buffer) => {
        if (String(data).startsWith(prefix)) resolve(String(data));
      });
    });
  }

  const placeholder = (num: string): string => `451-["join",{"_placeholder":true,"num":${num}}]`;
  const some = Buffer.alloc(8, 1);
  const packets: [id: string, what: string, packets: (string | Buffer)[], outcome: 'closed' | 'goes on'][] = [
    ['CVE-2020-36049', 'a packet type of 60,000 digits', [`45${'1'.repeat(60_000)}-["x"]`], 'closed'],
    ['CVE-2022-2421', 'an attachment by the name of a method', [placeholder('"splice"'), some], 'closed'],
    ['CVE-2022-2421', 'an attachment before the first', [placeholder('-1'), some], 'closed'],
    ['CVE-2022-2421', 'an attachment after the last', [placeholder('7'), some], 'closed'],
    ['CVE-2023-32695', 'an object as the name of an event', ['42[{"toString":"foo"}]'], 'closed'],
    ['CVE-2023-32695', 'no list of arguments', ['42{"toString":"foo"}'], 'closed'],
    ['CVE-2024-38355', 'an event of the name error', ['42["error","x"]'], 'goes on'],
    [
      'CVE-2026-33151',
      'more attachments than anybody needs',
      ['4511-["join",{"_placeholder":true,"num":0}]'],
      'closed',
    ],
    ['CVE-2026-33151', 'a text where an attachment was announced', [placeholder('0'), '42["x"]'], 'closed'],
  ];
  for (const [id, what, sent, outcome] of packets) {
    it(`${id}: ${what}`, async () => {
      assert.equal(await exchange(sent, true), outcome);
    });
  }

  it('CVE-2026-48779, CVE-2026-62389: a message of 100,000 tiny fragments ends its socket early', async () => {
    const socket = await openRawSocket(server.url);
    const closed = once(socket, 'close').then(([code]: unknown[]) => Number(code));
    let sent = 0;
    while (sent < 100_000 && socket.readyState === socket.OPEN) {
      for (let i = 0; i < 1000; i++, sent++) socket.send('x', { fin: false });
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok((await closed) > 0);
  });

  /** Sends these bytes as a request. @returns what came back until the connection ended. */
  async function raw(lines: readonly string[], { reset = false } = {}): Promise<string> {
    const socket = connectTcp(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += String(data)));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    await new Promise((resolve) => socket.write(`${lines.join('\r\n')}\r\n\r\n`, resolve));
    if (reset) socket.resetAndDestroy();
    else socket.end();
    await ended;
    return answer;
  }

  const handshake = (query: string, ...more: string[]): string[] => [
    `GET ${socketPath}/?${query} HTTP/1.1`,
    `Host: ${new URL(server.url).host}`,
    `Origin: ${server.url}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...more,
  ];
  const withoutKey = (lines: string[]): string[] => lines.filter((line) => !line.startsWith('Sec-WebSocket-Key'));
  const refused: [id: string, what: string, lines: () => string[], answer: RegExp][] = [
    ['CVE-2020-28481', 'long polling from anywhere', () => polling('https://evil.example'), /^HTTP\/1\.1 40[03] /],
    ['CVE-2020-36048', 'a long polling POST of a megabyte', () => polling(server.url, 'POST', 1e6), /^HTTP\/1\.1 400 /],
    [
      'CVE-2022-21676',
      'an unknown session',
      () => handshake('EIO=4&transport=websocket&sid=nobody'),
      /^HTTP\/1\.1 400 /,
    ],
    ['CVE-2022-21676', 'no key', () => withoutKey(handshake('EIO=4&transport=websocket')), /^HTTP\/1\.1 400 /],
    [
      'CVE-2022-21676',
      'an old protocol',
      () => handshake('EIO=3&transport=websocket'),
      /400 Bad Request|^HTTP\/1\.1 101 /,
    ],
    [
      'CVE-2023-31125',
      'a transport by an inherited name',
      () => handshake('EIO=4&transport=constructor'),
      /^HTTP\/1\.1 400 /,
    ],
    [
      'CVE-2023-31125',
      'a transport that cannot upgrade',
      () => handshake('EIO=4&transport=polling'),
      /^HTTP\/1\.1 400 /,
    ],
    [
      'engine.io 6.6.7',
      'WebTransport, past all that asks who comes',
      () => handshake('EIO=4&transport=webtransport'),
      /^HTTP\/1\.1 400 /,
    ],
    [
      'CVE-2024-37890',
      '3,000 headers',
      () => handshake('EIO=4&transport=websocket', ...(Array(3000).fill('A: 1') as string[])),
      /^(HTTP\/1\.1 4\d\d |$)/,
    ],
  ];
  function polling(origin: string, method = 'GET', length = 0): string[] {
    return [
      `${method} ${socketPath}/?EIO=4&transport=polling HTTP/1.1`,
      `Host: ${new URL(server.url).host}`,
      `Origin: ${origin}`,
      `Content-Length: ${String(length)}`,
      'Connection: close',
    ];
  }
  for (const [id, what, lines, expected] of refused) {
    it(`${id}: ${what}`, async () => {
      const answer = await raw(lines());
      assert.match(answer, expected);
      assert.doesNotMatch(answer, /access-control-allow-origin/i);
    });
  }

  it('CVE-2022-41940: connections that are reset in the middle of a handshake', async () => {
    const lines = handshake('EIO=4&transport=websocket');
    await Promise.all(Array.from({ length: 50 }, () => raw(lines, { reset: true })));
  });

  it('the leak of acknowledgements that never came (2026): nothing is left of 10,000', async () => {
    const { room_id: roomId } = await server.startCall({ id: '', username: 'ann', token }, {});
    const client = await SignalingClient.connect(server.url, token);
    client.consumes = false;
    await client.join(roomId);
    const [call] = server.server.calls.running();
    const connection = [...(call?.peers.values() ?? [])][0]?.connection;
    assert.ok(connection instanceof SocketConnection);
    const data = {} as Parameters<SocketConnection['deliverConsumer']>[0];
    // A hundred at a time: who lets thousands wait is cut off for a slow reader.
    for (let sent = 0; sent < 10_000; sent += 100) {
      const asked = Array.from({ length: 100 }, () => connection.socket.timeout(1).emitWithAck('newConsumer', data));
      await Promise.allSettled(asked);
    }
    const { acks } = connection.socket as unknown as { acks: Map<number, unknown> };
    assert.equal(acks.size, 0);
    await client.request('leave', {});
    client.close();
  });
});
