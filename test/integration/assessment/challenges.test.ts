import assert from 'node:assert/strict';
import type { types } from 'mediasoup';
import type { ChallengeEvent } from '../../../src/assessment/challenges/Challenge.ts';
import type { WorkerPool } from '../../../src/media/WorkerPool.ts';
import type { ChallengeEnd, ChallengeShow } from '../../../src/protocol/challenge.ts';
import { LitPerson, type LitPersonOptions } from '../../support/rtp/litPerson.ts';
import { routedCamera, testRouter, type RoutedCamera } from '../../support/rtp/routedCamera.ts';
import { pattern, pictureOfFile } from '../../support/rtp/scenes.ts';
import { mediaDir, TestMonitor, type Watched } from '../../support/TestMonitor.ts';
import { testPool } from '../../support/webrtc.ts';

/** Small pictures: the test generates every one of them. */
const WIDTH = 320;
const HEIGHT = 180;
/** Where the face of the photo is. */
const FACE = { x: 0.5, y: 0.47, width: 0.2, height: 0.45 };

/** A participant who answers light checks as a page does; the light falls on his picture, or on what the test says. */
class Challenged {
  readonly watched: Watched;
  readonly ends: ChallengeEnd[] = [];
  readonly shown: { show: ChallengeShow; atMs: number }[] = [];
  readonly events: ChallengeEvent['type'][] = [];
  onStep: ((challengeId: string, step: number) => void) | null = null;
  #ended: PromiseWithResolvers<ChallengeEnd> = Promise.withResolvers();

  constructor(test: TestMonitor, camera: RoutedCamera | null, light: LitPerson | null) {
    this.watched = test.watch(camera);
    const { subject } = this.watched;
    test.monitor.on('challenge', ({ peerId }, event) => {
      if (peerId !== subject.peerId) return;
      this.events.push(event.type);
      if (event.type === 'ended') {
        this.ends.push(event.end);
        this.#ended.resolve(event.end);
      }
      if (event.type !== 'step') return;
      const { challengeId, step, show } = event.step;
      this.shown.push({ show, atMs: performance.now() });
      if (show.kind === 'light') light?.show(show);
      // The page answers over its socket, never within the notification.
      setImmediate(() => {
        if (this.onStep) this.onStep(challengeId, step);
        else subject.challenges.stepShown(challengeId, step, 0);
      });
    });
  }

  get challenges(): Watched['subject']['challenges'] {
    return this.watched.subject.challenges;
  }

  async run(kind: 'light' | 'movement' = 'light'): Promise<ChallengeEnd> {
    this.#ended = Promise.withResolvers();
    this.challenges.start(kind, null);
    return this.#ended.promise;
  }

  /** With the one retry, which adds to the first run, should that not suffice on a busy machine. */
  async runAndRetry(): Promise<ChallengeEnd> {
    const first = await this.run();
    return first.result === 'inconclusive' ? this.run() : first;
  }

  nextEnd(): Promise<ChallengeEnd> {
    this.#ended = Promise.withResolvers();
    return this.#ended.promise;
  }
}

const linda = mediaDir && `${mediaDir}/photos/human_person-linda.jpg`;

