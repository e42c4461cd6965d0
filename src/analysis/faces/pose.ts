import type { Point } from './geometry.ts';

/** Where a head is turned, in degrees; 0 faces the camera. */
export interface Pose {
  /** Positive: towards the right side of the picture. */
  yawDeg: number;
  /** Positive: downwards. */
  pitchDeg: number;
}

/** Landmarks of MediaPipe's canonical face model that hardly move with the expression. */
const CHEEK_LEFT = 234;
const CHEEK_RIGHT = 454;
const FOREHEAD = 10;
const CHIN = 152;

/**
 * Pose from the mesh's own depth: the direction of the line between the cheeks gives the yaw, that from the forehead
 * to the chin the pitch. Depth grows away from the camera and has the scale of x and y (MediaPipe face mesh card).
 */
export function poseOf(points: readonly Point[], depths: readonly number[]): Pose {
  const degrees = (radians: number): number => (radians * 180) / Math.PI;
  const between = (from: number, to: number): { length: number; depth: number } => {
    const a = points[from]!;
    const b = points[to]!;
    return { length: Math.hypot(b.x - a.x, b.y - a.y), depth: depths[to]! - depths[from]! };
  };
  const across = between(CHEEK_LEFT, CHEEK_RIGHT);
  const down = between(FOREHEAD, CHIN);
  return {
    yawDeg: degrees(Math.atan2(-across.depth, across.length)),
    pitchDeg: degrees(Math.atan2(down.depth, down.length)),
  };
}
