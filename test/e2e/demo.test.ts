import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { Credentials } from '../../scripts/demo/Account.ts';
import { agreeIfAsked, launchBrowser, openSignIn, waitForMovingPicture, type Person } from '../support/browsers.ts';
import { hears } from '../support/pageMedia.ts';
import { ServerProcess } from '../support/serverProcess.ts';

const badge = '[data-self="false"] [data-testid="security-badge"]';

describe('npm run demo', function () {
  this.timeout(120_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });

  after(async () => {
    await browser.close();
  });

  /** Starts the demo, signs in as it says and calls the colleague. */
  async function visit(args: string[], test: (visitor: Person) => Promise<void>): Promise<void> {
    const demo = await ServerProcess.start({
      env: { WORKERS: '1' },
      nodeArgs: ['--import', 'tsx'],
      program: ['scripts/demo.ts', ...args],
    });
    try {
      const made = await readFile(join(demo.dataDir, 'demo-accounts.json'), 'utf8');
      const [robin, login] = JSON.parse(made) as [Credentials, Credentials];
      assert.ok(demo.logLines.some((line) => line.includes(login.password)));
      const visitor = await openSignIn(browser, demo.url, login.username);
      await visitor.page.getByTestId('auth-username').fill(login.username);
      await visitor.page.getByTestId('auth-password').fill(login.password);
      await visitor.page.getByTestId('auth-submit').click();
      await visitor.page.getByTestId('start-callee').fill(robin.username);
      await visitor.page.getByTestId('start-call').click();
      await agreeIfAsked(visitor.page, 'calling');
      await visitor.page.getByTestId('call').waitFor();
      await test(visitor);
      await visitor.context.close();
    } finally {
      await demo.stop();
    }
  }

  it('answers with a moving, lively picture and a sound, twice', async () => {
    await visit([], async ({ page, complaints }) => {
      assert.deepEqual(await waitForMovingPicture(page), { width: 640, height: 360 });
      await hears(page);
      await page.locator(`${badge}[data-status="safe"][data-assurance="passive"]`).waitFor({ timeout: 30_000 });
      await page.getByTestId('hang-up').click();
      await page.getByTestId('home').waitFor();
      await page.getByTestId('start-callee').fill('robin');
      await page.getByTestId('start-call').click();
      await page.getByTestId('call').waitFor();
      await waitForMovingPicture(page);
      assert.deepEqual(complaints, []);
    });
  });

  it('makes the server raise its hand with --frozen', async () => {
    await visit(['--frozen'], async ({ page }) => {
      await page.locator(`${badge}[data-status="risk"]`).waitFor({ timeout: 45_000 });
    });
  });
});
