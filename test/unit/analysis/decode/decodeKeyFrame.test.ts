import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { decodeKeyFrame, wrapAsWebp } from '../../../../src/analysis/decode/decodeKeyFrame.ts';
import { readVp8KeyFrameHeader, type Vp8KeyFrameHeader } from '../../../../src/analysis/decode/vp8KeyFrame.ts';
import { pattern } from '../../../support/rtp/scenes.ts';
import { encodeKeyFrame, vp8Chunk } from '../../../support/rtp/vp8.ts';

function headerOf(frame: Buffer): Vp8KeyFrameHeader {
  const header = readVp8KeyFrameHeader(frame);
  assert.ok(typeof header === 'object');
  return header;
}

describe('decodeKeyFrame', () => {
  it('makes a WebP file whose chunk is the key frame, of odd and of even length', () => {
    for (const length of [100, 101]) {
      const frame = randomBytes(length);
      const webp = wrapAsWebp(frame);
      assert.ok(vp8Chunk(webp).equals(frame));
      assert.equal(webp.readUInt32LE(4), webp.length - 8);
      assert.equal(webp.length % 2, 0);
    }
  });

  it('gives the very pixels that the WebP file would have', async () => {
    const { rgb } = pattern(320, 180);
    const webp = await sharp(rgb, { raw: { width: 320, height: 180, channels: 3 } })
      .webp({ quality: 40 })
      .toBuffer();
    const frame = vp8Chunk(webp);
    const picture = await decodeKeyFrame(frame, headerOf(frame));
    assert.deepEqual([picture.width, picture.height], [320, 180]);
    assert.ok(Buffer.from(picture.rgb).equals(await sharp(webp).raw().toBuffer()));
  });

  it('refuses damaged bytes', async () => {
    const frame = await encodeKeyFrame(pattern(320, 180), 50);
    const header = headerOf(frame);
    await assert.rejects(decodeKeyFrame(frame.subarray(0, frame.length / 2), header));
    await assert.rejects(decodeKeyFrame(Buffer.concat([frame.subarray(0, 10), Buffer.alloc(4)]), header));
  });

  it('refuses a picture that is not of the size its header was read with', async () => {
    const frame = await encodeKeyFrame(pattern(320, 180), 50);
    await assert.rejects(decodeKeyFrame(frame, { ...headerOf(frame), width: 640 }), /not what its header says/);
  });
});
