import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser, registerPerson, waitForMovingPicture, type Person } from '../support/browsers.ts';
import { enterMeeting, startMeeting } from '../support/meetings.ts';
import { ServerProcess } from '../support/serverProcess.ts';
import { en } from '../../web/src/words/en.ts';

describe('who takes part in a meeting, in browsers', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let browser: Browser;
  let ada: Person;
  let omar: Person;
  let noor: Person;
  let link: string;

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    [ada, omar, noor] = await Promise.all([
      registerPerson(browser, server.url, 'ada'),
      registerPerson(browser, server.url, 'omar'),
      registerPerson(browser, server.url, 'noor'),
    ]);
    link = await startMeeting(ada);
    await enterMeeting(omar, link);
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  const tileOf = (page: Person['page'], name: string) =>
    page.getByTestId('tile').and(page.locator(`[aria-label^="${name},"]`));

  it('lets somebody who left come back with one press, to the same people', async () => {
    await waitForMovingPicture(omar.page);
    await omar.page.getByTestId('hang-up').click();
    await omar.page.getByRole('button', { name: en.ended.rejoin }).click();
    await omar.page.getByTestId('prejoin-join').click();
    await omar.page.getByTestId('call').waitFor();
    await waitForMovingPicture(omar.page);
    assert.equal(await ada.page.getByTestId('tile').count(), 2);
  });

  it('keeps a locked meeting to those who took part, and says so at the door', async () => {
    await ada.page.getByTestId('open-people').click();
    await ada.page.getByTestId('lock-call').click();
    for (const { page } of [ada, omar]) {
      await page.locator('header').getByRole('img', { name: en.lock.locked }).waitFor();
    }
    await noor.page.goto(link);
    await noor.page.getByTestId('consent-accept').click();
    await noor.page.getByTestId('not-found').getByText(en.notFound.locked).waitFor();
    await omar.page.getByTestId('hang-up').click();
    await enterMeeting(omar, link);
    await ada.page.getByTestId('lock-call').click();
    await ada.page.locator('header').getByRole('img', { name: en.lock.locked }).waitFor({ state: 'detached' });
    await enterMeeting(noor, link);
    await ada.page.getByTestId('tile').nth(2).waitFor();
  });

  it('numbers raised hands in the order in which they were raised, on everybody’s tiles and in the list', async () => {
    for (const [index, { page, name }] of [noor, ada, omar].entries()) {
      await page.keyboard.press('h');
      const { page: seen } = index === 2 ? noor : omar;
      await tileOf(seen, name)
        .getByTestId('hand')
        .getByText(String(index + 1))
        .waitFor();
    }
    const people = await ada.page.getByTestId('person').locator('b').allTextContents();
    assert.deepEqual(
      people.map((text) => text.replace(/ \(.*/, '')),
      ['noor', 'ada', 'omar'],
    );
    await noor.page.keyboard.press('h');
    await tileOf(omar.page, 'ada').getByTestId('hand').getByText('1').waitFor();
    await tileOf(omar.page, 'noor').getByTestId('hand').waitFor({ state: 'detached' });
  });

  it('has made no page complain', () => {
    const refusal = /status of 423|status of 409/;
    const complaints = [ada, omar, noor].flatMap((person) => person.complaints);
    assert.deepEqual(
      complaints.filter((text) => !refusal.test(text)),
      [],
    );
  });

  it('lets whoever is in a call know of a caller, who is called back with one press', async () => {
    for (const { page } of [noor, omar]) await page.getByTestId('hang-up').click();
    await noor.page.getByTestId('start-callee').fill('ada');
    await noor.page.getByTestId('start-call').click();
    await noor.page.getByText(en.home.busy).waitFor();
    await noor.page.getByTestId('let-them-know').click();
    await noor.page.getByText(en.home.told).waitFor();
    await ada.page.getByTestId('hang-up').click();
    const notice = ada.page.getByTestId('missed-notice');
    assert.match(await notice.innerText(), /noor/);
    await notice.getByRole('button', { name: en.ended.callBack }).click();
    await noor.page.getByTestId('incoming-accept').click();
    await Promise.all([ada, noor].map(({ page }) => page.getByTestId('call').waitFor()));
  });
});
