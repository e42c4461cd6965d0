import type { Picture } from '../decode/Picture.ts';
import type { Model } from '../models/Model.ts';
import { overlap, tiltOfEyes, type Box, type Point } from './geometry.ts';
import { cutSquare, type PixelFormat } from './tensors.ts';

/** A face as BlazeFace sees it, in pixels of the picture. */
export interface DetectedFace {
  score: number;
  box: Box;
  /** The eye on the left side of the picture, and the one on the right. */
  leftEye: Point;
  rightEye: Point;
  tilt: number;
}

const INPUT_SIDE = 256;
const FORMAT: PixelFormat = { order: [0, 1, 2], scale: 1 / 127.5, offset: [-1, -1, -1] };
/** Faces of six webcam clips and four photos had 0.79 to 0.96, ghosts up to 0.61. */
const MIN_SCORE = 0.65;
const MAX_OVERLAP = 0.3;
const MAX_FACES = 4;
/** Box (centre, size) and six points (eyes, nose, mouth, ears), x and y each. */
const VALUES_PER_ANCHOR = 16;

/** BlazeFace's two grids: cells of 16 px with two anchors, then cells of 32 px with six (Bazarevsky 2019, figure 2). */
const GRIDS = [
  { cellPx: 16, perCell: 2 },
  { cellPx: 32, perCell: 6 },
] as const;

/** Finds faces (BlazeFace "back" model, 256x256). Holds no picture between calls. */
export class FaceDetector {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  /** Faces in the order of their scores, at most four. */
  async detect(picture: Picture): Promise<DetectedFace[]> {
    const side = Math.max(picture.width, picture.height);
    const frame = { center: { x: picture.width / 2, y: picture.height / 2 }, side, tilt: 0 };
    const input = cutSquare(picture, frame, INPUT_SIDE, FORMAT);
    const outputOf = await this.#model.run(input, INPUT_SIDE);
    const found: DetectedFace[] = [];
    for (const grid of GRIDS) {
      const cells = INPUT_SIDE / grid.cellPx;
      const count = cells * cells * grid.perCell;
      const logits = outputOf(count, 1);
      const values = outputOf(count, VALUES_PER_ANCHOR);
      for (let i = 0; i < count; i++) {
        const score = 1 / (1 + Math.exp(-(logits[i] ?? -Infinity)));
        if (!(score >= MIN_SCORE)) continue;
        const cell = Math.floor(i / grid.perCell);
        const anchor = {
          x: ((cell % cells) + 0.5) * grid.cellPx,
          y: (Math.floor(cell / cells) + 0.5) * grid.cellPx,
        };
        const face = readFace(
          values.subarray(i * VALUES_PER_ANCHOR, (i + 1) * VALUES_PER_ANCHOR),
          anchor,
          score,
          frame,
        );
        found.push(face);
      }
    }
    return suppressOverlaps(found);
  }
}

function readFace(
  values: Float32Array,
  anchor: Point,
  score: number,
  frame: { center: Point; side: number },
): DetectedFace {
  const scale = frame.side / INPUT_SIDE;
  const left = frame.center.x - frame.side / 2;
  const top = frame.center.y - frame.side / 2;
  const point = (at: number): Point => ({
    x: left + ((values[at] ?? 0) + anchor.x) * scale,
    y: top + ((values[at + 1] ?? 0) + anchor.y) * scale,
  });
  const center = point(0);
  const halfWidth = ((values[2] ?? 0) * scale) / 2;
  const halfHeight = ((values[3] ?? 0) * scale) / 2;
  const eyes = [point(4), point(6)] as const;
  const [leftEye, rightEye] = eyes[0].x <= eyes[1].x ? eyes : [eyes[1], eyes[0]];
  return {
    score,
    box: {
      left: center.x - halfWidth,
      right: center.x + halfWidth,
      top: center.y - halfHeight,
      bottom: center.y + halfHeight,
    },
    leftEye,
    rightEye,
    tilt: tiltOfEyes(leftEye, rightEye),
  };
}

/** Keeps the best of every group of overlapping boxes. */
export function suppressOverlaps(faces: readonly DetectedFace[]): DetectedFace[] {
  const kept: DetectedFace[] = [];
  for (const face of faces.toSorted((a, b) => b.score - a.score)) {
    if (kept.length === MAX_FACES) break;
    if (kept.every((other) => overlap(other.box, face.box) <= MAX_OVERLAP)) kept.push(face);
  }
  return kept;
}
