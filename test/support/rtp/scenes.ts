import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Picture } from '../../../src/analysis/decode/Picture.ts';
import { generator } from '../random.ts';

/** What a camera would give at a moment; time in seconds since it was switched on. */
export type Scene = (atS: number) => Picture | Promise<Picture>;

/** The picture of a file, filling the given size. What does not fit is cut off evenly, or below where `top` is kept. */
export async function pictureOfFile(
  file: string | Buffer,
  width: number,
  height: number,
  keep: 'centre' | 'top' = 'centre',
): Promise<Picture> {
  const { data } = await sharp(file)
    .rotate()
    .resize(width, height, { fit: 'cover', position: keep })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width, height, rgb: data };
}

/** Always the very same pixels: what a stopped virtual camera sends. */
export function frozen(picture: Picture): Scene {
  return () => picture;
}

export interface StillPersonOptions {
  /** Standard deviation of the sensor's noise in grey levels; a webcam indoors has 1.5 to 4. */
  noise?: number;
  /** How far the body moves with the breath, in pixels at 640x360. */
  breathPx?: number;
  /** How far the light drifts up and down, as a share. */
  lightDrift?: number;
  seed?: number;
}

/**
 * A person who sits as still as a living person can: a photo with sensor noise, breathing (the lower half rises and
 * falls 15 times a minute, the head a third of that) and a slow drift of the light.
 */
export function stillPerson(photo: Picture, options: StillPersonOptions = {}): Scene {
  const { noise = 2, breathPx = 1.5, lightDrift = 0.01, seed = 1 } = options;
  const random = generator(seed);
  const { width, height, rgb } = photo;
  return (atS) => {
    const breath = breathPx * (width / 640) * Math.sin(2 * Math.PI * 0.25 * atS);
    const light = 1 + lightDrift * Math.sin((2 * Math.PI * atS) / 37);
    const out = new Uint8Array(rgb.length);
    for (let y = 0; y < height; y++) {
      const share = y < height / 2 ? 1 / 3 : 1 / 3 + (2 / 3) * ((y - height / 2) / (height / 2));
      const source = Math.min(height - 1.001, Math.max(0, y + breath * share));
      const above = Math.floor(source);
      const weight = source - above;
      const rowA = 3 * width * above;
      const rowB = 3 * width * Math.min(height - 1, above + 1);
      for (let i = 0, at = 3 * width * y; i < 3 * width; i++, at++) {
        const clean = (1 - weight) * rgb[rowA + i]! + weight * rgb[rowB + i]!;
        // The sum of three uniform numbers is near enough to a normal distribution (variance 1/4 each of width sqrt(3)).
        const grain = noise * 2 * (random() + random() + random() - 1.5);
        out[at] = Math.min(255, Math.max(0, Math.round(clean * light + grain)));
      }
    }
    return { width, height, rgb: out };
  };
}

/** Pictures of a file of joined JPEGs (`*.mjpeg`). */
export async function jpegsOf(file: string): Promise<Buffer[]> {
  const bytes = await readFile(file);
  const pictures: Buffer[] = [];
  let start = bytes.indexOf(START_OF_IMAGE);
  while (start >= 0) {
    const next = bytes.indexOf(START_OF_IMAGE, start + 3);
    pictures.push(bytes.subarray(start, next < 0 ? bytes.length : next));
    start = next;
  }
  return pictures;
}

const START_OF_IMAGE = Buffer.from([0xff, 0xd8, 0xff]);

/** Plays joined JPEGs at a rate of frames per second; the last one stays. */
export function film(pictures: readonly Buffer[], width: number, height: number, fps = 30): Scene {
  return (atS) => {
    const jpeg = pictures[Math.min(pictures.length - 1, Math.floor(atS * fps))];
    if (!jpeg) throw new Error('the film has no pictures');
    return pictureOfFile(jpeg, width, height);
  };
}

/** A picture of its own, without a file: soft shapes and fine texture, so that coarse quantisers have work to do. */
export function pattern(width: number, height: number, seed = 1): Picture {
  const random = generator(seed);
  const waves = Array.from({ length: 6 }, () => ({
    fx: random() * 9,
    fy: random() * 9,
    at: random() * 6,
    size: 10 + 18 * random(),
  }));
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      let value = 120;
      for (const { fx, fy, at, size } of waves)
        value += size * Math.sin(((fx * x) / width) * 6 + ((fy * y) / height) * 6 + at);
      const texture = 8 * random();
      rgb[i] = clampByte(value + texture);
      rgb[i + 1] = clampByte(0.8 * value + texture + 20);
      rgb[i + 2] = clampByte(0.6 * value + texture + 40);
    }
  }
  return { width, height, rgb };
}

/** One colour all over: a covered lens, or a camera that sends black. */
export function flat(width: number, height: number, level: number): Picture {
  return { width, height, rgb: new Uint8Array(3 * width * height).fill(level) };
}

function clampByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
