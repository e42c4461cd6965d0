import assert from 'node:assert/strict';
import { parseRtpPacket, sequenceDistance, timestampDistance } from '../../../../src/analysis/rtp/RtpPacket.ts';

/** A packet from the hexadecimal of its header and the text of its payload. */
function packet(header: string, payload = 'vp8'): Buffer {
  return Buffer.concat([Buffer.from(header.replaceAll(' ', ''), 'hex'), Buffer.from(payload)]);
}

describe('parseRtpPacket', () => {
  it('reads the fixed header', () => {
    const parsed = parseRtpPacket(packet('80 e5 fffe 01020304 aabbccdd'));
    assert.deepEqual(parsed, {
      payloadType: 0x65,
      marker: true,
      sequenceNumber: 0xfffe,
      timestamp: 0x01020304,
      ssrc: 0xaabbccdd,
      payload: Buffer.from('vp8'),
    });
  });

  it('skips contributing sources and header extensions', () => {
    const parsed = parseRtpPacket(packet('92 65 0001 00000000 00000001 11111111 22222222 bede 0001 10203040'));
    assert.equal(parsed?.payload.toString(), 'vp8');
  });

  it('takes padding off the end', () => {
    const parsed = parseRtpPacket(packet('a0 65 0001 00000000 00000001', 'vp8\0\0\x03'));
    assert.equal(parsed?.payload.toString(), 'vp8');
  });

  it('accepts a packet of nothing but padding, as a probe for bandwidth is', () => {
    assert.equal(parseRtpPacket(packet('a0 65 0001 00000000 00000001', '\0\0\x03'))?.payload.length, 0);
  });

  const refused: Record<string, Buffer> = {
    'an empty datagram': Buffer.alloc(0),
    'eleven bytes': Buffer.alloc(11, 0x80),
    'another version': packet('40 65 0001 00000000 00000001'),
    'a STUN message': packet('0001 0000 2112a442 000000000000000000000000', ''),
    'contributing sources beyond the end': packet('8f 65 0001 00000000 00000001', ''),
    'an extension header that is cut off': packet('90 65 0001 00000000 00000001', 'xx'),
    'an extension longer than the packet': packet('90 65 0001 00000000 00000001 bede ffff'),
    'padding longer than the packet': packet('a0 65 0001 00000000 00000001', 'vp8\xff'),
    'padding of no length': packet('a0 65 0001 00000000 00000001', 'vp8\0'),
  };
  for (const [what, datagram] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.equal(parseRtpPacket(datagram), null));
  }
});

describe('distances that wrap', () => {
  it('counts sequence numbers across the end of 16 bits', () => {
    assert.equal(sequenceDistance(65_535, 2), 3);
    assert.equal(sequenceDistance(2, 65_535), -3);
    assert.equal(sequenceDistance(7, 7), 0);
  });

  it('counts timestamps across the end of 32 bits', () => {
    assert.equal(timestampDistance(0xffffffff, 2999), 3000);
    assert.equal(timestampDistance(2999, 0xffffffff), -3000);
  });
});
