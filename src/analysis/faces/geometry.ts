export interface Point {
  x: number;
  y: number;
}

/** A square of a picture, possibly tilted; may reach beyond the picture's edges. Lengths in pixels. */
export interface Square {
  center: Point;
  side: number;
  /** Clockwise turn of its upper edge against the picture's, in radians. */
  tilt: number;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function boxAround(points: readonly Point[]): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

/** The square with the box's longer side times `scale`, about the same centre. */
export function squareAround(box: Box, scale: number, tilt: number): Square {
  return {
    center: { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 },
    side: Math.max(box.right - box.left, box.bottom - box.top) * scale,
    tilt,
  };
}

/** The upright square about points, seen along the tilt, with the longer side times `scale`. */
export function squareAroundTilted(points: readonly Point[], scale: number, tilt: number): Square {
  const cos = Math.cos(tilt);
  const sin = Math.sin(tilt);
  const level = squareAround(
    boxAround(points.map(({ x, y }) => ({ x: x * cos + y * sin, y: y * cos - x * sin }))),
    scale,
    tilt,
  );
  const { x, y } = level.center;
  return { ...level, center: { x: x * cos - y * sin, y: x * sin + y * cos } };
}

/** Intersection over union, 0 to 1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (areaOf(a) + areaOf(b) - shared);
}

export function areaOf(box: Box): number {
  return Math.max(0, box.right - box.left) * Math.max(0, box.bottom - box.top);
}

/** Clockwise angle of the line from the eye on the picture's left to the one on its right, in radians. */
export function tiltOfEyes(leftInPicture: Point, rightInPicture: Point): number {
  return Math.atan2(rightInPicture.y - leftInPicture.y, rightInPicture.x - leftInPicture.x);
}

/** Where a point of the square, given in shares of its side (0 to 1), lies in the picture. */
export function fromSquare(square: Square, share: Point): Point {
  const dx = (share.x - 0.5) * square.side;
  const dy = (share.y - 0.5) * square.side;
  const cos = Math.cos(square.tilt);
  const sin = Math.sin(square.tilt);
  return { x: square.center.x + dx * cos - dy * sin, y: square.center.y + dx * sin + dy * cos };
}
