import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser, registerPerson, waitForMovingPicture, type Person } from '../support/browsers.ts';
import { enterMeeting, startMeeting } from '../support/meetings.ts';
import { ServerProcess } from '../support/serverProcess.ts';

describe('a meeting of three in browsers', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let browser: Browser;
  let people: [Person, Person, Person];

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    people = [
      await registerPerson(browser, server.url, 'ada'),
      await registerPerson(browser, server.url, 'omar', { locale: 'zh-CN' }),
      await registerPerson(browser, server.url, 'noor', { width: 360, height: 740 }),
    ];
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  /** The picture of the first remote camera on a page. */
  async function remoteWidth({ page }: Person): Promise<number> {
    return page
      .locator('[data-testid="tile"][data-self="false"] video')
      .first()
      .evaluate((v) => (v as HTMLVideoElement).videoWidth);
  }

  async function waitForWidth({ page }: Person, fits: 'small' | 'large'): Promise<void> {
    await page.waitForFunction(
      (wanted) => {
        const videos = document.querySelectorAll<HTMLVideoElement>('[data-testid="tile"][data-self="false"] video');
        return [...videos].some((v) =>
          wanted === 'small' ? v.videoWidth > 0 && v.videoWidth <= 320 : v.videoWidth >= 640,
        );
      },
      fits,
      { timeout: 20_000 },
    );
  }

  it('is joined by its link, and everybody sees its name and everybody', async () => {
    await people[0].page.getByTestId('start-title').fill('  Budget 2027 ');
    const link = await startMeeting(people[0]);
    for (const person of people.slice(1)) await enterMeeting(person, link);
    for (const { page } of people) {
      await page.getByRole('heading', { level: 1, name: 'Budget 2027' }).waitFor();
      await page.locator('[data-testid="tile"][data-self="false"]').nth(1).waitFor();
      await waitForMovingPicture(page);
      assert.equal(await page.locator('[data-testid="tile"][data-self="true"]').count(), 1);
      assert.equal(await page.getByTestId('security-badge').count(), 2);
    }
  });

  it('shows who speaks', async () => {
    const [ada] = people;
    await ada.page.locator('[data-testid="tile"][data-speaking]').first().waitFor({ timeout: 40_000 });
  });

  it('gives a viewer a smaller layer for a smaller tile, and a larger one for a larger', async () => {
    const [ada] = people;
    await ada.page.setViewportSize({ width: 1800, height: 1100 });
    await waitForWidth(ada, 'large');
    await ada.page.setViewportSize({ width: 420, height: 420 });
    await waitForWidth(ada, 'small');
    await ada.page.setViewportSize({ width: 1800, height: 1100 });
    await waitForWidth(ada, 'large');
    assert.ok((await remoteWidth(ada)) > 0);
    await ada.page.setViewportSize({ width: 1280, height: 800 });
  });

  it('shows a shared screen to the others', async () => {
    const [ada, omar] = people;
    await ada.page.getByTestId('share-screen').click();
    const shared = omar.page.locator('figure video');
    await shared.waitFor({ timeout: 15_000 });
    await omar.page.waitForFunction(
      () => (document.querySelector<HTMLVideoElement>('figure video')?.videoWidth ?? 0) > 0,
      undefined,
      { timeout: 15_000 },
    );
    await ada.page.getByTestId('share-screen').click();
    await shared.waitFor({ state: 'detached', timeout: 5_000 });
  });

  it('goes on when one leaves', async () => {
    const [ada, omar, noor] = people;
    await noor.page.getByTestId('hang-up').click();
    await noor.page.getByTestId('home').waitFor({ timeout: 3_000 });
    await ada.page.locator('[data-testid="tile"][data-self="false"]').nth(1).waitFor({ state: 'detached' });
    await waitForMovingPicture(omar.page);
  });

  it('takes a closed tab for somebody who has left', async () => {
    const [ada, omar] = people;
    await omar.page.close({ runBeforeUnload: false });
    await ada.page.locator('[data-testid="tile"][data-self="false"]').waitFor({ state: 'detached', timeout: 10_000 });
  });

  it('is followed by signing out, which the own picture in the corner leads to', async () => {
    const { page } = people[0];
    await page.getByTestId('hang-up').click();
    await page.getByTestId('account').click();
    await page.keyboard.press('Escape');
    await page.getByTestId('account-sign-out').waitFor({ state: 'detached' });
    await page.getByTestId('account').click();
    await page.getByTestId('account-sign-out').click();
    await page.getByTestId('auth-submit').waitFor();
  });

  it('has made no page complain', () => {
    assert.deepEqual(
      people.flatMap((p) => p.complaints),
      [],
    );
  });
});
