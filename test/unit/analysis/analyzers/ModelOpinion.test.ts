import assert from 'node:assert/strict';
import { ModelOpinion, ratioOf } from '../../../../src/analysis/analyzers/ModelOpinion.ts';
import { fakeProbability } from '../../../../src/analysis/models/Classifier.ts';
import { evidence } from '../../../../src/analysis/protocol.ts';

const sample = (fake: number, model = 'a') => ({ model, fake, calibration: null });
const output = { activation: 'none', index: 0, means: 'fake', selfTest: null } as const;
const read = (values: number[], changes: Partial<Parameters<typeof fakeProbability>[1]['output']> = {}): number =>
  fakeProbability(Float32Array.from(values), { name: 'm', output: { ...output, ...changes } });

describe('ModelOpinion', () => {
  it('abstains until it has three pictures', () => {
    const opinion = new ModelOpinion('image_model');
    const said = [1, 2, 3].map((atMs) => opinion.push(atMs, [sample(0.9)], 0.8));
    assert.deepEqual(
      said.map(({ abstained, code }) => [abstained, code]),
      [
        [true, 'gathering'],
        [true, 'gathering'],
        [false, 'unusual'],
      ],
    );
    assert.ok(Math.abs(said[2]!.llr - Math.log(9)) < 1e-9 && said[2]!.quality === 0.8);
  });

  it('weighs several models alike, and drops one that is no longer asked', () => {
    const opinion = new ModelOpinion('image_model');
    const both = [sample(0.9, 'a'), sample(0.1, 'b')];
    for (const atMs of [1, 2, 3]) opinion.push(atMs, both, 1);
    const said = opinion.push(4, both, 1);
    assert.ok(Math.abs(said.llr) < 1e-9 && said.code === 'ok');
    assert.ok(opinion.push(5, [sample(0.9, 'a')], 1).llr > 2);
  });

  it('stays within what evidence may be, whatever a model says', () => {
    for (const fake of [0, 1, 0.5]) {
      for (const calibration of [null, { slope: 1e6, intercept: -1e9, source: 's', date: '2026-01-01' }]) {
        const opinion = new ModelOpinion('presentation_attack');
        const samples = [{ model: 'x'.repeat(64), fake, calibration }];
        for (const atMs of [1, 2, 3]) assert.ok(evidence.safeParse(opinion.push(atMs, samples, 1)).success);
        assert.ok(Math.abs(ratioOf(samples[0]!)) <= 20);
      }
    }
  });
});

describe('fakeProbability', () => {
  it('reads probabilities, logits and classes, of fakes and of genuine ones', () => {
    assert.equal(read([0.25]), 0.25);
    assert.equal(read([0.25], { means: 'genuine' }), 0.75);
    assert.equal(read([0], { activation: 'sigmoid' }), 0.5);
    assert.ok(Math.abs(read([0, 0, 0], { activation: 'softmax', index: 2 }) - 1 / 3) < 1e-9);
    assert.equal(read([1e30, -1e30], { activation: 'softmax' }), 1);
    assert.equal(read([-1e30], { activation: 'sigmoid' }), 0);
  });

  const bad: [string, number[], Parameters<typeof read>[1]?][] = [
    ['not a number', [NaN]],
    ['infinite', [Infinity], { activation: 'sigmoid' }],
    ['infinite in another class', [0, Infinity], { activation: 'softmax' }],
    ['beyond 1', [1.5]],
    ['below 0', [-0.1]],
    ['not there', [0.5], { index: 3 }],
  ];
  for (const [what, values, changes] of bad) {
    it(`refuses what is ${what}`, () => assert.throws(() => read(values, changes), /model m/));
  }
});
