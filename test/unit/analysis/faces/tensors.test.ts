import assert from 'node:assert/strict';
import type { Picture } from '../../../../src/analysis/decode/Picture.ts';
import { cutSquare, type PixelFormat } from '../../../../src/analysis/faces/tensors.ts';
import { flat } from '../../../support/rtp/scenes.ts';

const RGB: PixelFormat = { order: [0, 1, 2], scale: 1, offset: [0, 0, 0] };

/** 4x4 pixels whose red says the column and green the row. */
const grid: Picture = {
  width: 4,
  height: 4,
  rgb: Uint8Array.from({ length: 48 }, (_, i) => [10 * (Math.floor(i / 3) % 4), 10 * Math.floor(i / 12), 7][i % 3]!),
};

const whole = { center: { x: 2, y: 2 }, side: 4, tilt: 0 };
const round = (values: Float32Array): number[] => Array.from(values, (v) => Math.round(v));

describe('cutSquare', () => {
  it('copies the picture when the square is the picture', () => {
    const out = round(cutSquare(grid, whole, 4, RGB));
    assert.deepEqual(out.slice(0, 4), [0, 10, 20, 30]);
    assert.deepEqual(out.slice(16, 32), [0, 0, 0, 0, 10, 10, 10, 10, 20, 20, 20, 20, 30, 30, 30, 30]);
    assert.deepEqual(new Set(out.slice(32)), new Set([7]));
  });

  it('averages neighbours when it shrinks', () => {
    assert.deepEqual(round(cutSquare(grid, whole, 2, RGB)).slice(0, 4), [5, 25, 5, 25]);
  });

  it('turns clockwise with the tilt', () => {
    const out = round(cutSquare(grid, { ...whole, tilt: Math.PI / 2 }, 4, RGB));
    // Along the cut's upper edge one goes down the picture's right side.
    assert.deepEqual(out.slice(0, 4), [30, 30, 30, 30]);
    assert.deepEqual(out.slice(16, 20), [0, 10, 20, 30]);
  });

  it('is black beyond the edges, in the format of the model', () => {
    const out = cutSquare(flat(4, 4, 255), { ...whole, side: 8 }, 8, {
      order: [0, 1, 2],
      scale: 1 / 127.5,
      offset: [-1, -1, -1],
    });
    assert.equal(out[0], -1);
    assert.equal(out[8 * 3 + 3], 1);
  });

  it('orders and shifts planes as the model wants them', () => {
    const out = cutSquare(grid, whole, 4, { order: [2, 1, 0], scale: 2, offset: [1, 0, -3] });
    assert.equal(out[0], 15);
    assert.equal(out[32 + 3], 57);
  });
});
