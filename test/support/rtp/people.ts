import sharp from 'sharp';
import type { Picture } from '../../../src/analysis/decode/Picture.ts';
import type { Box, Point } from '../../../src/analysis/faces/geometry.ts';
import { generator } from '../random.ts';
import { pictureOfFile, type Scene } from './scenes.ts';

/** People made live out of photos, and what attackers make of scenes. */

export interface LivingPersonOptions {
  seed: number;
  /** Standard deviation of the sensor's noise in grey levels; a webcam indoors has 1.5 to 4. */
  noise?: number;
  /** How far the body moves with the breath, in pixels at 640x360. */
  breathPx?: number;
  /** How far the whole person sways, in pixels at 640x360. */
  swayPx?: number;
  /** How far the light drifts up and down, as a share. */
  lightDrift?: number;
  /** Where the eyes are, so that they can blink. */
  eyes?: readonly Point[];
}

/**
 * Somebody before a camera who never repeats: a photo that breathes, sways by tones without a common period, blinks at
 * random times, under light that drifts and a sensor that makes noise. As the movement has no period and the noise is
 * drawn anew for every picture, no two are the same.
 */
export function livingPerson(photo: Picture, options: LivingPersonOptions): Scene {
  const { seed, noise = 2, breathPx = 1.2, swayPx = 3, lightDrift = 0.02, eyes = [] } = options;
  const random = generator(seed);
  const scale = photo.width / 640;
  const sway = { x: wander(random), y: wander(random) };
  const breathS = 3.2 + 1.6 * random();
  const light = wander(random);
  const blinks = blinkTimes(random);
  const asleep = withClosedEyes(photo, eyes);
  return (atS) => {
    const shift = {
      x: swayPx * scale * sway.x(atS),
      y: swayPx * 0.6 * scale * sway.y(atS),
      breath: breathPx * scale * Math.sin((2 * Math.PI * atS) / breathS + 0.6 * sway.y(atS / 3)),
    };
    const gain = 1 + lightDrift * light(atS / 2);
    const seen = eyes.length > 0 && blinks(atS) ? asleep : photo;
    return withNoise(displaced(seen, shift, gain), noise, random);
  };
}

/** A curve between about -1 and 1 that never comes back to where it was: five tones of 3 to 50 s. */
function wander(random: () => number): (atS: number) => number {
  const tones = Array.from({ length: 5 }, (_, i) => ({
    periodS: (3 + 4 * random()) * 1.9 ** i,
    phase: 2 * Math.PI * random(),
    size: 0.3 + 0.1 * i,
  }));
  const sum = tones.reduce((total, { size }) => total + size, 0);
  return (atS) =>
    tones.reduce((total, t) => total + t.size * Math.sin((2 * Math.PI * atS) / t.periodS + t.phase), 0) / (0.6 * sum);
}

const BLINK_S = 0.22;

/** Eyes are closed for 0.22 s, every 2 to 7 s. */
function blinkTimes(random: () => number): (atS: number) => boolean {
  const times = [1 + random()];
  return (atS) => {
    for (let last = times.at(-1)!; last < atS; last = times.at(-1)!) times.push(last + 2 + 5 * random());
    return times.some((from) => atS >= from && atS < from + BLINK_S);
  };
}

/** The photo with lids of the colour of the skin below the eyes. */
function withClosedEyes(photo: Picture, eyes: readonly Point[]): Picture {
  const [a, b] = eyes;
  if (!a || !b) return photo;
  const apart = Math.hypot(a.x - b.x, a.y - b.y);
  const rgb = photo.rgb.slice();
  for (const eye of eyes) {
    const skin = 3 * (Math.round(eye.y + 0.34 * apart) * photo.width + Math.round(eye.x));
    for (let y = Math.floor(eye.y - 0.16 * apart); y < eye.y + 0.16 * apart; y++) {
      for (let x = Math.floor(eye.x - 0.3 * apart); x < eye.x + 0.3 * apart; x++) {
        const away = Math.hypot((x - eye.x) / 0.3, (y - eye.y) / 0.16) / apart;
        const weight = Math.min(1, Math.max(0, 3 * (1 - away)));
        const at = 3 * (y * photo.width + x);
        for (let c = 0; c < 3; c++) rgb[at + c] = (1 - weight) * (rgb[at + c] ?? 0) + weight * (rgb[skin + c] ?? 0);
      }
    }
  }
  return { ...photo, rgb };
}

