import sharp from 'sharp';
import { MAX_HEIGHT_PX, MAX_WIDTH_PX, type Vp8KeyFrameHeader } from './vp8KeyFrame.ts';
import type { Picture } from './Picture.ts';

// One picture at a time on one thread, and nothing kept: the child's memory stays flat (libvips caches by default).
sharp.concurrency(1);
sharp.cache(false);

/**
 * Makes a WebP file of a VP8 key frame. The simple lossy format is a RIFF header before the very same bytes
 * (WebP container specification, "Simple File Format (Lossy)"; RFC 9649, section 2.5).
 */
export function wrapAsWebp(keyFrame: Buffer): Buffer {
  const padding = keyFrame.length & 1;
  const header = Buffer.alloc(20);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(12 + keyFrame.length + padding, 4);
  header.write('WEBPVP8 ', 8, 'latin1');
  header.writeUInt32LE(keyFrame.length, 16);
  return Buffer.concat([header, keyFrame, Buffer.alloc(padding)]);
}

/**
 * Decodes a key frame whose header was accepted before.
 *
 * @throws When the bytes are damaged, or are not of the size that the header says.
 */
export async function decodeKeyFrame(keyFrame: Buffer, header: Vp8KeyFrameHeader): Promise<Picture> {
  const { data, info } = await sharp(wrapAsWebp(keyFrame), {
    failOn: 'warning',
    limitInputPixels: MAX_WIDTH_PX * MAX_HEIGHT_PX,
  })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== header.width || info.height !== header.height || info.channels !== 3) {
    throw new Error('the decoded picture is not what its header says');
  }
  return { width: info.width, height: info.height, rgb: data };
}
