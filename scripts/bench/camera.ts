import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

/** A 640x360 camera for Chromium (`--use-file-for-fake-video-capture`), three seconds of moving colours, as MJPEG. */
export async function movingCamera(): Promise<string> {
  const [width, height, frames] = [640, 360, 90];
  const images: Buffer[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const pixels = Buffer.alloc(width * height * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 3;
        pixels[at] = (x + frame * 7) & 255;
        pixels[at + 1] = (y * 2 + frame * 3) & 255;
        pixels[at + 2] = ((x ^ y) + frame) & 255;
      }
    }
    images.push(
      await sharp(pixels, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 70 })
        .toBuffer(),
    );
  }
  const file = join(await mkdtemp(join(tmpdir(), 'veritalk-bench-')), 'camera.mjpeg');
  await writeFile(file, Buffer.concat(images));
  return file;
}
