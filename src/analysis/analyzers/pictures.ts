import { distance, type Thumbnail } from './thumbnail.ts';

/** One key frame, as far as stream integrity looks at it. */
export interface IntegritySample {
  atMs: number;
  thumbnail: Thumbnail;
  width: number;
  height: number;
  quantizerIndex: number;
}

/*
 * Distances in grey levels, root mean square over the thumbnail's cells. Measured on key frames of Chromium's encoder at
 * 150 and 600 kbit/s (quantiser index 17 to 106, 2 photos, 20 s each) and of WebP at qualities 1 to 40 (4 photos):
 *
 *                                    same quantiser     other quantiser
 *   frozen                           0.00               up to 0.31 at index 25, 0.62 at 70, 1.17 at 106
 *   nothing moves, noise 0.3 to 2    0.20 to 0.90       the same as frozen
 *   somebody breathes, light drifts  0.45 to 5.2        up to 4.0 at 25, 5.3 at 70 and at 106
 *   webcam clips                     5 to 42
 */
/** Nearer ones of equal quantiser are equal to the bit. */
export const SAME_PICTURE = 0.1;
export const NOISE_SEEN = 0.15;

const FULL_PIXELS = 640 * 360;

/** How far apart two pictures of the same pixels may be when their quantisers differ; see the table above. */
export function tolerance(a: IntegritySample, b: IntegritySample): number {
  const coarser = Math.max(a.quantizerIndex, b.quantizerIndex);
  // Cells of smaller pictures average fewer pixels.
  const scale = Math.min(2.5, Math.max(1, Math.sqrt(FULL_PIXELS / (a.width * a.height))));
  return (0.25 + 0.009 * coarser) * scale;
}

export function equalEncoding(a: IntegritySample, b: IntegritySample): boolean {
  return sameSize(a, b) && a.quantizerIndex === b.quantizerIndex;
}

export function sameSize(a: IntegritySample, b: IntegritySample): boolean {
  return a.width === b.width && a.height === b.height;
}

export function isStill(a: IntegritySample, b: IntegritySample, factor: number): boolean {
  return sameSize(a, b) && distance(a.thumbnail, b.thumbnail) <= factor * tolerance(a, b);
}