/** Moves a picture by parts of pixels; the lower half moves with the breath, the upper a third of that. */
function displaced(
  { width, height, rgb }: Picture,
  shift: { x: number; y: number; breath: number },
  gain: number,
): { width: number; height: number; values: Float32Array } {
  const values = new Float32Array(rgb.length);
  const wholeX = Math.floor(shift.x);
  const fx = shift.x - wholeX;
  for (let y = 0, at = 0; y < height; y++) {
    const share = y < height / 2 ? 1 / 3 : 1 / 3 + (2 / 3) * ((y - height / 2) / (height / 2));
    const from = Math.min(height - 1.001, Math.max(0, y + shift.y + shift.breath * share));
    const above = Math.floor(from);
    const fy = from - above;
    const rowA = width * above;
    const rowB = width * Math.min(height - 1, above + 1);
    for (let x = 0; x < width; x++) {
      const left = Math.min(width - 1, Math.max(0, x + wholeX));
      const right = Math.min(width - 1, Math.max(0, x + wholeX + 1));
      const a = 3 * (rowA + left);
      const b = 3 * (rowA + right);
      const c = 3 * (rowB + left);
      const d = 3 * (rowB + right);
      for (let k = 0; k < 3; k++, at++) {
        const upper = (1 - fx) * rgb[a + k]! + fx * rgb[b + k]!;
        const lower = (1 - fx) * rgb[c + k]! + fx * rgb[d + k]!;
        values[at] = gain * ((1 - fy) * upper + fy * lower);
      }
    }
  }
  return { width, height, values };
}

/** Normal noise with a deviation of 1, drawn once; pictures begin to read it at a random place. */
const GRAIN = ((): Float32Array => {
  const random = generator(99);
  return Float32Array.from({ length: 1 << 20 }, () => 2 * (random() + random() + random() - 1.5));
})();

function withNoise(
  { width, height, values }: { width: number; height: number; values: Float32Array },
  noise: number,
  random: () => number,
): Picture {
  const rgb = new Uint8ClampedArray(values.length);
  const mask = GRAIN.length - 1;
  const from = Math.floor(random() * GRAIN.length);
  const step = 1 + 2 * Math.floor(random() * 1000);
  for (let i = 0, at = from; i < values.length; i++, at = (at + step) & mask) rgb[i] = values[i]! + noise * GRAIN[at]!;
  return { width, height, rgb: new Uint8Array(rgb.buffer) };
}

/** Adds fresh noise to every picture of a scene: what a sensor does, and a file that is played does not. */
export function filmed(scene: Scene, noise: number, seed: number): Scene {
  const random = generator(seed);
  return async (atS) => {
    const { width, height, rgb } = await scene(atS);
    return withNoise({ width, height, values: Float32Array.from(rgb) }, noise, random);
  };
}

/** The first seconds of a scene again and again, each picture recorded once: what a looping virtual camera does. */
export function looped(scene: Scene, lengthS: number, fps = 30): Scene {
  const recorded = new Map<number, Promise<Buffer>>();
  const frames = Math.round(lengthS * fps);
  return async (atS) => {
    const frame = Math.floor(atS * fps) % frames;
    let jpeg = recorded.get(frame);
    if (!jpeg) recorded.set(frame, (jpeg = record(await scene(frame / fps))));
    const { data, info } = await sharp(await jpeg)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgb: data };
  };
}

function record({ width, height, rgb }: Picture): Promise<Buffer> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** One scene, and from a moment on another one. */
export function then(first: Scene, fromS: number, second: Scene): Scene {
  return (atS) => (atS < fromS ? first(atS) : second(atS - fromS));
}

/** Plays pictures of a clip; between two of them they are mixed, so that slow motion moves in every picture. */
export function clip(
  jpegs: readonly Buffer[],
  { width, height, fps, speed = 1 }: { width: number; height: number; fps: number; speed?: number },
): Scene {
  return async (atS) => {
    const at = Math.min(jpegs.length - 1, atS * fps * speed);
    const index = Math.floor(at);
    const first = await pictureOfFile(jpegs[index]!, width, height);
    if (speed >= 1 || index + 1 >= jpegs.length) return first;
    const second = await pictureOfFile(jpegs[index + 1]!, width, height);
    const share = at - index;
    return { width, height, rgb: first.rgb.map((value, i) => (1 - share) * value + share * second.rgb[i]!) };
  };
}

/** The part of a picture around a face, filling the given shape: photos of a whole body show a face too small. */
export function aroundFace(picture: { width: number; height: number }, face: Box, shape: number): Box {
  const faceHeight = face.bottom - face.top;
  const height = Math.min(picture.height, picture.width / shape, 3.2 * faceHeight);
  const width = height * shape;
  const within = (from: number, size: number, whole: number): number => Math.min(whole - size, Math.max(0, from));
  const left = within((face.left + face.right - width) / 2, width, picture.width);
  const top = within(face.top - 0.3 * height, height, picture.height);
  return { left, top, right: left + width, bottom: top + height };
}
