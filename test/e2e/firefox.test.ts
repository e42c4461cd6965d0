import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { Browser as Firefox } from 'puppeteer-core';
import { agreeIfAsked, launchBrowser, registerPerson, waitForMovingPicture, type Person } from '../support/browsers.ts';
import { byTestId, launchFirefox, pressAndAgree, registerInFirefox, type FirefoxPerson } from '../support/firefox.ts';
import { hasWidth, movedPicture } from '../support/pictures.ts';
import { ServerProcess } from '../support/serverProcess.ts';

const large: [number, number] = [640, 1280];
const small: [number, number] = [80, 320];

describe('a call between Chromium and Firefox', function () {
  this.timeout(90_000);
  let server: ServerProcess;
  let chromium: Browser;
  let firefox: Firefox;
  let cleo: Person;
  let finn: FirefoxPerson;

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    [chromium, firefox] = await Promise.all([launchBrowser(), launchFirefox()]);
    [cleo, finn] = await Promise.all([
      registerPerson(chromium, server.url, 'cleo'),
      registerInFirefox(firefox, server.url, 'finn'),
    ]);
  });

  after(async () => {
    await Promise.all([chromium.close(), firefox.close()]);
    await server.stop();
  });

  const badgeOnChromium = () => cleo.page.locator('[data-self="false"] [data-testid="security-badge"]');
  const movesInFirefox = () => finn.page.waitForFunction(movedPicture, { timeout: 20_000, polling: 200 });

  it('moves pictures both ways, called from Chromium', async () => {
    await cleo.page.getByTestId('start-callee').fill('finn');
    await cleo.page.getByTestId('start-call').click();
    await agreeIfAsked(cleo.page, 'calling');
    await pressAndAgree(finn, 'incoming-accept', 'call');
    await cleo.page.getByTestId('call').waitFor();
    await Promise.all([waitForMovingPicture(cleo.page), movesInFirefox()]);
  });

  it('shows the badge on both', async () => {
    assert.equal(await badgeOnChromium().count(), 1);
    const badge = await finn.page.waitForSelector(`[data-self="false"] ${byTestId('security-badge')}`);
    assert.ok(await badge?.evaluate((element) => element.getAttribute('data-status')));
    await cleo.page
      .locator('[data-self="false"] [data-testid="security-badge"]:not([data-reason="waiting"])')
      .waitFor({ timeout: 20_000 });
  });

  it('sends Firefox a smaller layer for a smaller tile, and a larger one for a larger', async () => {
    for (const [size, widths] of [
      [{ width: 380, height: 170 }, small],
      [{ width: 1280, height: 800 }, large],
    ] as const) {
      await finn.page.setViewport(size);
      await finn.page.waitForFunction(hasWidth, { timeout: 20_000, polling: 200 }, widths);
    }
  });

  it('sends Chromium a smaller layer of Firefox for a smaller tile, and a larger one for a larger', async () => {
    for (const [size, widths] of [
      [{ width: 380, height: 170 }, small],
      [{ width: 1280, height: 800 }, large],
    ] as const) {
      await cleo.page.setViewportSize(size);
      await cleo.page.waitForFunction(hasWidth, widths, { timeout: 40_000, polling: 200 });
    }
  });

  it('shows the numbers of the connection in Firefox, with codec, size and round trip', async () => {
    await finn.page.keyboard.down('Shift');
    await finn.page.keyboard.press('S');
    await finn.page.keyboard.up('Shift');
    await finn.page.waitForFunction(
      () => {
        const text = document.querySelector('[data-testid="stats"]')?.textContent ?? '';
        return /VP8\d+×\d+/.test(text) && text.includes('opus') && /Round trip \d+ ms over UDP/.test(text);
      },
      { timeout: 10_000, polling: 200 },
    );
    await finn.page.keyboard.down('Shift');
    await finn.page.keyboard.press('S');
    await finn.page.keyboard.up('Shift');
    await finn.page.waitForSelector(byTestId('stats'), { hidden: true });
  });

  it('says at once that the camera in Firefox is off, although Firefox goes on sending its last picture', async () => {
    await finn.page.locator(byTestId('toggle-camera')).click();
    const off = cleo.page.locator('[data-self="false"] [data-testid="security-badge"][data-reason="camera_off"]');
    await off.waitFor({ timeout: 5_000 });
    await cleo.page.locator('[data-testid="tile"][data-self="false"] video').waitFor({ state: 'detached' });
    await finn.page.locator(byTestId('toggle-camera')).click();
    await off.waitFor({ state: 'detached', timeout: 15_000 });
    await waitForMovingPicture(cleo.page);
  });

  it('says in Firefox that the camera in Chromium is off', async () => {
    await cleo.page.getByTestId('toggle-camera').click();
    const off = `[data-self="false"] ${byTestId('security-badge')}[data-reason="camera_off"]`;
    await finn.page.waitForSelector(off, { timeout: 5_000 });
    await cleo.page.getByTestId('toggle-camera').click();
    await finn.page.waitForSelector(off, { hidden: true, timeout: 15_000 });
    await movesInFirefox();
  });

  it('ends for both when Firefox hangs up', async () => {
    await finn.page.locator(byTestId('hang-up')).click();
    await finn.page.locator(byTestId('home')).wait();
    await cleo.page.getByTestId('home').waitFor({ timeout: 3_000 });
  });

  it('moves pictures both ways, called from Firefox', async () => {
    await finn.page.locator('[data-testid="start-callee"]').fill('cleo');
    await pressAndAgree(finn, 'start-call', 'calling');
    await cleo.page.getByTestId('incoming-accept').click();
    await finn.page.locator(byTestId('call')).wait();
    await Promise.all([waitForMovingPicture(cleo.page), movesInFirefox()]);
  });

  it('has made no page complain', () => {
    assert.deepEqual([...cleo.complaints, ...finn.complaints], []);
  });
});
