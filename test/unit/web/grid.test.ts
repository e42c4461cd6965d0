import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gridShape, orderTiles, pageLimit, waitForPlaceMs, type Orderable } from '../../../web/src/call/grid.ts';

/** Stages as the call leaves them: the window less header and bar, margins and panel. */
const stages = {
  desktop: { width: 1256, height: 656, gap: 8 },
  desktopWithPanel: { width: 884, height: 656, gap: 8 },
  large: { width: 1896, height: 936, gap: 8 },
  tablet: { width: 744, height: 880, gap: 8 },
  phone: { width: 348, height: 606, gap: 6 },
};

const shapeOf = (count: number, stage: (typeof stages)['desktop']): string => {
  const { columns, rows } = gridShape(count, stage);
  return `${columns}x${rows}`;
};

describe('gridShape', () => {
  const table: Array<[keyof typeof stages, Record<number, string>]> = [
    [
      'desktop',
      {
        1: '1x1',
        2: '2x1',
        3: '2x2',
        4: '2x2',
        5: '3x2',
        6: '3x2',
        7: '4x2',
        8: '4x2',
        9: '3x3',
        10: '4x3',
        11: '4x3',
        12: '4x3',
        13: '5x3',
        14: '5x3',
        15: '5x3',
        16: '4x4',
      },
    ],
    [
      'desktopWithPanel',
      {
        1: '1x1',
        2: '2x1',
        3: '2x2',
        4: '2x2',
        5: '2x3',
        6: '2x3',
        7: '3x3',
        9: '3x3',
        12: '3x4',
        15: '4x4',
        16: '4x4',
      },
    ],
    [
      'large',
      { 1: '1x1', 2: '2x1', 3: '3x1', 4: '2x2', 6: '3x2', 8: '4x2', 9: '3x3', 12: '4x3', 15: '5x3', 16: '4x4' },
    ],
    ['tablet', { 1: '1x1', 2: '1x2', 3: '2x2', 4: '2x2', 6: '2x3', 8: '2x4', 9: '3x3', 10: '2x5', 12: '3x4' }],
    ['phone', { 1: '1x1', 2: '1x2', 3: '1x3', 4: '2x2', 6: '2x3', 8: '2x4' }],
  ];
  for (const [name, shapes] of table) {
    for (const [count, shape] of Object.entries(shapes)) {
      it(`lays ${count} tiles out as ${shape} on ${name}`, () => {
        assert.equal(shapeOf(Number(count), stages[name]), shape);
      });
    }
  }

  it('has a place for each tile, and no tile below the smallest size while one fits', () => {
    const stage = fc.record({
      width: fc.integer({ min: 300, max: 2000 }),
      height: fc.integer({ min: 200, max: 1200 }),
      gap: fc.constantFrom(6, 8),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), stage, (count, s) => {
        const { columns, rows, perPage } = gridShape(count, s);
        assert.ok(perPage <= count && columns * rows >= perPage);
        if (perPage === 1) return;
        assert.ok((s.width - s.gap * (columns - 1)) / columns >= 132);
        assert.ok((s.height - s.gap * (rows - 1)) / rows >= 84);
      }),
    );
  });

  it('puts fewer on a page where the stage is small', () => {
    assert.ok(gridShape(16, { width: 320, height: 300, gap: 6 }).perPage < 16);
    assert.deepEqual(gridShape(3, { width: 100, height: 60, gap: 6 }), { columns: 1, rows: 1, perPage: 1 });
  });
});

describe('pageLimit', () => {
  it('is 8 on phones, 12 on tablets and 16 from there', () => {
    assert.deepEqual([360, 767, 768, 1279, 1280, 1920].map(pageLimit), [8, 8, 12, 12, 16, 16]);
  });
});

describe('orderTiles', () => {
  const person = (peerId: string, change: Partial<Orderable> = {}): Orderable => ({
    peerId,
    self: false,
    pinned: false,
    risk: false,
    placeAtMs: 0,
    cameraOn: true,
    joinedAt: '2026-01-01T00:00:00Z',
    ...change,
  });
  const ids = (people: readonly Orderable[], perPage: number): string[] =>
    orderTiles(people, perPage).map(({ peerId }) => peerId);

  it('puts risk first, whoever speaks', () => {
    const people = [person('quiet'), person('loud', { placeAtMs: 9 }), person('risky', { risk: true })];
    assert.deepEqual(ids(people, 16), ['risky', 'loud', 'quiet']);
    assert.deepEqual(ids(people, 1), ['risky', 'loud', 'quiet']);
  });

  it('brings who spoke last, then cameras that are on, then who came first onto the earlier page', () => {
    const people = [
      person('late', { joinedAt: '2026-01-01T00:00:09Z' }),
      person('off', { cameraOn: false }),
      person('early'),
      person('spoke', { placeAtMs: 5 }),
    ];
    assert.deepEqual(ids(people, 1), ['spoke', 'early', 'late', 'off']);
  });

  it('moves nobody within a page because somebody speaks', () => {
    const people = [person('late', { joinedAt: '2026-01-01T00:00:09Z', placeAtMs: 5 }), person('early')];
    assert.deepEqual(ids(people, 16), ['early', 'late']);
  });

  it('puts who is pinned before all, on page one', () => {
    const people = [
      person('risky', { risk: true }),
      person('loud', { placeAtMs: 9 }),
      person('mine', { pinned: true }),
    ];
    assert.deepEqual(ids(people, 16), ['mine', 'risky', 'loud']);
    assert.deepEqual(ids(people, 1), ['mine', 'risky', 'loud']);
  });

  it('gives who takes a place that of whoever took one longest ago', () => {
    const people = [person('a', { placeAtMs: 30 }), person('b', { placeAtMs: 10 }), person('c', { placeAtMs: 20 })];
    assert.deepEqual(ids(people, 2).slice(0, 2).sort(), ['a', 'c']);
    assert.equal(
      ids([...people, person('d', { placeAtMs: 40 })], 2)
        .slice(0, 2)
        .includes('c'),
      false,
    );
  });

  it('ends page one with the own tile and loses nobody', () => {
    const others = Array.from({ length: 10 }, (_, i) => person(`p${i}`));
    const order = ids([person('me', { self: true }), ...others], 8);
    assert.equal(order[7], 'me');
    assert.equal(new Set(order).size, 11);
  });
});

describe('waitForPlaceMs', () => {
  it('is 1.5 s of speaking, longer while the last place is younger than 3 s', () => {
    assert.equal(waitForPlaceMs(100_000, Number.NEGATIVE_INFINITY), 1500);
    assert.equal(waitForPlaceMs(100_000, 90_000), 1500);
    assert.equal(waitForPlaceMs(100_000, 99_500), 2500);
  });
});
