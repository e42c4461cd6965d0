import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { agreeIfAsked, launchBrowser, registerPerson, waitForMovingPicture, type Person } from '../support/browsers.ts';
import { startMeeting } from '../support/meetings.ts';
import { ServerProcess } from '../support/serverProcess.ts';

describe('the waiting room in browsers', function () {
  this.timeout(90_000);
  let server: ServerProcess;
  let browser: Browser;
  let ada: Person;
  let omar: Person;
  let link: string;

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    ada = await registerPerson(browser, server.url, 'ada');
    omar = await registerPerson(browser, server.url, 'omar', { locale: 'zh-CN', width: 360, height: 740 });
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  async function knock({ page }: Person): Promise<void> {
    await page.goto(link);
    await agreeIfAsked(page, 'prejoin-join');
    await page.getByTestId('prejoin-join').click();
    await page.getByTestId('lobby').waitFor();
  }

  it('shows whoever comes his own picture and whose meeting it is', async () => {
    await ada.page.getByTestId('start-lobby').check();
    link = await startMeeting(ada);
    await knock(omar);
    assert.match(await omar.page.getByTestId('lobby').innerText(), /主持人会让您进来[\s\S]*主持人 ada · 已通知/);
    await omar.page.locator('[data-testid="tile"][data-self="true"] video').waitFor();
    assert.equal(await omar.page.getByTestId('tile').count(), 1);
  });

  it('tells the host by a banner, and sends him away when the host says no', async () => {
    const banner = ada.page.getByTestId('banner');
    assert.match(await banner.innerText(), /omar is waiting; signed in, omar/);
    assert.equal(await ada.page.getByTestId('tile').count(), 1);
    await banner.getByRole('button', { name: 'Deny omar' }).click();
    await banner.waitFor({ state: 'detached' });
    assert.match(await omar.page.getByTestId('not-found').innerText(), /主持人没有让您进来/);
  });

  it('lets him in from the people panel, and both see each other', async () => {
    const noor = await registerPerson(browser, server.url, 'noor');
    await knock(noor);
    await ada.page.getByTestId('banner').waitFor();
    await ada.page.getByTestId('open-people').click();
    // The panel shows who waits, so the banner does not need to.
    await ada.page.getByTestId('banner').waitFor({ state: 'detached' });
    await ada.page.getByTestId('lobby-admit').click();
    await noor.page.getByTestId('call').waitFor();
    await Promise.all([ada, noor].map(({ page }) => waitForMovingPicture(page)));
    assert.equal(await ada.page.getByTestId('lobby-admit').count(), 0);
    assert.deepEqual(noor.complaints, []);
    // Whom the host let in once comes in again by himself.
    await noor.page.goto(link);
    await noor.page.getByTestId('prejoin-join').click();
    await noor.page.getByTestId('call').waitFor();
  });

  it('has made no page complain', () => {
    assert.deepEqual([...ada.complaints, ...omar.complaints], []);
  });
});
