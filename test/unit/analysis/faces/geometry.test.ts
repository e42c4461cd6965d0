import assert from 'node:assert/strict';
import type { DetectedFace } from '../../../../src/analysis/faces/FaceDetector.ts';
import { suppressOverlaps } from '../../../../src/analysis/faces/FaceDetector.ts';
import {
  fromSquare,
  overlap,
  squareAround,
  squareAroundTilted,
  tiltOfEyes,
} from '../../../../src/analysis/faces/geometry.ts';

const box = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom });

function face(left: number, score: number): DetectedFace {
  const eye = { x: 0, y: 0 };
  return { score, box: box(left, 0, left + 10, 10), leftEye: eye, rightEye: eye, tilt: 0 };
}

describe('geometry of faces', () => {
  it('measures how far boxes overlap', () => {
    assert.equal(overlap(box(0, 0, 10, 10), box(0, 0, 10, 10)), 1);
    assert.equal(overlap(box(0, 0, 10, 10), box(10, 0, 20, 10)), 0);
    assert.equal(overlap(box(0, 0, 10, 10), box(5, 0, 15, 10)), 50 / 150);
  });

  it('keeps the best of overlapping faces, and at most four', () => {
    const kept = suppressOverlaps([face(1, 0.7), face(0, 0.9), face(100, 0.6)]);
    assert.deepEqual(
      kept.map((f) => f.score),
      [0.9, 0.6],
    );
    assert.equal(suppressOverlaps(Array.from({ length: 9 }, (_, i) => face(50 * i, 0.9))).length, 4);
  });

  it('reads the tilt from the eyes: clockwise is positive', () => {
    assert.equal(tiltOfEyes({ x: 0, y: 0 }, { x: 10, y: 0 }), 0);
    assert.ok(Math.abs(tiltOfEyes({ x: 0, y: 0 }, { x: 10, y: 10 }) - Math.PI / 4) < 1e-9);
  });

  it('maps points of a tilted square into the picture', () => {
    const square = { ...squareAround(box(0, 0, 10, 10), 1, Math.PI / 2) };
    const corner = fromSquare(square, { x: 0, y: 0 });
    assert.ok(Math.abs(corner.x - 10) < 1e-9 && Math.abs(corner.y) < 1e-9);
  });

  it('finds the tight square about points that lie tilted', () => {
    const tilt = 0.4;
    const expected = { center: { x: 50, y: 40 }, side: 20, tilt };
    const corners = [0, 1].flatMap((x) => [0, 1].map((y) => fromSquare(expected, { x, y })));
    const found = squareAroundTilted(corners, 1.5, tilt);
    assert.ok(Math.abs(found.side - 30) < 1e-9);
    assert.ok(Math.abs(found.center.x - 50) < 1e-9 && Math.abs(found.center.y - 40) < 1e-9);
  });
});
