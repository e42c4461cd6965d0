import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp, { type Sharp } from 'sharp';
import { cosineDistance, IdentityContinuity } from '../../../src/analysis/analyzers/IdentityContinuity.ts';
import type { Picture } from '../../../src/analysis/decode/Picture.ts';
import { FaceDetector, type DetectedFace } from '../../../src/analysis/faces/FaceDetector.ts';
import { FaceEmbedder } from '../../../src/analysis/faces/FaceEmbedder.ts';
import { FaceMesh, type MeshedFace } from '../../../src/analysis/faces/FaceMesh.ts';
import { overlap, type Box } from '../../../src/analysis/faces/geometry.ts';
import { qualityOf } from '../../../src/analysis/faces/quality.ts';
import { FrameInspector } from '../../../src/analysis/FrameInspector.ts';
import { Model } from '../../../src/analysis/models/Model.ts';
import { Stream } from '../../../src/analysis/Stream.ts';
import { flat, jpegsOf, pattern, pictureOfFile } from '../../support/rtp/scenes.ts';
import { encodeKeyFrame } from '../../support/rtp/vp8.ts';
import { mediaDir, modelsDir } from '../../support/TestMonitor.ts';

const WIDTH = 640;
const HEIGHT = 360;

describe('faces', function () {
  this.timeout(60_000);
  let detector: FaceDetector;
  let mesh: FaceMesh;
  let embedder: FaceEmbedder;

  before(async () => {
    detector = new FaceDetector(await Model.load(modelsDir, 'blazeface'));
    mesh = new FaceMesh(await Model.load(modelsDir, 'facemesh'));
    embedder = new FaceEmbedder(await Model.load(modelsDir, 'faceres'));
  });

  it('are not seen where there are none', async () => {
    for (const picture of [pattern(WIDTH, HEIGHT), flat(WIDTH, HEIGHT, 0), flat(WIDTH, HEIGHT, 200)]) {
      assert.deepEqual(await detector.detect(picture), []);
    }
  });

  describe(mediaDir ? 'of real people' : 'of real people (not run: ../shared/media is absent)', () => {
    if (!mediaDir) return;
    const photos = ['celeste', 'linda', 'nicole', 'vlado'].map((name) => `${mediaDir}/photos/human_person-${name}.jpg`);

    async function onlyFace(picture: Picture): Promise<{ detected: DetectedFace; face: MeshedFace }> {
      const faces = await detector.detect(picture);
      assert.equal(faces.length, 1);
      const [detected] = faces;
      assert.ok(detected);
      return { detected, face: await mesh.lay(picture, detected) };
    }

    it('are found in every photo, and the mesh agrees', async () => {
      for (const photo of photos) {
        const picture = await pictureOfFile(photo, WIDTH, HEIGHT, 'top');
        const { detected, face } = await onlyFace(picture);
        assert.ok(face.score > 0.9);
        assert.ok(overlap(face.box, detected.box) > 0.5);
        assert.deepEqual(qualityOf(picture, face).code, 'ok');
      }
    });

    it('are found in every frame of the webcam clips', async () => {
      for (const clip of ['real-1-22s', 'real-2-13s', 'real-3-10s', 'pair-2-real-10s', 'pair-2-swap-10s']) {
        const jpegs = await jpegsOf(`${mediaDir}/webcam/${clip}.mjpeg`);
        for (let i = 0; i < jpegs.length; i += 40) {
          const picture = await pictureOfFile(jpegs[i]!, 640, 480);
          assert.equal((await detector.detect(picture)).length, 1, `${clip}, frame ${i}`);
        }
      }
    });

    it('are too small, too dark or too blurred to be judged when they are', async () => {
      const [photo] = photos;
      const picture = await pictureOfFile(photo!, WIDTH, HEIGHT, 'top');
      const { face } = await onlyFace(picture);
      const altered = async (change: (image: Sharp) => Sharp): Promise<Picture> => {
        const image = sharp(picture.rgb, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
        return { ...picture, rgb: await change(image).removeAlpha().raw().toBuffer() };
      };
      assert.equal(qualityOf(await altered((image) => image.linear(0.1, 0)), face).code, 'too_dark');
      assert.equal(qualityOf(await altered((image) => image.blur(12)), face).code, 'too_blurred');
      assert.equal(qualityOf(picture, { ...face, sizePx: 31 }).code, 'face_too_small');
      assert.equal(qualityOf(picture, { ...face, score: 0.7 }).code, 'no_face');
    });

    it('turn to the side to which the nose points, by the sign of the yaw', async () => {
      const picture = await pictureOfFile(photos[1]!, WIDTH, HEIGHT, 'top');
      const mirrored = await sharp(picture.rgb, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .flop()
        .raw()
        .toBuffer();
      const { yawDeg } = (await onlyFace(picture)).face.pose;
      const mirror = (await onlyFace({ ...picture, rgb: mirrored })).face.pose.yawDeg;
      assert.ok(Math.abs(yawDeg) > 4 && Math.abs(yawDeg + mirror) < 5, `${yawDeg} and ${mirror}`);
    });

    it('are near to themselves and far from others, whatever the tilt and the size', async () => {
      const embeddings: Float32Array[] = [];
      for (const photo of photos) {
        const picture = await pictureOfFile(photo, WIDTH, HEIGHT, 'top');
        const embedding = await embedder.embed(picture, (await onlyFace(picture)).face);
        const turned = await sharp(photo).rotate(15).resize(480, 480, { fit: 'contain' }).toBuffer();
        const other = await pictureOfFile(turned, 480, 480);
        const again = await embedder.embed(other, (await onlyFace(other)).face);
        const apart = cosineDistance(embedding, again);
        assert.ok(apart < 0.2, `${path.basename(photo)}: ${apart}`);
        embeddings.push(embedding);
      }
      for (const [i, a] of embeddings.entries()) {
        for (const b of embeddings.slice(0, i)) assert.ok(cosineDistance(a, b) > 0.3);
      }
    });

    it('are compared with themselves where one of several is foremost, and not where they are alike', async () => {
      const inspector = await FrameInspector.create(modelsDir);
      const [first, second] = [await headOf(photos[3]!), await headOf(photos[2]!)];
      const codesWith = async (otherSidePx: number): Promise<string[]> => {
        const { data } = await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#665e57' } })
          .composite([
            { input: await sharp(first).resize(260, 260).toBuffer(), left: 20, top: 40 },
            { input: await sharp(second).resize(otherSidePx, otherSidePx).toBuffer(), left: 340, top: 40 },
          ])
          .removeAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true });
        const frame = await encodeKeyFrame({ width: WIDTH, height: HEIGHT, rgb: data }, 60);
        const inspection = await inspector.inspect(openStream(), { data: frame, atMs: 1_000_000 });
        assert.ok(typeof inspection === 'object');
        return inspection.evidence.slice(1).map(({ code }) => code);
      };
      assert.deepEqual(await codesWith(260), ['several_faces', 'several_faces']);
      assert.deepEqual(await codesWith(150), ['several_faces', 'gathering']);
    });

    /** A square of a photo about its face, as a file. */
    async function headOf(photo: string): Promise<Buffer> {
      const picture = await pictureOfFile(photo, 1280, 720, 'top');
      const { box } = (await onlyFace(picture)).detected;
      const side = Math.round(1.8 * (box.right - box.left));
      const left = Math.max(0, Math.round((box.left + box.right - side) / 2));
      const top = Math.max(0, Math.round((box.top + box.bottom - side) / 2));
      return sharp(picture.rgb, { raw: { width: 1280, height: 720, channels: 3 } })
        .extract({ left, top, width: side, height: side })
        .png()
        .toBuffer();
    }

    const independent = path.resolve('../shared/models/version-RFB-320.onnx');
    const title = 'are where an independent detector sees them';
    it(existsSync(independent) ? title : `${title} (not run: ../shared/models is absent)`, async () => {
      if (!existsSync(independent)) return;
      const session = await InferenceSession.create(independent, { intraOpNumThreads: 1, logSeverityLevel: 3 });
      for (const photo of photos) {
        const picture = await pictureOfFile(photo, WIDTH, HEIGHT, 'top');
        const { detected } = await onlyFace(picture);
        const other = await bestByRfb(session, picture);
        assert.ok(overlap(detected.box, other) > 0.4, `${path.basename(photo)}: ${overlap(detected.box, other)}`);
      }
    });
  });
});

