import assert from 'node:assert/strict';
import { readVp8KeyFrameHeader, type Refusal } from '../../../../src/analysis/decode/vp8KeyFrame.ts';
import { pattern } from '../../../support/rtp/scenes.ts';
import { encodeKeyFrame } from '../../../support/rtp/vp8.ts';

describe('readVp8KeyFrameHeader', () => {
  let good: Buffer;

  before(async () => {
    good = await encodeKeyFrame(pattern(640, 360), 50);
  });

  /** The good frame with some bytes replaced. */
  function altered(change: (frame: Buffer) => Buffer | undefined): Buffer {
    const copy = Buffer.from(good);
    return change(copy) ?? copy;
  }

  it('reads the size of a key frame', () => {
    const header = readVp8KeyFrameHeader(good);
    assert.ok(typeof header === 'object');
    assert.deepEqual([header.width, header.height], [640, 360]);
  });

  it('reads a quantiser that is coarser for smaller files', async () => {
    const indices: number[] = [];
    for (const quality of [2, 15, 40, 70, 95]) {
      const header = readVp8KeyFrameHeader(await encodeKeyFrame(pattern(320, 180), quality));
      assert.ok(typeof header === 'object');
      indices.push(header.quantizerIndex);
    }
    assert.deepEqual(
      indices,
      indices.toSorted((a, b) => b - a),
    );
    assert.equal(new Set(indices).size, indices.length);
    assert.ok(indices[0]! > 90 && indices[4]! < 20);
  });

  it('takes the largest picture that is allowed', async () => {
    const header = readVp8KeyFrameHeader(await encodeKeyFrame(pattern(1920, 1080), 5));
    assert.ok(typeof header === 'object' && header.width === 1920);
  });

  const refused: [what: string, change: (frame: Buffer) => Buffer | undefined, reason: Refusal][] = [
    ['a bomb of 16383x16383', (f) => void f.writeUInt32LE(0x3fff3fff, 6), 'too_large'],
    ['one column too many', (f) => void f.writeUInt16LE(1921, 6), 'too_large'],
    ['one row too many', (f) => void f.writeUInt16LE(1081, 8), 'too_large'],
    ['more than 1 MiB', (f) => Buffer.concat([f, Buffer.alloc(1024 * 1024)]), 'too_large'],
    ['no width', (f) => void f.writeUInt16LE(0, 6), 'bad_header'],
    ['no height', (f) => void f.writeUInt16LE(0, 8), 'bad_header'],
    ['an inter frame', (f) => void f.writeUInt8(f[0]! | 1, 0), 'not_a_key_frame'],
    ['another start code', (f) => void f.writeUInt8(0x9c, 3), 'bad_header'],
    ['an unknown version', (f) => void f.writeUInt8((f[0]! & 0xf1) | (5 << 1), 0), 'bad_header'],
    ['a frame that is not shown', (f) => void f.writeUInt8(f[0]! & 0xef, 0), 'bad_header'],
    ['a first partition beyond the end', (f) => f.subarray(0, 40), 'bad_header'],
    ['nine bytes', (f) => f.subarray(0, 9), 'bad_header'],
    ['nothing', () => Buffer.alloc(0), 'bad_header'],
  ];
  for (const [what, change, reason] of refused) {
    it(`refuses ${what}`, () => assert.equal(readVp8KeyFrameHeader(altered(change)), reason));
  }
});
