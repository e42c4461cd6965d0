import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type { NetworkProbe } from '../../src/protocol/rest.ts';
import { launchBrowser, registerPerson } from '../support/browsers.ts';
import { ServerProcess } from '../support/serverProcess.ts';

describe('the network test', function () {
  this.timeout(60_000);
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    ({ page, complaints } = await registerPerson(browser, server.url, 'alice'));
  });
  after(async () => {
    await browser.close();
    await server.stop();
  });

  const row = (text: string) => page.getByTestId('network').locator('tr', { hasText: text });

  it('finds that UDP and TCP work, with their times', async () => {
    await page.getByTestId('nav-network').click();
    await page.locator('[data-testid="network"][data-verdict="good"]').waitFor({ timeout: 20_000 });
    for (const path of [`UDP ${server.rtcPort}`, `TCP ${server.rtcPort}`]) {
      assert.equal(await row(path).getAttribute('data-state'), 'works');
      assert.match((await row(path).textContent()) ?? '', /\d+ ms/);
    }
    assert.match((await row(`UDP ${server.rtcPort}`).textContent()) ?? '', /0 %/);
    assert.deepEqual(complaints, []);
  });

  it('says that calls go over TCP where UDP does not get through, and tells the administrator what to open', async () => {
    await page.route('**/network-check', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as NetworkProbe;
      if (body.protocol === 'udp') for (const candidate of body.candidates) candidate.port = 9;
      await route.fulfill({ response, json: body });
    });
    await page.getByRole('button', { name: 'Test again' }).click();
    await page.locator('[data-testid="network"][data-verdict="tcp"]').waitFor({ timeout: 25_000 });
    assert.equal(await row(`UDP ${server.rtcPort}`).getAttribute('data-state'), 'blocked');
    await page.getByText(`opening UDP ${server.rtcPort} to 127.0.0.1`).waitFor();
    await page.getByRole('button', { name: 'Copy results' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, new RegExp(`UDP ${server.rtcPort} · Blocked`));
    assert.match(copied, new RegExp(`TCP ${server.rtcPort} · Works`));
  });
});
