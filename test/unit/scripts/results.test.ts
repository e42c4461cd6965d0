import assert from 'node:assert/strict';
import { alarmTimes, detections, scoredBy, watchings } from '../../../scripts/eval/results.ts';
import type { LookRecord, Performance } from '../../../scripts/eval/run.ts';
import { plot } from '../../../scripts/eval/plots.ts';

const look = (atS: number, code: LookRecord['evidence'][number]['code'], llr = 0): LookRecord => ({
  atS,
  status: llr > 3 ? 'risk' : 'safe',
  risk: llr > 3 ? 0.95 : 0.05,
  confidence: 0.6,
  waitedMs: 0,
  evidence: [{ analyzer: 'stream_integrity', llr, quality: 1, abstained: false, code, details: { score: llr / 10 } }],
});

const performance = (changes: Partial<Performance>): Performance => ({
  name: 'somebody',
  person: 'somebody',
  kind: 'real clip',
  lengthS: 3600,
  attackAtS: null,
  rate: 600,
  loss: 0,
  looks: [look(1, 'ok')],
  ...changes,
});

describe('results of an evaluation', () => {
  it('counts an alarm that goes on once, and one that comes back twice', () => {
    const looks = [look(1, 'ok'), look(2, 'frozen', 6), look(3, 'frozen', 6), look(4, 'ok'), look(5, 'frozen', 6)];
    assert.deepEqual(alarmTimes(looks, 'stream_integrity'), [2, 5]);
    assert.deepEqual(alarmTimes(looks, 'fused'), [2, 5]);
    const [watching] = watchings([performance({ looks })]);
    assert.deepEqual([watching?.hours, watching?.alarms.stream_integrity, watching?.offers], [1, 2, 3]);
  });

  it('times an attack from its beginning, and does not count an alarm before it', () => {
    const looks = [look(5, 'frozen', 6), look(10, 'ok'), look(25, 'frozen', 6)];
    const [found] = detections([performance({ kind: 'frozen', attackAtS: 20, looks })]);
    assert.deepEqual([found?.delaysS, found?.inTime], [[5], 1]);
    const [missed] = detections([performance({ kind: 'frozen', attackAtS: 0 })]);
    assert.deepEqual([missed?.delaysS, missed?.n], [[], 1]);
  });

  it('measures an analyzer by what it is there to find', () => {
    const all = [
      performance({}),
      performance({ kind: 'frozen', attackAtS: 0 }),
      performance({ kind: 'another person', attackAtS: 0 }),
    ];
    assert.equal(scoredBy(all, 'stream_integrity').length, 2);
    assert.equal(scoredBy(all, 'fused').length, 3);
    assert.deepEqual(scoredBy(all, 'identity_continuity'), []);
  });

  it('draws plots that are well formed, whatever names hold', () => {
    const svg = plot({
      title: 'a < b & "c"',
      x: { label: 's', to: 10 },
      y: { label: 'r', to: 1 },
      curves: [
        {
          name: 'one & only',
          points: [
            [0, 0],
            [10, 1],
          ],
        },
      ],
      steps: true,
    });
    assert.ok(svg.includes('a &lt; b &amp; &quot;c&quot;') && svg.includes('H') && !svg.includes('NaN'));
  });
});
