import assert from 'node:assert/strict';
import { judgePresence, type PresenceSample } from '../../../../src/analysis/analyzers/facePresence.ts';
import { evidence } from '../../../../src/analysis/protocol.ts';

const main: NonNullable<PresenceSample['main']> = {
  sizePx: 120,
  score: 0.99,
  yawDeg: 3,
  pitchDeg: -2,
  quality: { quality: 0.9, code: 'ok', brightness: 110, sharpness: 4 },
};

describe('judgePresence', () => {
  it('sees one good face and says nothing about it', () => {
    const said = judgePresence({ atMs: 5, faces: 1, main });
    assert.deepEqual([said.code, said.llr, said.quality, said.abstained], ['ok', 0, 0.9, false]);
    assert.ok(evidence.safeParse(said).success);
  });

  it('hints at several faces', () => {
    assert.equal(judgePresence({ atMs: 5, faces: 2, main }).code, 'several_faces');
  });

  it('abstains without a face', () => {
    const said = judgePresence({ atMs: 5, faces: 0, main: null });
    assert.deepEqual([said.code, said.quality, said.abstained], ['no_face', 0, true]);
  });

  it('abstains on a face that cannot be judged, with the reason', () => {
    const tiny = { ...main, quality: { ...main.quality, quality: 0, code: 'face_too_small' as const } };
    const said = judgePresence({ atMs: 5, faces: 1, main: tiny });
    assert.deepEqual([said.code, said.abstained], ['face_too_small', true]);
  });
});
