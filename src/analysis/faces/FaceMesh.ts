import type { Picture } from '../decode/Picture.ts';
import type { Model } from '../models/Model.ts';
import type { DetectedFace } from './FaceDetector.ts';
import { boxAround, fromSquare, squareAround, tiltOfEyes, type Box, type Point } from './geometry.ts';
import { poseOf, type Pose } from './pose.ts';
import { cutSquare, type PixelFormat } from './tensors.ts';

/** A face with its 468 landmarks, in pixels of the picture. */
export interface MeshedFace {
  /** How sure the mesh is that this is a face, 0 to 1. */
  score: number;
  box: Box;
  /** Shorter side of the box. */
  sizePx: number;
  tilt: number;
  pose: Pose;
  points: Point[];
}

const INPUT_SIDE = 192;
const FORMAT: PixelFormat = { order: [0, 1, 2], scale: 1 / 255, offset: [0, 0, 0] };
const CROP_SCALE = 1.4;
const POINTS = 468;
/** Outer corners of the eyes on the left and on the right side of the picture (MediaPipe's canonical face model). */
const LEFT_EYE_OUTER = 33;
const RIGHT_EYE_OUTER = 263;

/** Lays MediaPipe's face mesh over a detected face. Holds no picture between calls. */
export class FaceMesh {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  async lay(picture: Picture, face: DetectedFace): Promise<MeshedFace> {
    const square = squareAround(face.box, CROP_SCALE, face.tilt);
    const input = cutSquare(picture, square, INPUT_SIDE, FORMAT);
    const outputOf = await this.#model.run(input, INPUT_SIDE);
    const raw = outputOf(3 * POINTS);
    const score = outputOf(1)[0] ?? 0;
    const points: Point[] = [];
    const depths: number[] = [];
    for (let i = 0; i < POINTS; i++) {
      const share = { x: (raw[3 * i] ?? 0) / INPUT_SIDE, y: (raw[3 * i + 1] ?? 0) / INPUT_SIDE };
      points.push(fromSquare(square, share));
      depths.push(((raw[3 * i + 2] ?? 0) / INPUT_SIDE) * square.side);
    }
    const box = boxAround(points);
    return {
      score,
      box,
      sizePx: Math.min(box.right - box.left, box.bottom - box.top),
      tilt: tiltOfEyes(points[LEFT_EYE_OUTER]!, points[RIGHT_EYE_OUTER]!),
      pose: poseOf(points, depths),
      points,
    };
  }
}
