import type { Picture } from '../decode/Picture.ts';
import type { MeshedFace } from '../faces/FaceMesh.ts';
import type { Box, Point } from '../faces/geometry.ts';
import { MIN_FACE_PX, MIN_MESH_SCORE } from '../faces/quality.ts';
import type { Glimpse } from '../protocol.ts';

type Rgb = [number, number, number];

/** The inner face, away from hair and outline, in shares of its box (DETECTION section 4). */
const INNER = { left: 0.15, right: 0.85, top: 0.15, bottom: 0.9 };
/** Of a region so much has to lie in the picture. */
const MIN_SEEN = 0.3;
/** Pixels are taken at this distance at most, in shares of the face: means need no more. */
const STEP = 1 / 64;

/** Landmarks of MediaPipe's canonical face model: inner lips, and each eye's corners and lids. */
const LIPS = { upper: 13, lower: 14, left: 78, right: 308 };
const EYES = [
  { outer: 33, inner: 133, upper: 159, lower: 145 },
  { outer: 263, inner: 362, upper: 386, lower: 374 },
];

/** Colours of face, neck and background, and the face's pose, mouth and eyes. Knows nothing of what was asked for. */
export function glimpseOf(picture: Picture, face: MeshedFace | null): Glimpse {
  if (!face || face.sizePx < MIN_FACE_PX || !(face.score > MIN_MESH_SCORE)) {
    return { face: null, neck: null, background: null };
  }
  const { box } = face;
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const inner = shareOf(box, INNER);
  const middle = (inner.left + inner.right) / 2;
  const step = Math.max(1, width * STEP);
  const mean = meanOf(picture, [inner], step);
  const left = meanOf(picture, [{ ...inner, right: middle }], step);
  const right = meanOf(picture, [{ ...inner, left: middle }], step);
  const neck = shareOf(box, { left: 0.1, right: 0.9, top: 1.08, bottom: 1.5 });
  const beside = { top: box.top - 0.3 * height, bottom: box.bottom };
  const background = [
    { ...beside, left: box.left - 1.3 * width, right: box.left - 0.4 * width },
    { ...beside, left: box.right + 0.4 * width, right: box.right + 1.3 * width },
  ];
  return {
    face:
      mean && left && right
        ? { ...placeOf(box), mean, left, right, ...poseOf(face), mouthOpen: mouthOf(face), eyesOpen: eyesOf(face) }
        : null,
    neck: meanOf(picture, [neck], step),
    background: meanOf(picture, background, step),
  };
}

function placeOf(box: Box): { x: number; y: number; sizePx: number } {
  const sizePx = Math.min(box.right - box.left, box.bottom - box.top);
  return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, sizePx };
}

function poseOf({ pose }: MeshedFace): { yawDeg: number; pitchDeg: number } {
  return { yawDeg: pose.yawDeg, pitchDeg: pose.pitchDeg };
}

function mouthOf({ points }: MeshedFace): number {
  return opening(points, LIPS.upper, LIPS.lower, LIPS.left, LIPS.right);
}

function eyesOf({ points }: MeshedFace): number {
  const openings = EYES.map(({ upper, lower, outer, inner }) => opening(points, upper, lower, outer, inner));
  return openings.reduce((sum, value) => sum + value, 0) / openings.length;
}

function opening(points: readonly Point[], upper: number, lower: number, from: number, to: number): number {
  const between = (a: number, b: number): number =>
    Math.hypot(points[a]!.x - points[b]!.x, points[a]!.y - points[b]!.y);
  return Math.min(10, between(upper, lower) / Math.max(1, between(from, to)));
}

function shareOf(box: Box, share: Box): Box {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  return {
    left: box.left + share.left * width,
    right: box.left + share.right * width,
    top: box.top + share.top * height,
    bottom: box.top + share.bottom * height,
  };
}

/** Mean colour of boxes together; null when too little of them lies in the picture. */
function meanOf(picture: Picture, boxes: readonly Box[], step: number): Rgb | null {
  const { width, height, rgb } = picture;
  const sum: Rgb = [0, 0, 0];
  let seen = 0;
  let asked = 0;
  for (const box of boxes) {
    for (let y = box.top + step / 2; y < box.bottom; y += step) {
      for (let x = box.left + step / 2; x < box.right; x += step) {
        asked++;
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        seen++;
        const i = 3 * (Math.floor(y) * width + Math.floor(x));
        for (let channel = 0; channel < 3; channel++) sum[channel]! += rgb[i + channel]!;
      }
    }
  }
  if (seen === 0 || seen < MIN_SEEN * asked) return null;
  return [sum[0] / seen, sum[1] / seen, sum[2] / seen];
}
