import assert from 'node:assert/strict';
import fc from 'fast-check';
import { doubleTap, pan, pinch, whole, zoomAt } from '../../../web/src/call/zoom.ts';

const frame = { width: 300, height: 200 };

describe('zoom', () => {
  it('keeps the point that is zoomed at where it is', () => {
    assert.deepEqual(zoomAt(whole, 2, { x: 150, y: 100 }, frame), { scale: 2, x: -150, y: -100 });
    assert.deepEqual(zoomAt(whole, 2, { x: 0, y: 0 }, frame), { scale: 2, x: 0, y: 0 });
  });

  it('never becomes smaller than the frame or larger than six times', () => {
    assert.deepEqual(zoomAt(whole, 0.2, { x: 10, y: 10 }, frame), whole);
    assert.equal(zoomAt(whole, 50, { x: 10, y: 10 }, frame).scale, 6);
  });

  it('enlarges with a double tap and shows the whole with the next', () => {
    const near = doubleTap(whole, { x: 300, y: 200 }, frame);
    assert.deepEqual(near, { scale: 2.5, x: -450, y: -300 });
    assert.deepEqual(doubleTap(near, { x: 5, y: 5 }, frame), whole);
  });

  it('follows two fingers apart and along', () => {
    const zoom = pinch(
      whole,
      [
        { x: 100, y: 100 },
        { x: 200, y: 100 },
      ],
      [
        { x: 50, y: 100 },
        { x: 250, y: 100 },
      ],
      frame,
    );
    assert.deepEqual(zoom, { scale: 2, x: -150, y: -100 });
  });

  it('lets no empty space in, however it is moved', () => {
    const number = fc.double({ min: -2000, max: 2000, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 9, noNaN: true }),
        number,
        number,
        number,
        number,
        (factor, x, y, dx, dy) => {
          const zoom = pan(zoomAt(whole, factor, { x, y }, frame), { x: dx, y: dy }, frame);
          assert.ok(zoom.scale >= 1 && zoom.scale <= 6);
          assert.ok(zoom.x <= 0 && zoom.x + frame.width * zoom.scale >= frame.width - 1e-6);
          assert.ok(zoom.y <= 0 && zoom.y + frame.height * zoom.scale >= frame.height - 1e-6);
        },
      ),
    );
  });
});
