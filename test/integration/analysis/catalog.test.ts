import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Classifier } from '../../../src/analysis/models/Classifier.ts';
import { ModelCatalog, readCatalog } from '../../../src/modelCatalog.ts';
import { createLogger } from '../../../src/logger.ts';
import { directCamera } from '../../support/rtp/directCamera.ts';
import { pattern, pictureOfFile, stillPerson } from '../../support/rtp/scenes.ts';
import { mediaDir, TestMonitor } from '../../support/TestMonitor.ts';
import { testModel } from '../../support/testModels.ts';

describe('catalog of models', function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'veritalk-models-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('loads a model after its hash, its test picture and its time were right', async () => {
    const honest = await testModel(folder, 'honest');
    const { selfTest, version } = await Classifier.load(folder, honest);
    assert.ok(selfTest > 0.3 && selfTest < 0.7);
    assert.equal(version, honest.sha256.slice(0, 12));
    const known = (value: number) => ({ ...honest, output: { ...honest.output, selfTest: value } });
    await Classifier.load(folder, known(selfTest));
    await assert.rejects(Classifier.load(folder, known(1 - selfTest + 0.1)), /test picture/);
  });

  it('takes pictures in both layouts and orders of colours', async () => {
    const honest = await testModel(folder, 'honest');
    const bgr = await Classifier.load(folder, { ...honest, input: { ...honest.input, colour: 'bgr' } });
    const rgb = await Classifier.load(folder, honest);
    assert.ok(Math.abs(bgr.selfTest - rgb.selfTest) < 1e-6);
    const nhwc = { ...honest, input: { ...honest.input, layout: 'nhwc' as const } };
    await assert.rejects(Classifier.load(folder, nhwc), /cannot be run/);
  });

  it('refuses another file, a missing one, garbage, and what gives no probability; each says which model', async () => {
    const honest = await testModel(folder, 'honest');
    const refused = {
      hash: [{ ...honest, sha256: '0'.repeat(64) }, /honest: .*hash.*refused/],
      missing: [{ ...honest, file: 'absent.onnx' }, /honest: .*absent\.onnx cannot be read/],
      nan: [await testModel(folder, 'nan'), /nan: .*not finite/],
      huge: [await testModel(folder, 'huge'), /huge: .*no probability/],
    } as const;
    for (const [entry, message] of Object.values(refused))
      await assert.rejects(Classifier.load(folder, entry), message);
  });

  it('is read anew when its file changes; a wrong one changes nothing', async () => {
    const file = path.join(folder, 'models.yaml');
    await writeFile(file, '[]');
    const catalog = new ModelCatalog(file, createLogger('silent'));
    try {
      assert.deepEqual(catalog.entries, []);
      const changed = new Promise<string[]>((resolve) =>
        catalog.once('change', (entries) => resolve(entries.map(({ name }) => name))),
      );
      await writeFile(
        file,
        JSON.stringify([await testModel(folder, 'honest'), { ...(await testModel(folder, 'nan')), enabled: false }]),
      );
      assert.deepEqual(await changed, ['honest']);
      await writeFile(file, JSON.stringify([{ name: 'No Good' }]));
      assert.throws(() => readCatalog(file), /models\.yaml: 0\./);
      assert.deepEqual(
        catalog.entries.map(({ name }) => name),
        ['honest'],
      );
    } finally {
      await catalog.close();
    }
  });

  it('is well formed as it is shipped, with everything off', () => {
    const entries = readCatalog('config/models.yaml');
    assert.ok(entries.length >= 3 && entries.every(({ enabled, card }) => !enabled && card.length > 50));
  });

  it('leaves a model out in which the process hangs twice; cameras are looked at again', async () => {
    const test = await TestMonitor.create();
    const camera = await directCamera({ scene: stillPerson(pattern(320, 180)), fps: 3, quality: () => 30 });
    try {
      const watched = test.watch(camera);
      await watched.until(({ scannedAt }) => scannedAt !== null, 10_000);
      test.pool.useModels(folder, [await testModel(folder, 'hanging')]);
      await watched.unscored('analysis_down', 10_000);
      const recovered = new Promise<void>((resolve) => {
        const check = setInterval(() => {
          if (test.pool.counters.restarts !== 2 || test.pool.counters.up !== 1) return;
          clearInterval(check);
          resolve();
        }, 100);
      });
      await recovered;
      const beforeMs = Date.now();
      await watched.until(({ scannedAt }) => scannedAt !== null && Date.parse(scannedAt) > beforeMs, 15_000);
      assert.equal(test.pool.counters.restarts, 2);
      assert.ok(!watched.statuses.includes('unscored corrupt_video'));
    } finally {
      await test.close();
      await camera.close();
    }
  });

  const title = 'says what its models say of a face, and counts little';
  it(mediaDir ? title : `${title} (not run: ../shared/media is absent)`, async () => {
    if (!mediaDir) return;
    const photo = await pictureOfFile(`${mediaDir}/photos/human_person-vlado.jpg`, 640, 360, 'top');
    const test = await TestMonitor.create();
    const camera = await directCamera({ scene: stillPerson(photo), fps: 3, quality: () => 30 });
    try {
      const alarmist = await testModel(folder, 'honest', {
        calibration: { slope: 0, intercept: 15, source: 'this test', date: '2026-11-24' },
      });
      test.pool.useModels(folder, [alarmist]);
      const watched = test.watch(camera);
      const said = await watched.until(
        ({ causes }) => causes.some(({ analyzer, code }) => analyzer === 'image_model' && code === 'unusual'),
        30_000,
      );
      assert.deepEqual(
        said.causes.find(({ analyzer }) => analyzer === 'image_model'),
        { analyzer: 'image_model', outcome: 'hint', code: 'unusual' },
      );
      assert.ok(said.risk !== null && said.risk < 0.15);
      assert.equal(said.modelVersions.honest, alarmist.sha256.slice(0, 12));
    } finally {
      await test.close();
      await camera.close();
    }
  });
});
