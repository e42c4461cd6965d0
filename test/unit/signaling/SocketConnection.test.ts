import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { SocketConnection, type SignedIn, type VeritalkSocket } from '../../../src/signaling/SocketConnection.ts';

/** engine.io's side of a socket, as far as packets are counted by it. */
class Line extends EventEmitter {
  closed = 0;

  close(discard: boolean): void {
    assert.equal(discard, true);
    this.closed += 1;
  }

  /** Packets for a reader who does not read. */
  fill(packets: number, length: number): void {
    for (let i = 0; i < packets; i++) this.emit('packetCreate', { type: 'message', data: 'x'.repeat(length) });
  }
}

describe('SocketConnection', () => {
  let line: Line;
  beforeEach(() => {
    line = new Line();
    new SocketConnection({ conn: line } as unknown as VeritalkSocket, {} as SignedIn);
  });

  it('drops whoever lets more than 2,000 packets wait, answers or notifications', () => {
    line.fill(2000, 10);
    assert.equal(line.closed, 0);
    line.fill(1, 10);
    assert.equal(line.closed, 1);
  });

  it('drops whoever lets more than four million characters wait', () => {
    line.fill(40, 100_000);
    assert.equal(line.closed, 0);
    line.fill(1, 1);
    assert.equal(line.closed, 1);
  });

  it('keeps whoever reads, however much there is', () => {
    for (let i = 0; i < 10; i++) {
      line.fill(1500, 1000);
      line.emit('drain');
    }
    line.emit('packetCreate', { type: 'ping' });
    assert.equal(line.closed, 0);
  });
});
