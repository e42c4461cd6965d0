import type { Picture } from '../decode/Picture.ts';

/** Mean luma (0 to 255) of the cells of a grid over the picture, row by row. */
export type Thumbnail = Float32Array;

export const THUMBNAIL_COLUMNS = 32;
export const THUMBNAIL_ROWS = 18;

/**
 * The grid averages some 400 pixels of a 640x360 picture into one number, which takes the quantiser's and the
 * sensor's noise down to a fraction of a grey level and keeps what moves. Luma as ITU-R BT.601 weighs it.
 */
export function thumbnailOf(picture: Picture): Thumbnail {
  const { width, height, rgb } = picture;
  const cells = new Float32Array(THUMBNAIL_COLUMNS * THUMBNAIL_ROWS);
  const counts = new Uint32Array(cells.length);
  const columnOf = Uint8Array.from({ length: width }, (_, x) => Math.floor((x * THUMBNAIL_COLUMNS) / width));
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor((y * THUMBNAIL_ROWS) / height) * THUMBNAIL_COLUMNS;
    for (let x = 0; x < width; x++, i += 3) {
      const cell = row + columnOf[x]!;
      cells[cell]! += 0.299 * rgb[i]! + 0.587 * rgb[i + 1]! + 0.114 * rgb[i + 2]!;
      counts[cell]!++;
    }
  }
  return cells.map((sum, cell) => sum / Math.max(1, counts[cell]!));
}

/** Root of the mean square difference, in grey levels. */
export function distance(a: Thumbnail, b: Thumbnail): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum / a.length);
}

/** Mean and standard deviation over the cells. */
export function spread(thumbnail: Thumbnail): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (const value of thumbnail) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / thumbnail.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / thumbnail.length - mean * mean)) };
}
