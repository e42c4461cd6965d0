import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import {
  callAndAnswer,
  launchBrowser,
  mediaFile,
  registerPerson,
  waitForMovingPicture,
  type Person,
} from '../support/browsers.ts';
import { edgeDetail } from '../support/pictures.ts';
import { ServerProcess } from '../support/serverProcess.ts';
import { en } from '../../web/src/words/en.ts';

/** Presses the switch in the menu beside the camera's button. */
async function chooseBlur({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: en.call.chooseCamera }).click();
  await page.getByTestId('blur-background').click();
}

describe('a blurred background, while nobody wants it', function () {
  this.timeout(90_000);
  let server: ServerProcess;
  let browser: Browser;
  let alice: Person;
  let bob: Person;
  const foreign: string[] = [];

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    const prepare = (page: Person['page']): Promise<void> => {
      page.on('request', (request) => {
        if (!request.url().startsWith(server.url) && !/^(blob|data):/.test(request.url())) foreign.push(request.url());
      });
      return Promise.resolve();
    };
    [alice, bob] = await Promise.all([
      registerPerson(browser, server.url, 'alice', { prepare }),
      registerPerson(browser, server.url, 'bob'),
    ]);
    await callAndAnswer(alice, bob);
    await waitForMovingPicture(bob.page);
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  /** The card of Alice's picture on Bob's page. */
  async function card(): Promise<Locator> {
    await bob.page.locator('[data-testid="tile"][data-self="false"] [data-testid="security-badge"]').click();
    return bob.page.getByRole('dialog');
  }

  it('is loaded only when it is wanted', async () => {
    const loaded = await alice.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    assert.deepEqual(
      loaded.filter((name) => /selfie|BackgroundBlur/.test(name)),
      [],
    );
    const shown = await card();
    assert.equal(await shown.getByText(en.card.backgroundChanged).count(), 0);
    await bob.page.keyboard.press('Escape');
  });

  it('has the page load nothing from elsewhere, within its policy', () => {
    assert.deepEqual(foreign, []);
    assert.deepEqual(alice.complaints, []);
  });
});

/** Somebody in front of a wall with a poster and rods. */
const face = mediaFile('webcam/pair-2-real-10s.mjpeg');
/** WebGL computed by the processor: all that is here to compute with. */
const softwareGraphics = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

const suite = face
  ? 'a blurred background, computed by software'
  : 'a blurred background (not looked at: ../shared/media/webcam is absent)';
describe(suite, function () {
  if (!face) return;
  this.timeout(240_000);
  let server: ServerProcess;
  let browser: Browser;
  let alice: Person;
  let bob: Person;
  /** How fine the background is before anything is done to it. */
  let fine: number;

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser({ camera: face, args: softwareGraphics });
    const small = { width: 800, height: 600 };
    [alice, bob] = await Promise.all([
      registerPerson(browser, server.url, 'alice', { ...small, prepare: allowSoftwareGraphics }),
      registerPerson(browser, server.url, 'bob', { ...small, prepare: withoutCamera }),
    ]);
    await callAndAnswer(alice, bob);
    await waitForMovingPicture(bob.page);
    fine = await bob.page.evaluate(edgeDetail, 20);
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  /** Looks at what Bob sees until the background is as expected beside the face. */
  async function waitForDetail(isExpected: (detail: number) => boolean): Promise<void> {
    let detail = await bob.page.evaluate(edgeDetail, 4);
    while (!isExpected(detail)) detail = await bob.page.evaluate(edgeDetail, 4);
  }

  const changedBadge = (): Locator => bob.page.locator('[data-testid="security-badge"][data-background="changed"]');

  it('takes the detail from what is behind the person, not from the face, and the others are told', async () => {
    await chooseBlur(alice);
    await changedBadge().waitFor({ timeout: 90_000 });
    await waitForDetail((detail) => detail < 0.4 * fine);
  });

  it('gives the background back when it is switched off, and takes the word back', async () => {
    await chooseBlur(alice);
    await changedBadge().waitFor({ state: 'detached', timeout: 60_000 });
    await waitForDetail((detail) => detail > 0.7 * fine);
    assert.deepEqual(alice.complaints, []);
  });
});

/** Lifts the page's refusal of machines that are slow at it. */
async function allowSoftwareGraphics(page: Page): Promise<void> {
  await page.addInitScript(() => {
    type GetContext = (kind: string, options?: object) => unknown;
    const original = Reflect.get(HTMLCanvasElement.prototype, 'getContext') as GetContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
      return original.call(this, kind, { ...options, failIfMajorPerformanceCaveat: false });
    } as typeof HTMLCanvasElement.prototype.getContext;
  });
}

/** The machine has enough to do with one camera. */
async function withoutCamera(page: Page): Promise<void> {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no leave', 'NotAllowedError'));
  });
}
