import assert from 'node:assert/strict';
import { linePath, niceTop, stepPath } from '../../../web/src/parts/plots.ts';

const box = { fromMs: 0, toMs: 1000, top: 1 };

describe('stepPath', () => {
  it('holds each value until the next, and the last to the end', () => {
    const samples = [
      { atMs: 0, value: 0 },
      { atMs: 500, value: 1 },
    ];
    assert.equal(stepPath(samples, box), 'M0 100H500V0H1000');
  });

  it('breaks where nothing was known', () => {
    const samples = [
      { atMs: 0, value: 0.5 },
      { atMs: 250, value: null },
      { atMs: 500, value: 0.5 },
    ];
    assert.equal(stepPath(samples, box), 'M0 50H250M500 50H1000');
  });

  it('is empty without samples', () => {
    assert.equal(stepPath([], box), '');
  });
});

describe('linePath', () => {
  it('goes straight from sample to sample and stays below the top', () => {
    const samples = [
      { atMs: 0, value: 0 },
      { atMs: 1000, value: 5 },
    ];
    assert.equal(linePath(samples, box), 'M0 100h0L1000 0');
  });
});

describe('a line of one sample', () => {
  it('is a dot', () => {
    assert.equal(linePath([{ atMs: 500, value: 0.5 }], box), 'M500 50h0');
  });
});

describe('niceTop', () => {
  it('is a round number not below the largest value', () => {
    assert.deepEqual([0, 1, 2.2, 7, 11, 380, 1234].map(niceTop), [1, 1, 3, 8, 15, 400, 1500]);
  });
});