describe('challenges, through a mediasoup worker', function () {
  this.timeout(120_000);
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
  });

  async function cameraOf(scene: LitPerson['scene']): Promise<RoutedCamera> {
    const camera = await routedCamera(router, { scene, fps: 4, quality: () => 60 });
    cameras.push(camera);
    return camera;
  }

  /** Somebody whose face has been seen. */
  async function personIn(options: Omit<LitPersonOptions, 'face'>): Promise<Challenged> {
    assert.ok(linda !== null);
    const light = await LitPerson.create(await pictureOfFile(linda, WIDTH, HEIGHT, 'top'), { face: FACE, ...options });
    const person = new Challenged(test, await cameraOf(light.scene), light);
    await person.watched.until(
      ({ causes }) => causes.some((c) => c.analyzer === 'face_presence' && c.code === 'ok'),
      15_000,
    );
    return person;
  }

  if (linda === null) {
    it('has no photo of a face beside the checkout: a picture without a face is never passed and never failed', async () => {
      const person = new Challenged(test, await cameraOf(() => pattern(WIDTH, HEIGHT)), null);
      await person.watched.until(({ scannedAt }) => scannedAt !== null, 10_000);
      const end = await person.run();
      assert.deepEqual([end.result, end.reason], ['inconclusive', 'no_face']);
    });
  } else {
    it('passes a lit face, fails one that ignores the light around it, and cannot tell in a bright room', async function () {
      // Strong light, because this shows the way from page to badge; how often less light suffices is asked of many
      // traces in the unit tests. Even so a genuine person is not passed now and then: that three are not is no chance.
      this.retries(2);
      const [lit, swapped, bright] = await Promise.all([
        personIn({ modulation: 0.06 }),
        personIn({ modulation: 0.08, part: 'around' }),
        personIn({ modulation: 0 }),
      ]);
      const measured = (): string =>
        JSON.stringify(
          test.saved.flatMap(({ detail }) => detail.evidence).filter((e) => e.analyzer === 'illumination'),
        );
      const verified = lit.watched.until(({ assurance }) => assurance === 'verified', 60_000);
      const [passed, failed, unclear] = await Promise.all([lit.runAndRetry(), swapped.runAndRetry(), bright.run()]);
      assert.deepEqual([passed.result, passed.reason], ['passed', 'followed'], measured());
      assert.deepEqual([failed.result, failed.reason, failed.retry], ['failed', 'face_unlit', true], measured());
      assert.deepEqual([unclear.result, unclear.reason, unclear.retry], ['inconclusive', 'unlit', true]);

      const { subject } = lit.watched;
      const then = await verified;
      assert.equal(then.status, 'safe');
      assert.ok(then.verifiedAt !== null && (then.confidence ?? 0) > 0.6);
      assert.equal(swapped.watched.subject.assessment.status, 'risk');
      assert.notEqual(bright.watched.subject.assessment.assurance, 'verified');
      // The record holds what was measured.
      const kept = test.saved.flatMap(({ detail }) => detail.evidence).filter((e) => e.analyzer === 'illumination');
      assert.deepEqual(new Set(kept.map(({ code }) => code)), new Set(['passed', 'failed', 'inconclusive']));
      assert.ok(kept.some(({ code, details }) => code === 'passed' && (details.faceZ ?? 0) >= 4));

      // The pass is of this very track.
      const light = await LitPerson.create(await pictureOfFile(linda, WIDTH, HEIGHT, 'top'), {
        face: FACE,
        modulation: 0,
      });
      subject.setCamera(await cameraOf(light.scene));
      assert.equal(subject.assessment.verifiedAt, null);
      await lit.watched.until(({ status }) => status !== 'unscored', 20_000);
      assert.notEqual(subject.assessment.assurance, 'verified');
    });

    it('ends a challenge as not done when the camera changes under it, and fails light that comes too late', async () => {
      const [person, late] = await Promise.all([
        personIn({ modulation: 0.03 }),
        personIn({ modulation: 0.05, lagMs: 2600 }),
      ]);
      const lateEnd = late.runAndRetry();
      const running = person.run();
      person.watched.subject.setCameraOn(false);
      const end = await running;
      assert.deepEqual([end.result, end.reason], ['not_done', 'interrupted']);
      const { result, reason } = await lateEnd;
      assert.deepEqual(
        [result, reason],
        ['failed', 'too_late'],
        JSON.stringify(test.saved.at(-1)?.detail.evidence.at(-1)),
      );
    });
  }

  it('gives the answers to nobody else, takes each step once, and a finished challenge never again', async () => {
    const camera = await cameraOf(() => pattern(WIDTH, HEIGHT));
    const [one, other] = [
      new Challenged(test, camera, null),
      new Challenged(test, await cameraOf(() => pattern(WIDTH, HEIGHT)), null),
    ];
    await Promise.all([one, other].map(({ watched }) => watched.until(({ scannedAt }) => scannedAt !== null, 10_000)));
    const stepped = Promise.withResolvers<[string, number]>();
    one.onStep = (challengeId, step) => stepped.resolve([challengeId, step]);
    const { challengeId } = one.challenges.start('light', null);
    const [id, step] = await stepped.promise;
    assert.equal(id, challengeId);
    const forbidden = { code: 'FORBIDDEN' };
    assert.throws(() => other.challenges.stepShown(challengeId, step, 0), forbidden);
    assert.throws(() => one.challenges.stepShown(challengeId, step + 1, 0), forbidden);
    one.challenges.stepShown(challengeId, step, 0);
    assert.throws(() => one.challenges.stepShown(challengeId, step, 0), forbidden);
    assert.throws(() => one.challenges.start('light', null), { code: 'CONFLICT' });
    const ended = one.nextEnd();
    one.challenges.refuse(challengeId);
    assert.deepEqual(await ended.then(({ result, reason }) => [result, reason]), ['not_done', 'refused']);
    assert.throws(() => one.challenges.refuse(challengeId), forbidden);
    assert.throws(() => one.challenges.stepShown(challengeId, step, 0), forbidden);
    assert.throws(() => one.challenges.start('light', challengeId), forbidden);
    assert.equal(one.events.filter((type) => type === 'ended').length, 1);
  });

  it('ends a challenge whose page shows nothing, and allows five tries', async () => {
    const person = new Challenged(test, await cameraOf(() => pattern(WIDTH, HEIGHT)), null);
    await person.watched.until(({ scannedAt }) => scannedAt !== null, 10_000);
    person.onStep = () => undefined;
    const { reason } = await person.run();
    assert.equal(reason, 'interrupted');
    for (let tries = 1; tries < 5; tries++) {
      const { challengeId } = person.challenges.start('light', null);
      person.challenges.refuse(challengeId);
    }
    assert.throws(() => person.challenges.start('light', null), { code: 'RATE_LIMITED' });
  });

  it('starts nothing while the camera is off or the check was not agreed to', () => {
    const person = new Challenged(test, null, null);
    assert.throws(() => person.challenges.start('light', null), { code: 'CONFLICT' });
    assert.throws(() => person.challenges.invite('light', 'host', 'somebody'), { code: 'CONFLICT' });
    assert.deepEqual(person.events, []);
  });
});
