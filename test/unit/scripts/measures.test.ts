import assert from 'node:assert/strict';
import {
  aucBounds,
  aucOf,
  eerOf,
  poissonUpperBound,
  quantile,
  rocOf,
  shareBounds,
  tprAt,
  type Scored,
} from '../../../scripts/eval/measures.ts';
import { generator } from '../../support/random.ts';

const of = (attack: boolean, ...scores: number[]): Scored[] =>
  scores.map((score, i) => ({ score, attack, person: `${String(attack)}-${i}` }));
const near = (actual: number, expected: number, by = 1e-9): void => {
  assert.ok(Math.abs(actual - expected) <= by, `${actual} is not ${expected}`);
};

describe('measures of a detector', () => {
  const perfect = [...of(true, 3, 4, 5), ...of(false, 0, 1, 2)];
  const useless = [...of(true, 1, 1), ...of(false, 1, 1, 1)];
  const mixed = [...of(true, 1, 3), ...of(false, 2, 0)];

  it('gives a perfect detector 1, one that says the same of everybody 0.5, an inverted one 0', () => {
    near(aucOf(perfect), 1);
    near(aucOf(useless), 0.5);
    near(aucOf(perfect.map((s) => ({ ...s, attack: !s.attack }))), 0);
    near(aucOf(mixed), 0.75);
    assert.ok(Number.isNaN(aucOf(of(true, 1))));
  });

  it('has curves from (0, 0) to (1, 1) that never fall', () => {
    for (const samples of [perfect, useless, mixed]) {
      const roc = rocOf(samples);
      assert.deepEqual(roc[0], { falsePositives: 0, truePositives: 0 });
      assert.deepEqual(roc.at(-1), { falsePositives: 1, truePositives: 1 });
      for (const [i, point] of roc.entries()) assert.ok(point.truePositives >= (roc[i - 1]?.truePositives ?? 0));
    }
  });

  it('finds the equal error rate', () => {
    near(eerOf(perfect), 0);
    near(eerOf(useless), 0.5);
    near(eerOf(mixed), 0.5);
  });

  it('finds what is caught at no or few false alarms', () => {
    near(tprAt(perfect, 0.01), 1);
    near(tprAt(useless, 0.01), 0);
    near(tprAt(mixed, 0.01), 0.5);
  });

  it('bounds a rate by the rule of three', () => {
    near(poissonUpperBound(0), 2.996, 0.01);
    near(poissonUpperBound(1), 4.744, 0.01);
    near(poissonUpperBound(10), 16.962, 0.01);
  });

  it('bounds a share', () => {
    const [low, high] = shareBounds(10, 10);
    assert.ok(low > 0.7 && low < 0.75 && high === 1);
    assert.deepEqual(shareBounds(0, 0), [0, 1]);
  });

  it('draws whole persons for the bounds of an area, and says nothing of too few', () => {
    assert.equal(aucBounds(mixed, generator(1)), null);
    const [low, high] = aucBounds([...of(true, 1, 3, 4, 5), ...of(false, 2, 0, 1, 0)], generator(1))!;
    assert.ok(low < 0.875 && high > 0.875 && low > 0 && high <= 1);
  });

  it('takes quantiles', () => {
    assert.equal(quantile([3, 1, 2], 0.5), 2);
    assert.ok(Number.isNaN(quantile([], 0.5)));
  });
});
