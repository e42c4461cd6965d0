import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { en } from '../../web/src/words/en.ts';
import { agreeIfAsked, launchBrowser, mediaFile, registerPerson, type Person } from '../support/browsers.ts';
import { installLitCamera, lightCamera } from '../support/litCamera.ts';
import { ServerProcess } from '../support/serverProcess.ts';

const photo = mediaFile('photos/human_person-linda.jpg');

describe('light check in a browser', function () {
  this.timeout(180_000);
  let server: ServerProcess;
  let browser: Browser;
  let host: Person;
  let asked: Person;

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    [host, asked] = await Promise.all([
      registerPerson(browser, server.url, 'light-host'),
      registerPerson(browser, server.url, 'light-asked', { prepare: (page) => installLitCamera(page, photo) }),
    ]);
    await host.page.getByTestId('start-callee').fill(asked.name);
    await host.page.getByTestId('start-call').click();
    await agreeIfAsked(host.page, 'calling');
    await asked.page.getByTestId('incoming-accept').click();
    await agreeIfAsked(asked.page, 'call');
    await Promise.all([host, asked].map(({ page }) => page.getByTestId('call').waitFor()));
    await lightCamera(asked.page, 'none');
    await badge('[data-status]:not([data-reason="waiting"])');
    await host.page.getByTestId('open-security').click();
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  async function badge(selector: string): Promise<void> {
    await host.page
      .locator(`[data-self="false"] [data-testid="security-badge"]${selector}`)
      .waitFor({ timeout: 30_000 });
  }

  /** The host asks, and the invitation is on the other's page. */
  async function invite(): Promise<void> {
    await host.page.getByTestId('verify-peer').click();
    await asked.page.getByTestId('challenge-accept').waitFor();
  }

  function result(wanted: string): Locator {
    return asked.page.locator(`[data-testid="challenge-result"][data-result="${wanted}"]`);
  }

  /** Accepts, and gives what the check ended with. */
  async function accept(): Promise<string | null> {
    await asked.page.getByTestId('challenge-accept').click();
    await asked.page.locator('[data-panel="left"]').waitFor({ state: 'attached' });
    const ended = asked.page.getByTestId('challenge-result');
    await ended.waitFor({ timeout: 40_000 });
    return ended.getAttribute('data-result');
  }

  /**
   * The check runs, and ends like this; the host has it in a line. On a busy machine key frames are few and paints late:
   * then it is asked for again, and what was gathered counts.
   */
  async function runsTo(wanted: 'passed' | 'failed' | 'inconclusive'): Promise<void> {
    await invite();
    let ended = await accept();
    for (let tries = 1; ended !== wanted && tries < 3; tries++) {
      assert.ok(ended === 'inconclusive' || ended === 'not_done', `${ended} instead of ${wanted}`);
      await asked.page.keyboard.press('Escape');
      await invite();
      ended = await accept();
    }
    assert.equal(ended, wanted);
    await host.page.getByText(en.challenge.line.light[wanted]).first().waitFor();
  }

  it('may be refused, with nothing but that it was not done', async () => {
    await invite();
    await asked.page.getByTestId('challenge-refuse').click();
    await result('not_done').waitFor();
    await host.page.getByText(en.challenge.line.light.not_done).first().waitFor();
    await asked.page.getByTestId('challenge-close').click();
    await asked.page.getByTestId('challenge').waitFor({ state: 'detached' });
    await badge(':not([data-status="risk"])');
  });

  it('cannot tell where the light does not show, and says what helps', async () => {
    await runsTo('inconclusive');
    await badge(':not([data-assurance="verified"])');
  });

  it('stops at Escape', async () => {
    await asked.page.getByTestId('challenge-retry').click();
    await asked.page.locator('[data-panel="left"]').waitFor({ state: 'attached' });
    await asked.page.keyboard.press('Escape');
    await result('not_done').waitFor();
    await asked.page.getByTestId('challenge-close').click();
  });

  if (photo === null) {
    it('has no photo of a face beside the checkout to pass or fail with', () => {
      assert.equal(photo, null);
    });
    return;
  }

  it('passes a face that follows the light, and gives the tick to its picture', async () => {
    await lightCamera(asked.page, 'all');
    await runsTo('passed');
    await badge('[data-status="safe"][data-assurance="verified"]');
    await asked.page.getByTestId('challenge-close').click();
  });

  it('fails a face that does not follow what everything around it follows', async () => {
    await lightCamera(asked.page, 'around');
    await runsTo('failed');
    await badge('[data-status="risk"]');
    await asked.page.getByTestId('challenge-review').click();
    await asked.page.getByTestId('challenge').waitFor({ state: 'detached' });
    assert.deepEqual([...host.complaints, ...asked.complaints], []);
  });
});
