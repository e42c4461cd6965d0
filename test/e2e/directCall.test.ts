import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import {
  callAndAnswer,
  launchBrowser,
  mediaFile,
  registerPerson,
  waitForMovingPicture,
  type Person,
} from '../support/browsers.ts';
import { hears } from '../support/pageMedia.ts';
import { ServerProcess } from '../support/serverProcess.ts';

const face = [mediaFile('webcam/real-1-22s.mjpeg'), mediaFile('webcam/real-2-13s.mjpeg')];
const withFaces = face.every((file) => file !== null);

describe(`a direct call in two browsers (${withFaces ? 'real faces' : 'no test media: test pictures'})`, function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let browsers: Browser[] = [];
  let alice: Person;
  let bob: Person;

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browsers = await Promise.all(face.map((camera) => launchBrowser(camera === null ? {} : { camera })));
    [alice, bob] = await Promise.all([
      registerPerson(browsers[0] as Browser, server.url, 'alice'),
      registerPerson(browsers[1] as Browser, server.url, 'bob', { locale: 'zh-CN' }),
    ]);
  });

  after(async () => {
    await Promise.all(browsers.map((browser) => browser.close()));
    await server.stop();
  });

  it('greets each in the language of the browser', async () => {
    assert.equal(await alice.page.locator('html').getAttribute('lang'), 'en');
    assert.equal(await bob.page.locator('html').getAttribute('lang'), 'zh-CN');
  });

  it('rings, is answered, and pictures and sound go both ways', async () => {
    await callAndAnswer(alice, bob);
    for (const { page } of [alice, bob]) {
      const { width } = await waitForMovingPicture(page);
      assert.ok(width >= 160);
      await hears(page);
    }
  });

  it('shows on each picture what the server saw in it', async () => {
    for (const { page } of [alice, bob]) {
      const badge = page.locator('[data-testid="tile"][data-self="false"] [data-testid="security-badge"]');
      const statuses = withFaces ? ['safe', 'undetermined'] : ['unscored', 'undetermined'];
      await page.waitForFunction(
        (wanted) => {
          const shown = document.querySelector('[data-self="false"] [data-testid="security-badge"]');
          const { status, reason } = (shown as HTMLElement | null)?.dataset ?? {};
          return wanted.includes(status ?? '') && reason !== 'waiting';
        },
        statuses,
        { timeout: 30_000 },
      );
      assert.equal(await badge.count(), 1);
    }
  });

  it(withFaces ? 'takes real faces for safe, passively' : 'takes no test picture for safe', async () => {
    for (const { page } of [alice, bob]) {
      const badge = page.locator('[data-self="false"] [data-testid="security-badge"]');
      if (!withFaces) {
        assert.notEqual(await badge.getAttribute('data-status'), 'safe');
        continue;
      }
      await page
        .locator('[data-self="false"] [data-testid="security-badge"][data-status="safe"]')
        .waitFor({ timeout: 45_000 });
      assert.equal(await badge.getAttribute('data-assurance'), 'passive');
      assert.ok(Number(await badge.getAttribute('data-risk')) <= 0.3);
    }
  });

  it('says that a camera is off, and frees it', async () => {
    await alice.page.getByTestId('toggle-camera').click();
    const badge = bob.page.locator('[data-self="false"] [data-testid="security-badge"][data-reason="camera_off"]');
    await badge.waitFor({ timeout: 5_000 });
    await alice.page.getByTestId('toggle-camera').click();
    await badge.waitFor({ state: 'detached', timeout: 15_000 });
    await waitForMovingPicture(bob.page);
  });

  it('brings both home when one hangs up, and both find the call in their history', async () => {
    await bob.page.getByTestId('hang-up').click();
    for (const { page } of [alice, bob]) {
      await page.getByTestId('home').waitFor({ timeout: 3_000 });
      await page.getByTestId('nav-history').first().click();
      await page.getByTestId('history').waitFor();
      await page.getByTestId('history-item').first().click();
      await page.getByTestId('call-details').waitFor();
    }
  });

  it('has made no page complain', () => {
    assert.deepEqual([...alice.complaints, ...bob.complaints], []);
  });
});
