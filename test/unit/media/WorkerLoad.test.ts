import assert from 'node:assert/strict';
import { leastLoaded, WorkerLoad } from '../../../src/media/WorkerLoad.ts';

describe('WorkerLoad', () => {
  function loadedBy(share: number, seconds: number): WorkerLoad {
    const load = new WorkerLoad();
    for (let s = 0; s <= seconds; s += 2) load.push(1000 * share * s, 1000 * s);
    return load;
  }

  it('comes near what a worker uses of its core, and not above one', () => {
    assert.ok(Math.abs(loadedBy(0.9, 30).share - 0.9) < 0.01);
    assert.ok(loadedBy(1.4, 60).share <= 1);
    assert.equal(loadedBy(0, 30).share, 0);
  });

  it('is not moved far by a burst', () => {
    const load = loadedBy(0.2, 30);
    load.push(6000 + 2000, 32_000);
    assert.ok(load.share < 0.5);
  });

  it('begins anew with another worker', () => {
    const load = loadedBy(0.9, 30);
    load.reset();
    load.push(50, 40_000);
    assert.equal(load.share, 0);
  });
});

describe('leastLoaded', () => {
  it('is the worker with the least to do', () => {
    assert.equal(
      leastLoaded(
        [
          { share: 0.6, rooms: 1 },
          { share: 0.1, rooms: 3 },
        ],
        0.85,
      ),
      1,
    );
  });

  it('spreads rooms that are not measured yet', () => {
    assert.equal(
      leastLoaded(
        [
          { share: 0, rooms: 2 },
          { share: 0, rooms: 1 },
        ],
        0.85,
      ),
      1,
    );
    assert.equal(
      leastLoaded(
        [
          { share: 0.01, rooms: 0 },
          { share: 0, rooms: 1 },
        ],
        0.85,
      ),
      0,
    );
  });

  it('is none when all are full', () => {
    assert.equal(
      leastLoaded(
        [
          { share: 0.9, rooms: 0 },
          { share: 0.85, rooms: 0 },
        ],
        0.85,
      ),
      null,
    );
    assert.equal(
      leastLoaded(
        [
          { share: 0.9, rooms: 0 },
          { share: 0.84, rooms: 90 },
        ],
        0.85,
      ),
      1,
    );
  });
});
