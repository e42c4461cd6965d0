import type { Size } from './layers.ts';

/** Pure rules of enlarging a picture in its frame. */

export interface Point {
  x: number;
  y: number;
}

/** The picture is drawn `scale` times as large, its top left corner moved by `x` and `y` (CSS px, never positive). */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export const whole: Zoom = { scale: 1, x: 0, y: 0 };
const largest = 6;
/** What a double tap gives: letters of a shared desktop can be read on a phone. */
const doubleTapScale = 2.5;

/** Enlarges by `factor` around a point of the frame, which stays where it is as far as the picture reaches. */
export function zoomAt({ scale, x, y }: Zoom, factor: number, at: Point, frame: Size): Zoom {
  const next = Math.min(largest, Math.max(1, scale * factor));
  const ratio = next / scale;
  return within({ scale: next, x: at.x - (at.x - x) * ratio, y: at.y - (at.y - y) * ratio }, frame);
}

export function pan(zoom: Zoom, by: Point, frame: Size): Zoom {
  return within({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y }, frame);
}

/** Enlarges there, or shows the whole picture again. */
export function doubleTap(zoom: Zoom, at: Point, frame: Size): Zoom {
  return zoom.scale > 1 ? whole : zoomAt(zoom, doubleTapScale, at, frame);
}

/** What two fingers that moved from one pair of places to another make of the zoom. */
export function pinch(zoom: Zoom, from: [Point, Point], to: [Point, Point], frame: Size): Zoom {
  const factor = distance(...to) / Math.max(1, distance(...from));
  const [before, after] = [middle(...from), middle(...to)];
  return pan(zoomAt(zoom, factor, before, frame), { x: after.x - before.x, y: after.y - before.y }, frame);
}

/** No empty space comes in at the edges. */
function within({ scale, x, y }: Zoom, { width, height }: Size): Zoom {
  const held = (value: number, length: number): number => Math.min(0, Math.max(length * (1 - scale), value));
  // Adding 0 turns a negative zero into zero.
  return { scale, x: held(x, width) + 0, y: held(y, height) + 0 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
