import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { SocketConnection } from '../../../src/signaling/SocketConnection.ts';
import { openRawSocket } from '../../support/rawSocket.ts';
import { consent, SignalingClient } from '../../support/SignalingClient.ts';
import { TestServer, type Account } from '../../support/TestServer.ts';

const readers = 10;
const events = 10_000;
const peerIds = Array.from({ length: 100 }, () => 'x'.repeat(40));
const maxGrownBytes = 100 * 1024 * 1024;

describe('people who stop reading', function () {
  this.timeout(60_000);
  let server: TestServer;
  let accounts: Account[];
  const sockets: WebSocket[] = [];

  before(async () => {
    server = await TestServer.start();
    accounts = await Promise.all(Array.from({ length: readers + 1 }, (_, i) => server.register(`reader${i}`)));
  });
  after(async () => {
    for (const socket of sockets) socket.terminate();
    await server.close();
  });

  /** Joins by hand, and reads nothing more. */
  async function joinAndStop(token: string, roomId: string): Promise<void> {
    const socket = await openRawSocket(server.url);
    sockets.push(socket);
    socket.send(`40${JSON.stringify({ token })}`);
    await once(socket, 'message');
    const joined = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        if (String(data).startsWith('431')) resolve();
      });
    });
    socket.send(`421${JSON.stringify(['join', { roomId, consent }])}`);
    await joined;
    socket.pause();
  }

  it('are dropped before they fill the memory, and the others go on', async () => {
    const [host, ...others] = accounts as [Account, ...Account[]];
    const { call, room_id: roomId } = await server.startCall(host, {});
    const control = await SignalingClient.connect(server.url, host.token);
    await control.join(roomId);
    await Promise.all(others.map(({ token }) => joinAndStop(token, roomId)));
    const peers = [...(server.server.calls.live(call.id)?.peers.values() ?? [])];
    const lines = peers.flatMap(({ user, connection }) => (connection && user.id !== host.id ? [connection] : []));
    assert.equal(lines.length, readers);
    const before = process.memoryUsage.rss();
    // 40 MB for each, if all of it had to be kept.
    for (let i = 0; i < events; i++) {
      for (const line of lines) line.notify('handRaised', { peerIds });
      if (i % 500 === 0) await control.request('watchPresence', { userIds: [] });
    }
    await server.eventually(() => lines.every((line) => line instanceof SocketConnection && !line.socket.connected));
    const grownBytes = process.memoryUsage.rss() - before;
    assert.ok(grownBytes < maxGrownBytes, `${Math.round(grownBytes / 2 ** 20)} MB more`);
    assert.deepEqual(await control.request('watchPresence', { userIds: [] }), { people: [] });
    control.close();
  });
});
