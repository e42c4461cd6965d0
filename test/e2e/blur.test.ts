import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import {
  callAndAnswer,
  launchBrowser,
  registerPerson,
  waitForMovingPicture,
  type Person,
} from '../support/browsers.ts';
import { ServerProcess } from '../support/serverProcess.ts';
import { en } from '../../web/src/words/en.ts';

describe('a blurred background', function () {
  this.timeout(90_000);
  let server: ServerProcess;
  let browser: Browser;
  let alice: Person;
  let bob: Person;
  const foreign: string[] = [];

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser({ args: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'] });
    const prepare = async (page: Person['page']): Promise<void> => {
      page.on('request', (request) => {
        if (!request.url().startsWith(server.url) && !/^(blob|data):/.test(request.url())) foreign.push(request.url());
      });
      // There is no graphics processor here; the page would refuse to blur in software, which is slow but works.
      await page.addInitScript(() => {
        const described = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, 'getContext');
        const open = described?.value as (...args: unknown[]) => unknown;
        HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
          return open.call(this, kind, { ...options, failIfMajorPerformanceCaveat: false });
        } as typeof HTMLCanvasElement.prototype.getContext;
      });
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

  async function toggleBlur(): Promise<void> {
    await alice.page.getByRole('button', { name: en.call.chooseCamera }).click();
    await alice.page.getByTestId('blur-background').click();
  }

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

  it('is sent in place of the camera, and the others are told', async () => {
    await tileVideo().evaluate((element) => (element.dataset.mark = 'before'));
    await toggleBlur();
    const shown = await card();
    await shown.getByText(en.card.backgroundChanged).waitFor({ timeout: 40_000 });
    await bob.page.keyboard.press('Escape');
    await bob.page.locator('[data-testid="security-badge"][data-background="changed"]').waitFor();
    await waitForMovingPicture(bob.page);
    assert.equal(await tileVideo().getAttribute('data-mark'), 'before');
  });

  it('comes from the page’s own server alone, within its policy', () => {
    assert.deepEqual(foreign, []);
    assert.deepEqual(alice.complaints, []);
  });

  it('goes away again, and that is told as well', async () => {
    await toggleBlur();
    const shown = await card();
    await shown.getByText(en.card.backgroundChanged).waitFor({ state: 'detached', timeout: 10_000 });
    await waitForMovingPicture(bob.page);
  });

  const tileVideo = (): Locator => bob.page.locator('[data-testid="tile"][data-self="false"] video');
});
