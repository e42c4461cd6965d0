import assert from 'node:assert/strict';
import { StreamIntegrity, type IntegrityJudgement } from '../../../../src/analysis/analyzers/StreamIntegrity.ts';
import { thumbnailOf } from '../../../../src/analysis/analyzers/thumbnail.ts';
import { decodeKeyFrame } from '../../../../src/analysis/decode/decodeKeyFrame.ts';
import { readVp8KeyFrameHeader } from '../../../../src/analysis/decode/vp8KeyFrame.ts';
import { flat, frozen, pattern, stillPerson, type Scene } from '../../../support/rtp/scenes.ts';
import { encodeKeyFrame } from '../../../support/rtp/vp8.ts';

const WIDTH = 640;
const HEIGHT = 360;

/** Qualities that give the key frames of a camera at about so many kbit/s, in an order without a pattern. */
const at150 = (frame: number): number => [1, 3, 5, 2, 3, 1, 5][frame % 7]!;
const at600 = (frame: number): number => [22, 30, 38, 26, 30, 34, 22][frame % 7]!;
/** A sender that has just begun: finer with every frame, then steady. */
const climbing = (frame: number): number => Math.min(30, 1 + 3 * frame);

async function look(
  integrity: StreamIntegrity,
  scene: Scene,
  quality: (frame: number) => number,
  { frames, everyS = 1, fromS = 0 }: { frames: number; everyS?: number; fromS?: number },
): Promise<IntegrityJudgement[]> {
  const judgements: IntegrityJudgement[] = [];
  for (let i = 0; i < frames; i++) {
    const atS = fromS + i * everyS;
    const data = await encodeKeyFrame(await scene(atS), quality(i));
    const header = readVp8KeyFrameHeader(data);
    assert.ok(typeof header === 'object');
    const { width, height, quantizerIndex } = header;
    const thumbnail = thumbnailOf(await decodeKeyFrame(data, header));
    judgements.push(integrity.push({ atMs: 1_000_000 + 1000 * atS, thumbnail, width, height, quantizerIndex }));
  }
  return judgements;
}

const codes = (judgements: IntegrityJudgement[]): string[] => judgements.map(({ evidence }) => evidence.code);

describe('StreamIntegrity', function () {
  this.timeout(60_000);
  const still = pattern(WIDTH, HEIGHT);
  let integrity: StreamIntegrity;

  beforeEach(() => {
    integrity = new StreamIntegrity();
  });

  for (const [name, quality] of Object.entries({ at150, at600, climbing })) {
    it(`finds a frozen picture within 16 s (${name})`, async () => {
      const judgements = await look(integrity, frozen(still), quality, { frames: 16 });
      assert.equal(judgements.at(-1)?.evidence.code, 'frozen');
      assert.equal(judgements.at(-1)?.evidence.llr, 6);
      assert.ok(!codes(judgements).includes('ok'));
    });

    const livings = {
      'a person who sits still': stillPerson(still),
      'a person who hardly breathes, before a good camera': stillPerson(still, {
        noise: 0.5,
        breathPx: 0.5,
        lightDrift: 0.003,
      }),
      'a room in which nothing moves at all': stillPerson(still, { noise: 0.3, breathPx: 0, lightDrift: 0 }),
    };
    for (const [what, scene] of Object.entries(livings)) {
      it(`does not take ${what} for frozen (${name})`, async () => {
        const judgements = await look(integrity, scene, quality, { frames: 20 });
        assert.ok(!codes(judgements).includes('frozen'));
        assert.equal(judgements.at(-1)?.evidence.code, 'ok');
        // Not by a hair: among equal quantisers no pair came near to being the same.
        const { repeats } = judgements.at(-1)!.evidence.details;
        assert.equal(repeats, 0);
      });
    }
  }

  it('says nothing before it has seen enough', async () => {
    const judgements = await look(integrity, stillPerson(still), at600, { frames: 4 });
    for (const { evidence } of judgements) {
      assert.ok(evidence.abstained);
      assert.deepEqual([evidence.llr, evidence.quality, evidence.code], [0, 0, 'gathering']);
    }
  });

  it('finds a camera that freezes in mid-call, and suspects it at once', async () => {
    await look(integrity, stillPerson(still), at600, { frames: 8, everyS: 10 });
    const judgements = await look(integrity, frozen(still), at600, { frames: 12, fromS: 80 });
    assert.ok(judgements[1]?.suspicious);
    assert.equal(judgements.at(-1)?.evidence.code, 'frozen');
  });

  it('takes it back when the picture moves again', async () => {
    await look(integrity, frozen(still), at600, { frames: 12 });
    const judgements = await look(integrity, stillPerson(still, { breathPx: 6 }), at600, { frames: 8, fromS: 12 });
    assert.equal(judgements.at(-1)?.evidence.code, 'ok');
  });

  for (const level of [0, 16, 128, 255]) {
    it(`abstains on a flat picture (level ${level}), which is not frozen`, async () => {
      const judgements = await look(integrity, frozen(flat(WIDTH, HEIGHT, level)), at600, { frames: 10 });
      assert.ok(judgements.every(({ evidence, suspicious }) => evidence.abstained && !suspicious));
    });
  }

  it('does not compare pictures of different sizes', async () => {
    await look(integrity, frozen(still), at600, { frames: 3 });
    const judgements = await look(integrity, frozen(pattern(320, 180)), at600, { frames: 3, fromS: 3 });
    assert.ok(judgements.every(({ evidence }) => evidence.code === 'gathering'));
  });
});
