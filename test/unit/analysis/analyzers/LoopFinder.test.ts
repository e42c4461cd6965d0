import assert from 'node:assert/strict';
import { LoopFinder, type LoopJudgement } from '../../../../src/analysis/analyzers/LoopFinder.ts';
import { THUMBNAIL_COLUMNS, THUMBNAIL_ROWS, type Thumbnail } from '../../../../src/analysis/analyzers/thumbnail.ts';
import { generator } from '../../../support/random.ts';

const CELLS = THUMBNAIL_COLUMNS * THUMBNAIL_ROWS;
const START_MS = 1_000_000;

/** Somebody who moves in `ways` different ways at once, each with tones of its own that have no common period. */
function mover(
  seed: number,
  { ways = 8, size = 6 }: { ways?: number; size?: number } = {},
): (atS: number) => Thumbnail {
  const random = generator(seed);
  const parts = Array.from({ length: ways }, () => ({
    pattern: Float32Array.from({ length: CELLS }, () => random() - 0.5),
    periodS: 0.9 + 5 * random(),
    phase: 6.3 * random(),
  }));
  const room = Float32Array.from({ length: CELLS }, () => 80 + 80 * random());
  return (atS) => {
    const picture = room.slice();
    for (const { pattern, periodS, phase } of parts) {
      const swing = size * Math.sin((2 * Math.PI * atS) / periodS + phase);
      for (let i = 0; i < CELLS; i++) picture[i]! += swing * pattern[i]!;
    }
    return picture;
  };
}

/** Pictures of a file: 30 a second, the first ones again after `lengthS`. */
const loop = (scene: (atS: number) => Thumbnail, lengthS: number) => (atS: number) =>
  scene((Math.floor(30 * atS) % Math.round(30 * lengthS)) / 30);

interface Watch {
  seconds: number;
  /** Quantiser indices that the encoder goes through. */
  quantizers?: readonly number[];
  seed?: number;
  noise?: number;
}

/** Looks as a window does: about once a second, or when it is asked for. */
function watch(
  scene: (atS: number) => Thumbnail,
  { seconds, quantizers = [60, 72, 66], seed = 7, noise = 0 }: Watch,
): { judgements: LoopJudgement[]; foundAtS: number | null } {
  const random = generator(seed);
  const finder = new LoopFinder();
  const judgements: LoopJudgement[] = [];
  for (let atMs = 0, i = 0; atMs < 1000 * seconds; i++) {
    const quantizerIndex = quantizers[i % quantizers.length]!;
    // What the quantiser does to a picture depends on both of them alone; noise is drawn anew.
    const grain = generator(quantizerIndex);
    const thumbnail = scene(atMs / 1000).map((value) => value + 1.2 * (grain() - 0.5) + noise * (random() - 0.5));
    const said = finder.push({ atMs: START_MS + atMs, thumbnail, width: 640, height: 360, quantizerIndex });
    judgements.push(said);
    if (said.looped) return { judgements, foundAtS: atMs / 1000 };
    const usual = atMs + 800 + 400 * random();
    atMs = Math.round(said.nextAtMs === null ? usual : said.nextAtMs - START_MS + 30 * (random() - 0.5));
  }
  return { judgements, foundAtS: null };
}

describe('LoopFinder', () => {
  for (const lengthS of [4.1, 9.77, 22.4]) {
    it(`finds a loop of ${lengthS} s within 2 L + 10 s, mostly`, () => {
      const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
      const times = seeds.map(
        (seed) => watch(loop(mover(seed), lengthS), { seconds: 3 * lengthS + 30, seed }).foundAtS,
      );
      assert.ok(times.every((time) => time !== null && time > lengthS));
      const inTime = times.filter((time) => time! <= 2 * lengthS + 10);
      assert.ok(inTime.length >= 6, times.join(', '));
    });
  }

  it('tells the length of the loop, or a multiple of it', () => {
    const { judgements } = watch(loop(mover(1), 5.3), { seconds: 60 });
    const cycles = judgements.at(-1)!.lagMs / 5300;
    assert.ok(Math.abs(cycles - Math.round(cycles)) < 0.03);
  });

  it('finds nothing in people who move, however long', () => {
    for (const seed of [1, 2, 3, 4]) {
      const { judgements, foundAtS } = watch(mover(seed), { seconds: 240, seed, noise: 1 });
      assert.equal(foundAtS, null);
      assert.ok(judgements.every(({ repeats }) => repeats < 3));
    }
  });

  it('finds nothing in somebody who sits still, nor in a still picture', () => {
    const still = mover(1, { size: 0.2 });
    assert.equal(watch(still, { seconds: 240, noise: 1 }).foundAtS, null);
    assert.equal(watch(() => still(1), { seconds: 240 }).foundAtS, null);
    assert.ok(watch(still, { seconds: 60, noise: 1 }).judgements.every(({ nextAtMs }) => nextAtMs === null));
  });

  it('finds nothing in somebody who rests in one place again and again', () => {
    const moving = mover(3);
    const restless = (atS: number): Thumbnail => (atS % 9 < 5 ? moving(0) : moving(atS));
    assert.equal(watch(restless, { seconds: 200, noise: 1 }).foundAtS, null);
  });

  it('forgets a loop after which the stream goes on', () => {
    const finder = new LoopFinder();
    const scene = mover(2);
    const said: LoopJudgement[] = [];
    for (let i = 0; i < 60; i++) {
      const atS = i < 20 ? i % 5 : i;
      const sample = { width: 640, height: 360, quantizerIndex: 60, atMs: START_MS + 1000 * i, thumbnail: scene(atS) };
      said.push(finder.push(sample));
    }
    assert.ok(said[19]!.looped);
    assert.ok(!said[59]!.looped);
  });

  it('does not compare pictures of different sizes', () => {
    const finder = new LoopFinder();
    const scene = loop(mover(1), 4);
    for (let i = 0; i < 40; i++) {
      const sample = { atMs: START_MS + 1000 * i, thumbnail: scene(i), height: 360, quantizerIndex: 60 };
      assert.equal(finder.push({ ...sample, width: 320 + i }).repeats, 0);
    }
  });
});
