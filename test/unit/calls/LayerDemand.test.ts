import assert from 'node:assert/strict';
import { usefulLayer } from '../../../src/calls/LayerDemand.ts';

describe('usefulLayer', () => {
  const cases: [layers: number, watched: (number | null)[], useful: number, why: string][] = [
    [3, [2, 0], 2, 'the largest that anybody watches'],
    [3, [0, 0], 1, 'the second is looked at by the checks'],
    [3, [], 1, 'and also where nobody watches'],
    [3, [-1, -1], 1, 'or all have turned away'],
    [3, [0, null], 2, 'who did not say may see everything'],
    [2, [0], 1, 'of two both'],
    [1, [null], 0, 'of one the one'],
  ];
  for (const [layers, watched, useful, why] of cases) {
    it(`is ${String(useful)} of ${String(layers)} for ${JSON.stringify(watched)}: ${why}`, () => {
      assert.equal(usefulLayer(layers, watched), useful);
    });
  }
});
