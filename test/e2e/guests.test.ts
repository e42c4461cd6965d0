import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { agreeIfAsked, launchBrowser, registerPerson, waitForMovingPicture, type Person } from '../support/browsers.ts';
import { startMeeting } from '../support/meetings.ts';
import { ServerProcess } from '../support/serverProcess.ts';

describe('a guest in browsers', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let browser: Browser;
  let ada: Person;
  let mira: Page;
  let guestUrl: string;
  const complaints: string[] = [];

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    ada = await registerPerson(browser, server.url, 'ada');
    const context = await browser.newContext({
      viewport: { width: 360, height: 740 },
      locale: 'zh-CN',
      permissions: ['camera', 'microphone'],
    });
    mira = await context.newPage();
    mira.on('pageerror', (error) => complaints.push(error.message));
    await startMeeting(ada);
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  it('is invited by a link that the host makes', async () => {
    await ada.page.getByTestId('open-people').click();
    await ada.page.getByTestId('invite-open').click();
    await ada.page.getByTestId('guest-link-make').click();
    guestUrl = (await ada.page.getByTestId('guest-link').getAttribute('data-url')) ?? '';
    assert.match(guestUrl, /\/g\/[\w-]{48}$/);
    await ada.page.keyboard.press('Escape');
  });

  it('comes with a name only, which is not the host’s, and waits', async () => {
    await mira.goto(guestUrl);
    await mira.getByTestId('guest-name').fill('Αda');
    await mira.getByTestId('guest-submit').click();
    await mira.getByText('这个名字和会议里一位成员的太像').waitFor();
    await mira.getByTestId('guest-name').fill('Mira');
    await mira.getByTestId('guest-submit').click();
    await agreeIfAsked(mira, 'prejoin-join');
    await mira.getByTestId('prejoin-join').click();
    assert.match(await mira.getByTestId('lobby').innerText(), /您以访客身份加入[\s\S]*“Mira · 访客，名字未核实”/);
  });

  it('is let in, and is marked as a guest on the plate and in the panels', async () => {
    const { page } = ada;
    assert.match(
      await page.locator('section', { hasText: 'Waiting 1' }).innerText(),
      /Mira\s+Guest, name not verified/,
    );
    await page.getByTestId('lobby-admit').click();
    await mira.getByTestId('call').waitFor();
    await Promise.all([page, mira].map((p) => waitForMovingPicture(p, 40_000)));
    assert.match(await page.locator('[data-testid="tile"][data-self="false"]').innerText(), /Mira\s*Guest/);
    assert.match(await page.getByRole('complementary').innerText(), /Mira[\s\S]*Guest, name not verified/);
  });

  it('goes on as the same guest after a reload, and has no other place on the page', async () => {
    await mira.reload();
    await mira.getByTestId('prejoin-join').click();
    await mira.getByTestId('call').waitFor();
    await mira.getByTestId('hang-up').click();
    await mira.getByTestId('guest-ended').waitFor();
    await mira.goto(`${server.url}/history`);
    await mira.waitForURL(/\/m\//);
    await mira.getByTestId('prejoin-join').click();
    await mira.getByTestId('call').waitFor();
  });

  it('stands in the record as a guest once the host has ended the meeting for everybody', async () => {
    await ada.page.getByRole('button', { name: 'Leave or end for everyone' }).click();
    await ada.page.getByRole('menuitem', { name: 'End for everyone' }).click();
    await mira.getByTestId('guest-ended').waitFor();
    await ada.page.getByTestId('home').waitFor();
    await ada.page.getByTestId('history-item').first().click();
    await ada.page.getByTestId('call-details').getByText('Mira (guest)').first().waitFor();
  });

  it('finds the link closed once the meeting is over', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(guestUrl);
    await page.getByTestId('not-found').waitFor();
    await context.close();
  });

  it('has made no page complain', () => {
    assert.deepEqual([...ada.complaints, ...complaints], []);
  });
});
