import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { agreeIfAsked, callAndAnswer, launchBrowser, registerPerson, type Person } from '../support/browsers.ts';
import { ServerProcess } from '../support/serverProcess.ts';

describe('ringing a third person into a call of two, in browsers', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let browser: Browser;
  let people: [Person, Person, Person];

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    people = [
      await registerPerson(browser, server.url, 'ada'),
      await registerPerson(browser, server.url, 'omar'),
      await registerPerson(browser, server.url, 'noor', { locale: 'zh-CN' }),
    ];
    await callAndAnswer(people[0], people[1]);
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  async function ring(): Promise<void> {
    const { page } = people[0];
    await page.getByTestId('open-people').click();
    await page.getByTestId('invite-open').click();
    await page.getByTestId('ring-search').fill('noor');
    await page.getByTestId('ring-person').click();
  }

  it('tells whoever rang that the other cannot talk now', async () => {
    await ring();
    await people[2].page.getByTestId('incoming-decline').click();
    await people[0].page.getByTestId('invite').getByText('Cannot talk now').waitFor();
  });

  it('makes a meeting of it when the third comes, which goes on when one of the two leaves', async () => {
    const [ada, omar, noor] = people;
    await ada.page.getByTestId('ring-person').click();
    assert.match(await noor.page.getByTestId('incoming-call').innerText(), /ada/);
    await noor.page.getByTestId('incoming-accept').click();
    await agreeIfAsked(noor.page, 'call');
    for (const { page } of people) {
      await page.locator('[data-testid="tile"][data-self="false"]').nth(1).waitFor({ state: 'attached' });
    }
    await ada.page.keyboard.press('Escape');
    await omar.page.getByTestId('hang-up').click();
    await omar.page.getByTestId('home').waitFor();
    await ada.page.locator('[data-testid="tile"][data-self="false"]').nth(1).waitFor({ state: 'detached' });
    assert.ok(await noor.page.getByTestId('call').isVisible());
  });

  it('has made no page complain', () => {
    assert.deepEqual(
      people.flatMap((p) => p.complaints),
      [],
    );
  });
});
