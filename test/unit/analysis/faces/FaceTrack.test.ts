import assert from 'node:assert/strict';
import { FaceTrack } from '../../../../src/analysis/faces/FaceTrack.ts';
import type { MeshedFace } from '../../../../src/analysis/faces/FaceMesh.ts';

const mesh: MeshedFace = {
  score: 1,
  box: { left: 10, top: 20, right: 60, bottom: 90 },
  sizePx: 50,
  tilt: 0.1,
  pose: { yawDeg: 0, pitchDeg: 0 },
  points: [],
};

describe('FaceTrack', () => {
  let track: FaceTrack;

  beforeEach(() => {
    track = new FaceTrack();
  });

  it('lets nothing be left out before a face is known, nor after anything suspicious', () => {
    assert.ok(!track.mayRest(0) && track.followed(0) === null);
    track.searched(1000);
    track.looked(1000, mesh, false);
    assert.ok(!track.mayRest(1500) && track.followed(1500) === null);
  });

  it('lets every second look of a window rest, and none at rest', () => {
    track.looked(1000, mesh, true);
    assert.deepEqual(
      [1800, 2200, 2700, 11_000].map((atMs) => track.mayRest(atMs)),
      [true, true, false, false],
    );
  });

  it('follows a face where it was, but searches again every few seconds', () => {
    track.searched(0);
    const followed: boolean[] = [];
    for (let atMs = 0; atMs <= 10_000; atMs += 2000) {
      track.looked(atMs, mesh, true);
      followed.push(track.followed(atMs + 2000) !== null);
    }
    assert.deepEqual(followed, [true, true, true, true, false, false]);
    assert.deepEqual(track.followed(12_000), null);
    track.searched(12_000);
    track.looked(12_000, mesh, true);
    assert.deepEqual(track.followed(13_000)?.box, mesh.box);
    assert.equal(track.followed(16_000), null);
  });
});
