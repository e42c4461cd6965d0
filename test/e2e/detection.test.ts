import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { processesOf } from '../../scripts/bench/processes.ts';
import { callAndAnswer, launchBrowser, mediaFile, registerPerson, type Person } from '../support/browsers.ts';
import { en } from '../../web/src/words/en.ts';
import { pattern } from '../support/rtp/scenes.ts';
import { ServerProcess } from '../support/serverProcess.ts';

const real = mediaFile('webcam/pair-2-real-10s.mjpeg');
const swapped = mediaFile('webcam/pair-2-swap-10s.mjpeg');

/** Waits until a page's badge of the other person shows a status (and reason or cause). */
async function badge({ page }: Person, selector: string, timeoutMs: number): Promise<void> {
  await page.locator(`[data-self="false"] [data-testid="security-badge"]${selector}`).waitFor({ timeout: timeoutMs });
}

/** Stops a process; one that the server has just killed is already gone. */
function stopIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGSTOP');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe('what the badge says of attacks, through browser and SFU', function () {
  this.timeout(180_000);
  let server: ServerProcess;
  let folder: string;

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    folder = await mkdtemp(join(tmpdir(), 'veritalk-camera-'));
  });

  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Calls with one person's camera playing a file, and hands both over to the test. */
  async function call(
    camera: string,
    name: string,
    test: (viewer: Person, judged: Person) => Promise<void>,
  ): Promise<void> {
    const [attacker, other] = await Promise.all([launchBrowser({ camera }), launchBrowser()]);
    try {
      const [judged, viewer] = await Promise.all([
        registerPerson(attacker, server.url, `${name}-judged`),
        registerPerson(other, server.url, `${name}-viewer`),
      ]);
      await callAndAnswer(viewer, judged);
      await test(viewer, judged);
    } finally {
      await Promise.all([attacker.close(), other.close()]);
    }
  }

  it('calls a frozen picture a risk', async () => {
    // Not one flat colour, which says nothing: a covered lens gives that too.
    const { rgb, ...size } = pattern(640, 360);
    const photo = mediaFile('photos/human_person-linda.jpg');
    const image = photo
      ? sharp(photo).resize(640, 360, { fit: 'cover' })
      : sharp(rgb, { raw: { ...size, channels: 3 } }).png();
    const frame = await sharp(await image.toBuffer())
      .jpeg({ quality: 85 })
      .toBuffer();
    const camera = join(folder, 'frozen.mjpeg');
    await writeFile(camera, Buffer.concat(Array<Buffer>(30).fill(frame)));
    await call(camera, 'frozen', async (viewer) => {
      await badge(viewer, '[data-status="risk"]', 45_000);
    });
  });

  it(
    real && swapped
      ? 'notices a face that is swapped in mid-call'
      : 'has no media beside the checkout to swap a face with',
    async () => {
      if (!real || !swapped) return;
      const camera = join(folder, 'swap.mjpeg');
      await writeFile(camera, Buffer.concat([await readFile(real), await readFile(real), await readFile(swapped)]));
      await call(camera, 'swap', async (viewer) => {
        await viewer.page.getByTestId('open-security').click();
        await viewer.page.getByText(en.cause.face_changed).first().waitFor({ timeout: 90_000 });
        assert.equal(
          await viewer.page.locator('[data-self="false"] [data-testid="security-badge"][data-status="safe"]').count(),
          0,
        );
      });
    },
  );

  it('says that checking is down while the analysis process is stopped, and recovers', async () => {
    const camera = mediaFile('webcam/real-3-10s.mjpeg') ?? join(folder, 'frozen.mjpeg');
    await call(camera, 'down', async (viewer) => {
      await badge(viewer, ':not([data-reason="waiting"])', 20_000);
      // Each new process is stopped again, until the page says so: within 20 s of the first.
      const stopping = setInterval(() => {
        for (const { pid, part } of processesOf(server.pid)) if (part === 'analysis') stopIfAlive(pid);
      }, 100);
      await badge(viewer, '[data-status="unscored"][data-reason="analysis_down"]', 22_000).finally(() => {
        clearInterval(stopping);
      });
      // The last one is found silent, killed and replaced, and results come again.
      await badge(viewer, ':not([data-status="unscored"])', 40_000);
    });
  });
});
