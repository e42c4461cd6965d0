import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { types } from 'mediasoup';
import type { WorkerPool } from '../../../src/media/WorkerPool.ts';
import type { Assessment } from '../../../src/protocol/assessment.ts';
import { analysisPids, isRunning } from '../../support/processes.ts';
import { routedCamera, testRouter, type RoutedCamera } from '../../support/rtp/routedCamera.ts';
import {
  film,
  flat,
  frozen,
  jpegsOf,
  pattern,
  pictureOfFile,
  stillPerson,
  type Scene,
} from '../../support/rtp/scenes.ts';
import { mediaDir, TestMonitor, type Watched } from '../../support/TestMonitor.ts';
import { testPool } from '../../support/webrtc.ts';

const WIDTH = 640;
const HEIGHT = 360;
/** The quantisers of a sender whose rate control never rests. */
const restless = (frame: number): number => [3, 12, 30, 20, 5, 12, 30][frame % 7]!;

const found = (code: string) => (assessment: Assessment) =>
  assessment.causes.some((cause) => cause.outcome === 'found' && cause.code === code);
const isSafe = ({ status }: Assessment): boolean => status === 'safe';

describe('Monitor, through a mediasoup worker', function () {
  this.timeout(90_000);
  let workers: WorkerPool;
  let router: types.Router;
  let test: TestMonitor;
  const cameras: RoutedCamera[] = [];

  before(async () => {
    workers = await testPool();
    router = await testRouter(workers);
  });
  after(() => workers.close());

  beforeEach(async () => {
    test = await TestMonitor.create();
  });
  afterEach(async () => {
    await test.close();
    await Promise.all(cameras.splice(0).map((camera) => camera.close()));
    assert.deepEqual(analysisPids(), []);
  });

  /** Another monitor in the place of the usual one. */
  async function restart(options: Parameters<typeof TestMonitor.create>[0]): Promise<void> {
    await test.close();
    test = await TestMonitor.create(options);
  }

  async function cameraOf(
    scene: Scene,
    options: Partial<Parameters<typeof routedCamera>[1]> = {},
  ): Promise<RoutedCamera> {
    const camera = await routedCamera(router, { scene, fps: 3, quality: restless, ...options });
    cameras.push(camera);
    return camera;
  }

  it('has a first result within 2.5 s of the camera, and tells nothing of a camera before', async () => {
    const watched = test.watch(await cameraOf(stillPerson(pattern(WIDTH, HEIGHT))));
    const first = await watched.until(({ status, reason }) => status === 'undetermined' || reason === 'no_face', 2500);
    assert.ok(first.scannedAt !== null);
    assert.deepEqual(watched.statuses.slice(0, 2), ['unscored camera_off', 'unscored waiting']);
    assert.ok(test.saved.length >= 3);
  });

  it('calls a frozen source a risk within 20 s, face or no face, and a black one never', async () => {
    const [still, black] = [
      test.watch(await cameraOf(frozen(pattern(WIDTH, HEIGHT)))),
      test.watch(await cameraOf(frozen(flat(WIDTH, HEIGHT, 0)))),
    ];
    const assessment = await still.until(({ status }) => status === 'risk', 20_000);
    assert.ok(found('frozen')(assessment));
    assert.ok((assessment.risk ?? 0) > 0.9 && (assessment.confidence ?? 0) > 0.6);
    await black.unscored('no_face', 20_000);
    assert.ok(!black.statuses.includes('risk') && !black.statuses.includes('safe'));
  });

  it('says no_video when a sender stops, within 20 s, and looks again when it goes on', async () => {
    const camera = await cameraOf(stillPerson(pattern(WIDTH, HEIGHT)));
    const watched = test.watch(camera);
    await watched.until(({ scannedAt }) => scannedAt !== null, 5000);
    camera.source.stop();
    await watched.unscored('no_video', 20_000);
    camera.start();
    await watched.until(({ reason }) => reason !== 'no_video', 10_000);
  });

  it('says corrupt_video for key frames that cannot be decoded, within 20 s', async () => {
    const bomb = (frame: Buffer): Buffer => (frame.writeUInt32LE(0x3fff3fff, 6), frame);
    const half = (frame: Buffer): Buffer => frame.subarray(0, frame.length / 2);
    const scene = frozen(pattern(WIDTH, HEIGHT));
    const watched = [
      test.watch(await cameraOf(scene, { tamper: bomb })),
      test.watch(await cameraOf(scene, { tamper: half })),
    ];
    await Promise.all(watched.map((each) => each.unscored('corrupt_video', 20_000)));
    for (const { statuses } of watched) assert.ok(!statuses.includes('safe') && !statuses.includes('undetermined'));
  });

  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    it(`says analysis_down when the analysis process gets ${signal}, and recovers with another one`, async () => {
      const watched = test.watch(await cameraOf(stillPerson(pattern(WIDTH, HEIGHT))));
      const before = await watched.until(({ scannedAt }) => scannedAt !== null, 5000);
      const [pid] = analysisPids();
      assert.ok(pid !== undefined);
      process.kill(pid, signal);
      await watched.unscored('analysis_down', 20_000);
      const after = await watched.until(({ reason }) => reason !== 'analysis_down' && reason !== 'waiting', 20_000);
      assert.ok(after.scannedAt !== null && after.scannedAt > before.scannedAt!);
      assert.ok(!isRunning(pid));
      assert.equal(test.monitor.counters.restarts, 1);
    });
  }

  it('loses the cameras of one analysis process only, when there are two', async () => {
    await restart({ processes: 2 });
    const watched = [
      test.watch(await cameraOf(stillPerson(pattern(WIDTH, HEIGHT)))),
      test.watch(await cameraOf(stillPerson(pattern(WIDTH, HEIGHT)))),
    ];
    await Promise.all(watched.map((each) => each.until(({ scannedAt }) => scannedAt !== null, 5000)));
    process.kill(analysisPids()[0]!, 'SIGKILL');
    await Promise.any(watched.map((each) => each.unscored('analysis_down', 5000)));
    const hit = watched.filter(({ statuses }) => statuses.includes('unscored analysis_down'));
    assert.equal(hit.length, 1);
  });

  it('finds a camera that freezes in mid-call, and keeps that in mind when another camera takes its place', async () => {
    await restart({ times: { firstIntegrityWindowMs: 3000, scanIntervalMs: 2500 } });
    const living = stillPerson(pattern(WIDTH, HEIGHT), { breathPx: 6 });
    const freezesAtS = 7;
    const last = await living(freezesAtS);
    const watched = test.watch(await cameraOf((atS) => (atS < freezesAtS ? living(atS) : last)));
    const { status } = await watched.until(found('frozen'), 30_000);
    assert.equal(status, 'risk');
    assert.ok(watched.latestMs > 1000 * freezesAtS, `${watched.latestMs} ms`);
    watched.subject.setCamera(await cameraOf(living));
    assert.equal(watched.subject.assessment.reason, 'waiting');
    const after = await watched.until(({ scannedAt }) => scannedAt !== null, 5000);
    assert.ok(found('frozen')(after) && after.risk !== null && after.risk > 0.5);
  });

  it('begins anew with what speaks for a person when the camera changes', async () => {
    const watched = test.watch(await cameraOf(stillPerson(pattern(WIDTH, HEIGHT))));
    const isLive = ({ causes }: Assessment): boolean =>
      causes.some(({ analyzer, outcome }) => analyzer === 'stream_integrity' && outcome === 'fine');
    await watched.until(isLive, 20_000);
    watched.subject.setCamera(await cameraOf(stillPerson(pattern(WIDTH, HEIGHT, 2))));
    const after = await watched.until(({ scannedAt }) => scannedAt !== null, 5000);
    assert.ok(!isLive(after) && after.confidence === 0);
  });

  it('goes on when nothing can be stored, and counts it', async () => {
    test.storeFails = true;
    const watched = test.watch(await cameraOf(stillPerson(pattern(WIDTH, HEIGHT))));
    await watched.until(({ scannedAt }) => scannedAt !== null, 5000);
    await test.monitor.close();
    assert.deepEqual(test.saved, []);
    assert.equal(test.monitor.counters.unsaved, watched.results.length);
  });

  it('looks at nothing without consent, nor when the camera is off', async () => {
    const camera = await cameraOf(stillPerson(pattern(WIDTH, HEIGHT)));
    const watched = test.watch(camera);
    await watched.until(({ scannedAt }) => scannedAt !== null, 5000);
    watched.subject.setCameraOn(false);
    assert.equal(watched.subject.assessment.reason, 'camera_off');
    watched.subject.setCameraOn(true);
    assert.equal(watched.subject.assessment.reason, 'waiting');
    await watched.until(({ reason }) => reason !== 'waiting', 5000);
    watched.subject.setConsent(false);
    assert.equal(watched.subject.assessment.reason, 'not_consented');
    watched.subject.setConsent(true);
    watched.subject.setCamera(null);
    assert.equal(watched.subject.assessment.reason, 'camera_off');
    const told = watched.results.length;
    watched.subject.close();
    watched.subject.setCamera(camera);
    assert.equal(watched.results.length, told);
  });

  it('calls nobody safe any longer whose looks get no turn', async () => {
    const program = fileURLToPath(new URL('../../support/starvedAnalysis.ts', import.meta.url));
    await restart({ program, times: { staleAfterMs: 2500 } });
    const watched = test.watch(await cameraOf(stillPerson(pattern(WIDTH, HEIGHT))));
    const safe = await watched.until(isSafe, 5000);
    await watched.unscored('analysis_down', 10_000);
    const [before, after] = watched.results.slice(-2);
    assert.equal(before?.assessment.status, 'safe');
    const ageMs = after!.atMs - Date.parse(safe.scannedAt!);
    // Sooner than the first of the looks is given up.
    assert.ok(ageMs >= 2400 && ageMs < 7000, `${ageMs} ms`);
  });

  it('holds a look back while somebody joins, but not for ever', async () => {
    const watched = test.watch(await cameraOf(stillPerson(pattern(WIDTH, HEIGHT))), 'busy');
    const joining = setInterval(() => test.monitor.holdBack('busy', 2000), 100);
    try {
      await watched.until(({ scannedAt }) => scannedAt !== null, 4000);
    } finally {
      clearInterval(joining);
    }
  });

  describe(mediaDir ? 'with real faces' : 'with real faces (not run: ../shared/media is absent)', () => {
    if (!mediaDir) return;
    const clip = async (...names: string[]): Promise<Scene> => {
      const parts = await Promise.all(names.map((name) => jpegsOf(`${mediaDir}/webcam/${name}.mjpeg`)));
      return film(parts.flat(), WIDTH, HEIGHT);
    };

    it('calls people in front of a camera safe after a few looks, moving or sitting still', async () => {
      const photo = await pictureOfFile(`${mediaDir}/photos/human_person-vlado.jpg`, WIDTH, HEIGHT, 'top');
      const scenes = [
        stillPerson(photo),
        stillPerson(photo, { noise: 1, breathPx: 0.7, lightDrift: 0.004 }),
        await clip('real-1-22s'),
      ];
      const watched: Watched[] = [];
      for (const scene of scenes) watched.push(test.watch(await cameraOf(scene)));
      for (const each of watched) {
        const assessment = await each.until(isSafe, 12_000);
        assert.equal(assessment.assurance, 'passive');
        assert.ok(assessment.confidence !== null && assessment.confidence >= 0.5 && assessment.confidence <= 0.6);
        const faces = assessment.causes.find(({ analyzer }) => analyzer === 'face_presence');
        assert.deepEqual([faces?.outcome, faces?.code], ['fine', 'ok']);
      }
      // They stay so, for as long as a frozen one would take to be found.
      await assert.rejects(Promise.race(watched.map((each) => each.until((a) => !isSafe(a), 14_000))), /not within/);
    });

    it('sees that a swap is switched on, and calls nobody safe after it', async () => {
      const real = await jpegsOf(`${mediaDir}/webcam/pair-2-real-10s.mjpeg`);
      const swapped = await jpegsOf(`${mediaDir}/webcam/pair-2-swap-10s.mjpeg`);
      // There and back: the same ten seconds twice would be a loop, which is found as well.
      const watched = test.watch(await cameraOf(film([...real, ...real.toReversed(), ...swapped], WIDTH, HEIGHT)));
      await watched.until(isSafe, 15_000);
      assert.ok(!watched.results.some(({ assessment }) => found('face_changed')(assessment)));
      const changed = await watched.until(found('face_changed'), 25_000);
      assert.equal(changed.status, 'undetermined');
      assert.ok(Math.abs((changed.risk ?? 0) - 0.5) < 0.05);
      assert.ok(watched.latestMs > 20_000);
    });
  });
});
