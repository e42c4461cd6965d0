import assert from 'node:assert/strict';
import { readFirstFrame } from '../../../src/media/firstFrame.ts';
import { bindingRequest } from '../../support/stun.ts';

describe('readFirstFrame', () => {
  it('finds whose media a binding request is about', () => {
    const frame = bindingRequest('ours:theirs');
    assert.deepEqual(readFirstFrame(frame), { kind: 'media', usernameFragment: 'ours' });
    assert.deepEqual(readFirstFrame(Buffer.concat([frame, Buffer.from('more')])).kind, 'media');
  });

  it('waits until the whole request is there', () => {
    const frame = bindingRequest('ours:theirs');
    for (let bytes = 0; bytes < frame.length; bytes++) {
      assert.equal(readFirstFrame(frame.subarray(0, bytes)).kind, 'unfinished', `after ${String(bytes)} bytes`);
    }
  });

  it('leaves TLS and HTTP to the page, from the first byte on', () => {
    for (const head of ['\x16', '\x16\x03\x01\x02\x00', 'G', 'GET / HTTP/1.1\r\n', 'POST /', '\r\n']) {
      assert.equal(readFirstFrame(Buffer.from(head, 'latin1')).kind, 'other', JSON.stringify(head));
    }
  });

  it('takes nothing for media that is no binding request with a user name', () => {
    const broken: [what: string, change: (frame: Buffer) => Buffer][] = [
      ['another message type', (frame) => (frame.writeUInt16BE(3, 2), frame)],
      ['no magic cookie', (frame) => (frame.writeUInt32BE(7, 6), frame)],
      ['a length below the header', (frame) => (frame.writeUInt16BE(8, 0), frame)],
      ['a length above what a browser sends', (frame) => Buffer.concat([Buffer.from([0x02, 0x01]), frame.subarray(2)])],
      ['a user name that ends behind the message', (frame) => (frame.writeUInt16BE(400, 24), frame)],
      ['no user name', () => bindingRequest(null)],
      ['an empty user name', () => bindingRequest('')],
      ['an early other type', () => Buffer.from([0x00, 0x40, 0x01, 0x01])],
    ];
    for (const [what, change] of broken) {
      assert.equal(readFirstFrame(change(bindingRequest('ours:theirs'))).kind, 'other', what);
    }
  });
});
