import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { KeyFrameAssembler, type KeyFrame } from '../../../../src/analysis/rtp/KeyFrameAssembler.ts';
import { parseRtpPacket, type RtpPacket } from '../../../../src/analysis/rtp/RtpPacket.ts';
import { packetize } from '../../../support/rtp/vp8.ts';

/** Bytes whose first bit says key frame (0) or inter frame (1). */
function frameOf(size: number, kind: 'key' | 'inter' = 'key'): Buffer {
  const frame = randomBytes(size);
  frame[0] = kind === 'key' ? frame[0]! & 0xfe : frame[0]! | 1;
  return frame;
}

function packetsOf(frame: Buffer, timestamp: number, firstSequenceNumber = 0): RtpPacket[] {
  const state = { ssrc: 1, payloadType: 101, sequenceNumber: firstSequenceNumber, pictureId: 0 };
  return packetize(frame, timestamp, state).map((datagram) => {
    const packet = parseRtpPacket(datagram);
    assert.ok(packet);
    return packet;
  });
}

function push(assembler: KeyFrameAssembler, packets: readonly RtpPacket[], nowMs = 0): KeyFrame[] {
  return packets.flatMap((packet) => {
    const result = assembler.push(packet, nowMs);
    return typeof result === 'object' && result !== null ? [result] : [];
  });
}

describe('KeyFrameAssembler', () => {
  let assembler: KeyFrameAssembler;

  beforeEach(() => {
    assembler = new KeyFrameAssembler({ maxBytes: 100_000, patienceMs: 400 });
  });

  it('gives a key frame back byte for byte', () => {
    const frame = frameOf(5000);
    const [whole, ...more] = push(assembler, packetsOf(frame, 90_000));
    assert.ok(whole);
    assert.ok(whole.data.equals(frame));
    assert.equal(whole.rtpTimestamp, 90_000);
    assert.deepEqual(more, []);
  });

  it('puts packets in any order together, across the end of the sequence numbers', () => {
    const frame = frameOf(9000);
    const packets = packetsOf(frame, 1, 65_533);
    fc.assert(
      fc.property(fc.shuffledSubarray(packets, { minLength: packets.length }), (shuffled) => {
        const fresh = new KeyFrameAssembler({ maxBytes: 100_000, patienceMs: 400 });
        const whole = push(fresh, shuffled);
        assert.equal(whole.length, 1);
        assert.ok(whole[0]?.data.equals(frame));
      }),
      { numRuns: 50 },
    );
  });

  it('never gives anything but whole frames, whatever is lost, doubled or swapped', () => {
    const frames = [frameOf(3000), frameOf(2000, 'inter'), frameOf(4000), frameOf(1000)];
    let next = 100;
    const packets = frames.flatMap((frame, i) => {
      const some = packetsOf(frame, i * 3000, next);
      next += some.length;
      return some;
    });
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...packets), { maxLength: 40 }), (received) => {
        const fresh = new KeyFrameAssembler({ maxBytes: 100_000, patienceMs: 400 });
        for (const { data } of push(fresh, received)) {
          assert.ok([0, 2, 3].some((i) => frames[i]!.equals(data)));
        }
      }),
    );
  });

  it('leaves inter frames out', () => {
    assert.deepEqual(push(assembler, packetsOf(frameOf(3000, 'inter'), 1)), []);
    assert.equal(assembler.expire(10_000), 0);
  });

  it('gives a frame once, however often its packets come', () => {
    const packets = packetsOf(frameOf(3000), 1);
    assert.equal(push(assembler, [...packets, ...packets, ...packets]).length, 1);
  });

  it('waits for a retransmitted packet while later frames pass', () => {
    const frame = frameOf(4000);
    const packets = packetsOf(frame, 0, 10);
    const [missing] = packets.splice(2, 1);
    assert.ok(missing);
    push(assembler, packets);
    for (let i = 1; i <= 8; i++) push(assembler, packetsOf(frameOf(800, 'inter'), i * 3000, 100 + i));
    assert.equal(assembler.expire(200), 0);
    assert.ok(push(assembler, [missing], 200)[0]?.data.equals(frame));
  });

  it('gives an incomplete key frame up in time, counts it and takes the next', () => {
    push(assembler, packetsOf(frameOf(4000), 0).slice(0, -1), 0);
    assert.equal(assembler.expire(399), 0);
    assert.equal(assembler.expire(400), 1);
    assert.equal(assembler.expire(500), 0);
    assert.equal(assembler.counters.incomplete, 1);
    assert.equal(push(assembler, packetsOf(frameOf(2000), 3000, 50), 500).length, 1);
  });

  it('refuses a frame beyond the limit before it is put together', () => {
    const small = new KeyFrameAssembler({ maxBytes: 5000, patienceMs: 400 });
    const results = packetsOf(frameOf(9000), 0).map((packet) => small.push(packet, 0));
    assert.deepEqual(
      results.filter((result) => result !== null),
      ['too_large'],
    );
  });

  it('refuses a frame of thousands of crumbs', () => {
    const crumb = (i: number): RtpPacket => ({
      payloadType: 101,
      marker: false,
      sequenceNumber: i,
      timestamp: 0,
      ssrc: 1,
      payload: Buffer.from([i === 0 ? 0x10 : 0, 0]),
    });
    const results = Array.from({ length: 5000 }, (_, i) => assembler.push(crumb(i), 0));
    assert.equal(results.filter((result) => result === 'too_large').length, 1);
  });

  it('counts what is no VP8 payload, but not probes for bandwidth', () => {
    const empty: RtpPacket = { ...packetsOf(frameOf(10), 0)[0]!, payload: Buffer.alloc(0) };
    assembler.push(empty, 0);
    assembler.push({ ...empty, payload: Buffer.from([0x90]) }, 0);
    assert.equal(assembler.counters.malformed, 1);
  });

  it('goes on when a sender begins anew with an older timestamp', () => {
    push(assembler, packetsOf(frameOf(2000), 0x40000000));
    assert.equal(push(assembler, packetsOf(frameOf(2000), 5)).length, 1);
  });
});
