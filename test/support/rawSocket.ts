import { createRequire } from 'node:module';
import { once } from 'node:events';
import type { WebSocket as WebSocketType } from 'ws';
import { socketPath } from '../../src/protocol/signaling.ts';

// engine.io's own WebSocket: what a hostile client would write by hand.
const { WebSocket } = createRequire(createRequire(import.meta.url).resolve('engine.io'))('ws') as {
  WebSocket: typeof WebSocketType;
};

/** A WebSocket to the server's sockets without a client library: packets are sent as they are, and may be anything. */
export async function openRawSocket(url: string): Promise<WebSocketType> {
  const address = `${url.replace('http', 'ws')}${socketPath}/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address, { headers: { origin: url } });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}
