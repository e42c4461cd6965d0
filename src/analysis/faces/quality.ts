import type { CauseCode } from '../../protocol/assessment.ts';
import type { Picture } from '../decode/Picture.ts';
import type { MeshedFace } from './FaceMesh.ts';

/** How well a face can be looked at. */
export interface FaceQuality {
  /** 0 to 1; 0 when `code` is not `ok`. */
  quality: number;
  code: CauseCode;
  /** Mean luma of the face, 0 to 255. */
  brightness: number;
  /** Mean absolute Laplacian of the face's luma at a fixed scale, in grey levels. */
  sharpness: number;
}

/** Landmarks and embeddings hold down to this size (DETECTION sections 2 and 5). */
export const MIN_FACE_PX = 32;
export const MIN_MESH_SCORE = 0.8;
const GOOD_FACE_PX = 96;
const MIN_BRIGHTNESS = 25;
const GOOD_BRIGHTNESS = 60;
const MIN_SHARPNESS = 0.6;
const GOOD_SHARPNESS = 2.5;
const MAX_YAW_DEG = 60;

/** Judges a face by its size, the mesh's fit, pose, light and sharpness; the worst of them decides. */
export function qualityOf(picture: Picture, face: MeshedFace): FaceQuality {
  const { brightness, sharpness } = lightOf(picture, face);
  const refuse = (code: CauseCode): FaceQuality => ({ quality: 0, code, brightness, sharpness });
  if (face.sizePx < MIN_FACE_PX) return refuse('face_too_small');
  if (!(face.score > MIN_MESH_SCORE)) return refuse('no_face');
  if (Math.abs(face.pose.yawDeg) > MAX_YAW_DEG) return refuse('turned_away');
  if (brightness < MIN_BRIGHTNESS) return refuse('too_dark');
  if (sharpness < MIN_SHARPNESS) return refuse('too_blurred');
  const quality = Math.min(
    0.5 + 0.5 * share(face.sizePx, MIN_FACE_PX, GOOD_FACE_PX),
    1 - 0.5 * share(Math.abs(face.pose.yawDeg), 20, MAX_YAW_DEG),
    0.4 + 0.6 * share(brightness, MIN_BRIGHTNESS, GOOD_BRIGHTNESS),
    0.4 + 0.6 * share(sharpness, MIN_SHARPNESS, GOOD_SHARPNESS),
  );
  return { quality, code: 'ok', brightness, sharpness };
}

/** Where `value` lies between two others, 0 to 1. */
function share(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

const GRID = 48;

/** Samples the face's box on a grid of fixed size, so that the measures don't depend on how near the face is. */
function lightOf(picture: Picture, face: MeshedFace): { brightness: number; sharpness: number } {
  const { left, top, right, bottom } = face.box;
  const luma = new Float32Array(GRID * GRID);
  let sum = 0;
  for (let v = 0; v < GRID; v++) {
    const y = clampIndex(top + ((bottom - top) * (v + 0.5)) / GRID, picture.height);
    for (let u = 0; u < GRID; u++) {
      const x = clampIndex(left + ((right - left) * (u + 0.5)) / GRID, picture.width);
      const i = 3 * (y * picture.width + x);
      const value = 0.299 * picture.rgb[i]! + 0.587 * picture.rgb[i + 1]! + 0.114 * picture.rgb[i + 2]!;
      luma[v * GRID + u] = value;
      sum += value;
    }
  }
  let edges = 0;
  for (let v = 1; v < GRID - 1; v++) {
    for (let u = 1; u < GRID - 1; u++) {
      const at = v * GRID + u;
      edges += Math.abs(4 * luma[at]! - luma[at - 1]! - luma[at + 1]! - luma[at - GRID]! - luma[at + GRID]!) / 4;
    }
  }
  return { brightness: sum / luma.length, sharpness: edges / (GRID - 2) ** 2 };
}

function clampIndex(value: number, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.floor(value)));
}
