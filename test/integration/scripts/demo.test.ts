import assert from 'node:assert/strict';
import sharp from 'sharp';
import { FRAMES_PER_SECOND, openCamera } from '../../../scripts/demo/camera.ts';
import { chime } from '../../../scripts/demo/chime.ts';
import { motion } from '../../../scripts/demo/motion.ts';
import { drawPerson, robin, stranger, type Look } from '../../../scripts/demo/person.ts';
import { cosineDistance } from '../../../src/analysis/analyzers/IdentityContinuity.ts';
import { FaceDetector } from '../../../src/analysis/faces/FaceDetector.ts';
import { FaceEmbedder } from '../../../src/analysis/faces/FaceEmbedder.ts';
import { FaceMesh } from '../../../src/analysis/faces/FaceMesh.ts';
import { qualityOf } from '../../../src/analysis/faces/quality.ts';
import { Model } from '../../../src/analysis/models/Model.ts';
import { pictureOfFile } from '../../support/rtp/scenes.ts';
import { modelsDir } from '../../support/TestMonitor.ts';

describe("the demo colleague's camera", function () {
  this.timeout(60_000);

  it('shows a face that the server finds in every pose, and another one after a swap', async () => {
    const detector = new FaceDetector(await Model.load(modelsDir, 'blazeface'));
    const mesh = new FaceMesh(await Model.load(modelsDir, 'facemesh'));
    const embedder = new FaceEmbedder(await Model.load(modelsDir, 'faceres'));
    const poseAt = motion(7);
    const embed = async (look: Look, atS: number): Promise<Float32Array> => {
      const picture = await pictureOfFile(Buffer.from(drawPerson(look, poseAt(atS))), 640, 360);
      const faces = await detector.detect(picture);
      assert.equal(faces.length, 1, `${String(faces.length)} faces at ${String(atS)} s`);
      const face = await mesh.lay(picture, faces[0]!);
      assert.equal(qualityOf(picture, face).code, 'ok');
      return embedder.embed(picture, face);
    };
    const first = await embed(robin, 0);
    for (let atS = 0; atS < 40; atS += 1.7) {
      assert.ok(cosineDistance(first, await embed(robin, atS)) < 0.25, `Robin at ${String(atS)} s`);
      assert.ok(cosineDistance(first, await embed(stranger, atS)) > 0.3, `the stranger at ${String(atS)} s`);
    }
  });

  it('never repeats a picture when it is live', async () => {
    const camera = openCamera('live', 1);
    const seen = new Set<string>();
    for (let frame = 0; frame < 40; frame++) seen.add((await camera(frame / FRAMES_PER_SECOND)).toString('latin1'));
    assert.equal(seen.size, 40);
  });

  it('stops with --frozen', async () => {
    const camera = openCamera('frozen', 1);
    assert.notDeepEqual(await camera(1), await camera(1.2));
    assert.deepEqual(await camera(9), await camera(30));
  });

  it('comes round again with --loop', async () => {
    const camera = openCamera('loop', 1);
    assert.notDeepEqual(await camera(1), await camera(1.2));
    assert.deepEqual(await camera(1), await camera(7));
  });

  it('sends pictures that a browser can decode', async () => {
    const frame = await openCamera('live', 1)(0);
    const { width, height } = await sharp(webp(frame)).metadata();
    assert.deepEqual({ width, height }, { width: 640, height: 360 });
  });

  it('has three seconds of sound', () => {
    const packets = chime();
    assert.ok(packets.length >= 150 && packets.length <= 155);
    assert.ok(packets.every((packet) => packet.length > 0 && packet.length < 400));
  });
});

/** A key frame as a WebP file. */
function webp(frame: Buffer): Buffer {
  const header = Buffer.from('RIFF\0\0\0\0WEBPVP8 \0\0\0\0', 'latin1');
  header.writeUInt32LE(frame.length + 12, 4);
  header.writeUInt32LE(frame.length, 16);
  return Buffer.concat([header, frame]);
}
