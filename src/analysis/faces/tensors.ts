import type { Picture } from '../decode/Picture.ts';
import type { Square } from './geometry.ts';

/** How a model wants its pixels: out = in * scale + offset, per plane. */
export interface PixelFormat {
  /** Which channel of RGB each plane holds, e.g. [2, 1, 0] for BGR. */
  order: readonly [number, number, number];
  scale: number;
  offset: readonly [number, number, number];
}

/**
 * Cuts a square out of a picture into a planar (NCHW) tensor of `side` x `side`, with bilinear interpolation. What lies
 * outside the picture is black, as in the letterbox that the detector was made for.
 */
export function cutSquare(picture: Picture, square: Square, side: number, format: PixelFormat): Float32Array {
  const { width, height, rgb } = picture;
  const plane = side * side;
  const out = new Float32Array(3 * plane);
  const [c0, c1, c2] = format.order;
  const [o0, o1, o2] = format.offset;
  const { scale } = format;
  const step = square.side / side;
  const cos = Math.cos(square.tilt) * step;
  const sin = Math.sin(square.tilt) * step;
  const half = side / 2 - 0.5;
  // Samples at pixel centres: the picture's pixel (0, 0) has its centre at (0.5, 0.5).
  let rowX = square.center.x - 0.5 - half * cos + half * sin;
  let rowY = square.center.y - 0.5 - half * sin - half * cos;
  for (let v = 0, at = 0; v < side; v++, rowX -= sin, rowY += cos) {
    let x = rowX;
    let y = rowY;
    for (let u = 0; u < side; u++, at++, x += cos, y += sin) {
      let r = 0;
      let g = 0;
      let b = 0;
      if (x > -0.5 && y > -0.5 && x < width - 0.5 && y < height - 0.5) {
        const x0 = x < 0 ? 0 : Math.floor(x);
        const y0 = y < 0 ? 0 : Math.floor(y);
        const fx = x < 0 ? 0 : x - x0;
        const fy = y < 0 ? 0 : y - y0;
        const right = x0 + 1 < width ? 3 : 0;
        const i = 3 * (y0 * width + x0);
        const j = y0 + 1 < height ? i + 3 * width : i;
        const w00 = (1 - fx) * (1 - fy);
        const w01 = fx * (1 - fy);
        const w10 = (1 - fx) * fy;
        const w11 = fx * fy;
        r = w00 * rgb[i]! + w01 * rgb[i + right]! + w10 * rgb[j]! + w11 * rgb[j + right]!;
        g = w00 * rgb[i + 1]! + w01 * rgb[i + right + 1]! + w10 * rgb[j + 1]! + w11 * rgb[j + right + 1]!;
        b = w00 * rgb[i + 2]! + w01 * rgb[i + right + 2]! + w10 * rgb[j + 2]! + w11 * rgb[j + right + 2]!;
      }
      out[at] = (c0 === 0 ? r : c0 === 1 ? g : b) * scale + o0;
      out[at + plane] = (c1 === 0 ? r : c1 === 1 ? g : b) * scale + o1;
      out[at + 2 * plane] = (c2 === 0 ? r : c2 === 1 ? g : b) * scale + o2;
    }
  }
  return out;
}
