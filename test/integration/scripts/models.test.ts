import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import type { Picture } from '../../../src/analysis/decode/Picture.ts';
import { FaceDetector } from '../../../src/analysis/faces/FaceDetector.ts';
import { overlap, type Box } from '../../../src/analysis/faces/geometry.ts';
import { Model } from '../../../src/analysis/models/Model.ts';
import { CATALOG } from '../../../scripts/models/catalog.ts';
import { convertModel } from '../../../scripts/models/convert.ts';

const MODELS = '.cache/models';
const PHOTOS = path.resolve('../shared/media/photos');
const OTHER_DETECTOR = path.resolve('../shared/models/version-RFB-320.onnx');
const hasPhotos = existsSync(PHOTOS);
const hasOtherDetector = hasPhotos && existsSync(OTHER_DETECTOR);

describe('the models that setup converts', function () {
  this.timeout(60_000);

  it('are the same bytes every time, and those in the manifest', async () => {
    const manifest = JSON.parse(await readFile(path.join(MODELS, 'manifest.json'), 'utf8')) as Record<
      string,
      { sha256: string; file: string }
    >;
    assert.deepEqual(Object.keys(manifest), ['blazeface', 'facemesh', 'faceres']);
    for (const entry of CATALOG) {
      const [first, second] = [await convertModel(entry), await convertModel(entry)];
      assert.ok(first.equals(second), `${entry.name} differs`);
      assert.equal(createHash('sha256').update(first).digest('hex'), manifest[entry.name]?.sha256);
    }
  });

  it('give what the catalog says, and nothing that tells age or gender', async () => {
    for (const { name, outputs } of CATALOG) {
      const session = await InferenceSession.create(path.join(MODELS, `${name}.onnx`));
      assert.deepEqual([...session.outputNames].sort(), Object.values(outputs).sort());
      await session.release();
    }
    assert.deepEqual(CATALOG.find(({ name }) => name === 'faceres')?.outputs, { 'global_pooling/Mean': 'features' });
  });

  it('find no face in noise', async () => {
    const detector = new FaceDetector(await Model.load(MODELS, 'blazeface'));
    const rgb = Uint8Array.from({ length: 320 * 240 * 3 }, (_, i) => (i * 2654435761) >>> 24);

    assert.deepEqual(await detector.detect({ width: 320, height: 240, rgb }), []);
  });

  if (hasPhotos) {
    it(`find the face in photos${hasOtherDetector ? ' where another detector finds it' : ', with no other detector to ask'}`, async () => {
      const detector = new FaceDetector(await Model.load(MODELS, 'blazeface'));
      const other = hasOtherDetector
        ? await InferenceSession.create(OTHER_DETECTOR, { logSeverityLevel: 3 })
        : undefined;
      const names = (await readdir(PHOTOS)).filter((name) => name.startsWith('human_'));
      assert.ok(names.length > 0);
      for (const name of names) {
        const picture = await readPhoto(path.join(PHOTOS, name));
        const [face] = await detector.detect(picture);
        assert.ok(face, `no face in ${name}`);
        if (other) {
          const shared = overlap(face.box, await bestBox(other, picture));
          assert.ok(shared > 0.4, `${name}: the boxes share ${shared}`);
        }
      }
    });
  }
});

async function readPhoto(file: string): Promise<Picture> {
  const { data, info } = await sharp(file)
    .resize(640, 640, { fit: 'inside' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}

/** The best box of the other detector: input 1x3x240x320 of (RGB - 127) / 128, outputs scores and boxes in shares. */
async function bestBox(session: InferenceSession, picture: Picture): Promise<Box> {
  const [width, height] = [320, 240];
  const pixels = await sharp(picture.rgb, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
  const plane = width * height;
  const input = Float32Array.from({ length: 3 * plane }, (_, i) => {
    const value = pixels[(i % plane) * 3 + Math.floor(i / plane)] ?? 0;
    return (value - 127) / 128;
  });
  const feeds = { [session.inputNames[0] ?? '']: new Tensor('float32', input, [1, 3, height, width]) };
  const results = Object.values(await session.run(feeds));
  const scores = results.find(({ dims }) => dims.at(-1) === 2)?.data as Float32Array;
  const boxes = results.find(({ dims }) => dims.at(-1) === 4)?.data as Float32Array;
  let best = 0;
  for (let i = 0; i < scores.length / 2; i++) {
    if ((scores[2 * i + 1] ?? 0) > (scores[2 * best + 1] ?? 0)) best = i;
  }
  const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(4 * best, 4 * best + 4);
  return {
    left: left * picture.width,
    top: top * picture.height,
    right: right * picture.width,
    bottom: bottom * picture.height,
  };
}