function openStream(): Stream {
  const source = { ip: '127.0.0.1', port: 1 };
  const ids = { streamId: 1, subjectId: 1, groupId: 1, nonce: '' };
  return new Stream({ type: 'openStream', ...ids, ssrc: 1, payloadType: 101, source }, new IdentityContinuity());
}

/** The best box of Ultra-Light-Fast-Generic-Face-Detector (RFB-320): input (RGB - 127) / 128, boxes in shares. */
async function bestByRfb(session: InferenceSession, { width, height, rgb }: Picture): Promise<Box> {
  const small = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(320, 240, { fit: 'fill' })
    .raw()
    .toBuffer();
  const plane = 320 * 240;
  const input = Float32Array.from(
    { length: 3 * plane },
    (_, i) => (small[3 * (i % plane) + Math.floor(i / plane)]! - 127) / 128,
  );
  const outputs = await session.run({ [session.inputNames[0]!]: new Tensor('float32', input, [1, 3, 240, 320]) });
  const ofWidth = (length: number): Float32Array => {
    const tensor = Object.values(outputs).find(({ dims }) => dims.at(-1) === length);
    assert.ok(tensor?.data instanceof Float32Array);
    return tensor.data;
  };
  const scores = ofWidth(2).filter((_, i) => i % 2 === 1);
  const best = scores.indexOf(Math.max(...scores));
  const [left, top, right, bottom] = ofWidth(4).subarray(4 * best, 4 * best + 4);
  return { left: left! * width, top: top! * height, right: right! * width, bottom: bottom! * height };
}
