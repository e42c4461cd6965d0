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
