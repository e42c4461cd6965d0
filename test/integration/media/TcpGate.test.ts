import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, get, type Server } from 'node:http';
import { createServer as createTlsServer, get as getOverTls } from 'node:https';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { selfSignedCertificate } from '../../../src/http/selfSignedCertificate.ts';
import { ConnectionCaps } from '../../../src/media/ConnectionCaps.ts';
import { TcpGate } from '../../../src/media/TcpGate.ts';
import { bindingRequest } from '../../support/stun.ts';
import { silent } from '../../support/webrtc.ts';

const portOf = (server: { address(): AddressInfo | string | null }): number => (server.address() as AddressInfo).port;

/** The two ends of a connection hear of its end one after the other. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the gate for TCP', function () {
  this.timeout(20_000);
  /** Stands for a worker: answers each first message with what it got. */
  let worker: ReturnType<typeof createServer>;
  let page: Server;
  let gate: TcpGate | null = null;
  const clients: Socket[] = [];

  before(async () => {
    worker = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => socket.write(data));
    }).listen(0, '127.0.0.1');
    await once(worker, 'listening');
  });
  after(() => worker.close());
  beforeEach(async () => {
    page = createHttpServer((request, response) =>
      response.end(`${request.url ?? ''} for ${request.socket.remoteAddress ?? ''}`),
    );
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await gate?.close();
    page.closeAllConnections();
    page.close();
  });

  async function open(
    options: { perAddress?: number; total?: number; firstBytesMs?: number; idleMs?: number } = {},
  ): Promise<ConnectionCaps> {
    const { perAddress = 100, total = 100, ...times } = options;
    const caps = new ConnectionCaps({ perAddress, total, keyOf: (address) => address });
    const routes = { localPort: (name: string) => (name === 'ours' ? portOf(worker) : null) };
    gate = new TcpGate({ routes, caps, logger: silent, ...times });
    gate.share(page);
    page.listen(0, '127.0.0.1');
    await once(page, 'listening');
    return caps;
  }

  async function client(localAddress = '127.0.0.1'): Promise<Socket> {
    const socket = connect({ port: portOf(page), host: '127.0.0.1', localAddress });
    socket.on('error', () => undefined);
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  async function ask(path: string): Promise<string> {
    const [response] = (await once(get({ port: portOf(page), path, agent: false }), 'response')) as [
      AsyncIterable<Buffer>,
    ];
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    return Buffer.concat(parts).toString();
  }

  it('gives media to their worker and pages to the page, on one port', async () => {
    await open();
    const frame = bindingRequest('ours:theirs');
    const media = await client();
    media.write(frame);
    assert.deepEqual((await once(media, 'data'))[0], frame);
    assert.equal(await ask('/page'), '/page for 127.0.0.1');
    media.write('later packets');
    assert.equal(String((await once(media, 'data'))[0]), 'later packets');
  });

  it('puts together a first message that comes byte by byte', async () => {
    await open();
    const media = await client();
    media.setNoDelay(true);
    const frame = bindingRequest('ours:theirs');
    for (const byte of frame) await new Promise((resolve) => media.write(Buffer.from([byte]), resolve));
    const got: Buffer[] = [];
    media.on('data', (data: Buffer) => got.push(data));
    while (Buffer.concat(got).length < frame.length) await once(media, 'data');
    assert.deepEqual(Buffer.concat(got), frame);
  });

  it('keeps an HTTP request that comes byte by byte whole', async () => {
    await open();
    const slow = await client();
    slow.setNoDelay(true);
    for (const letter of 'GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n') {
      await new Promise((resolve) => slow.write(letter, resolve));
    }
    const got: Buffer[] = [];
    for await (const part of slow) got.push(part as Buffer);
    assert.match(Buffer.concat(got).toString(), /\/slow for 127\.0\.0\.1$/);
  });

  it('shares a port with TLS too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'veritalk-gate-'));
    const { cert, key } = await selfSignedCertificate(folder);
    const pair = { cert: await readFile(cert), key: await readFile(key) };
    page = createTlsServer(pair, (_request, response) => response.end('secret'));
    await open();
    const [response] = (await once(
      getOverTls({ port: portOf(page), agent: false, rejectUnauthorized: false }),
      'response',
    )) as [AsyncIterable<Buffer>];
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    assert.equal(Buffer.concat(parts).toString(), 'secret');
    const media = await client();
    media.write(bindingRequest('ours:theirs'));
    await once(media, 'data');
    await rm(folder, { recursive: true });
  });

  it('closes media that no transport of ours waits for', async () => {
    await open();
    const stranger = await client();
    stranger.write(bindingRequest('nobody:theirs'));
    await once(stranger, 'close');
  });

  it('closes connections that do not say what they are, silent or half begun', async () => {
    await open({ firstBytesMs: 200 });
    const [quiet, half] = [await client(), await client()];
    half.write(bindingRequest('ours:theirs').subarray(0, 11));
    await Promise.all([once(quiet, 'close'), once(half, 'close')]);
    await until(() => gate?.connections === 0);
  });

  it('closes media that stand still, with both ends', async () => {
    await open({ idleMs: 300 });
    const media = await client();
    media.write(bindingRequest('ours:theirs'));
    await once(media, 'data');
    await once(media, 'close');
    await until(() => gate?.connections === 0);
  });

  it('bounds the connections of one address and of all, and frees them', async () => {
    const caps = await open({ perAddress: 2, total: 3 });
    const first = await client();
    await client();
    const third = await client();
    await once(third, 'close');
    const other = await client('127.0.0.2');
    const beyond = await client('127.0.0.3');
    await once(beyond, 'close');
    assert.deepEqual(caps.counts, { open: 3, refused: 2 });
    first.destroy();
    await until(() => caps.counts.open === 2);
    assert.match(await ask('/again'), /again/);
    assert.ok(!other.destroyed);
  });

  it('counts a page connection until it ends, not until it is handed over', async () => {
    const caps = await open({ perAddress: 1 });
    const kept = await client();
    kept.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(kept, 'data');
    assert.equal(gate?.connections, 0);
    assert.equal(caps.counts.open, 1);
    const second = await client();
    await once(second, 'close');
  });

  it('closes what it has when it is closed itself', async () => {
    await open();
    const media = await client();
    media.write(bindingRequest('ours:theirs'));
    await once(media, 'data');
    await Promise.all([once(media, 'close'), gate?.close()]);
  });
});
