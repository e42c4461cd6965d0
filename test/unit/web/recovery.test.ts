import assert from 'node:assert/strict';
import { hasHeard, heardOf, type PairStats } from '../../../web/src/call/media/IceRestarts.ts';
import { Stall } from '../../../web/src/call/media/Stall.ts';

describe('Stall', () => {
  it('tells once that what was flowing is silent', () => {
    const stall = new Stall();
    assert.equal(stall.push(10, 0), false);
    assert.equal(stall.push(11, 500), false);
    assert.equal(stall.push(11, 1900), false);
    assert.equal(stall.push(11, 2000), true);
    assert.equal(stall.push(11, 9000), false);
  });

  it('tells again after it has flowed again', () => {
    const stall = new Stall();
    stall.push(10, 0);
    assert.equal(stall.push(10, 1500), true);
    assert.equal(stall.push(12, 3000), false);
    assert.equal(stall.push(12, 4500), true);
  });

  it('says nothing where nothing is received', () => {
    const stall = new Stall();
    for (const nowMs of [0, 2000, 4000]) assert.equal(stall.push(null, nowMs), false);
    stall.push(10, 5000);
    assert.equal(stall.push(null, 5100), false);
    assert.equal(stall.push(null, 9000), false);
  });
});

describe('ways to the server', () => {
  const pairs = (...list: [id: string, stats: PairStats][]): ReturnType<typeof heardOf> => heardOf(new Map(list));
  const pair = (bytesReceived: number, responsesReceived = 0): PairStats => ({
    type: 'candidate-pair',
    bytesReceived,
    responsesReceived,
  });

  it('have heard something when one of them has, an old one or a new one', () => {
    const before = pairs(['a', pair(1000)], ['t', { type: 'transport', bytesReceived: 1000 }]);
    assert.ok(!hasHeard(before, pairs(['a', pair(1000)], ['t', { type: 'transport', bytesReceived: 2000 }])));
    assert.ok(hasHeard(before, pairs(['a', pair(1001)])));
    assert.ok(hasHeard(before, pairs(['b', pair(0, 1)])));
  });

  it('that are gone, or new and silent, have heard nothing', () => {
    assert.ok(!hasHeard(pairs(['a', pair(1000)]), pairs(['b', pair(0)])));
    assert.ok(!hasHeard(pairs(['a', pair(1000)]), pairs()));
  });
});
