import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, registerPerson, waitForMovingPicture, type Person } from '../support/browsers.ts';
import { enterMeeting, startMeeting } from '../support/meetings.ts';
import { ServerProcess } from '../support/serverProcess.ts';

/** Keeps the page's connections in reach, to read what really arrives. */
async function keepConnections(page: Page): Promise<void> {
  await page.addInitScript({
    content: `window.connections = [];
      window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...args) { super(...args); window.connections.push(this); }
      };`,
  });
}

/** Video packets of people that the page has got so far; the SFU's probing of the bandwidth is nobody's picture. */
async function videoPackets({ page }: Person): Promise<number> {
  return page.evaluate(async () => {
    const connections = Reflect.get(window, 'connections') as RTCPeerConnection[];
    let packets = 0;
    for (const connection of connections) {
      for (const report of (await connection.getStats()).values()) {
        const { type, kind, mid, packetsReceived } = report as RTCInboundRtpStreamStats;
        if (type === 'inbound-rtp' && kind === 'video' && mid !== 'probator') packets += packetsReceived ?? 0;
      }
    }
    return packets;
  });
}

describe('the host of a meeting in browsers', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let browser: Browser;
  let ada: Person;
  let omar: Person;

  before(async () => {
    server = await ServerProcess.start({ env: { WORKERS: '1' } });
    browser = await launchBrowser();
    ada = await registerPerson(browser, server.url, 'ada', { prepare: keepConnections });
    omar = await registerPerson(browser, server.url, 'omar', { locale: 'zh-CN' });
    await enterMeeting(omar, await startMeeting(ada));
    await waitForMovingPicture(ada.page);
    await ada.page.getByTestId('open-people').click();
  });

  after(async () => {
    await browser.close();
    await server.stop();
  });

  async function choose(item: string): Promise<void> {
    await ada.page.getByTestId('person-menu').click();
    await ada.page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  it('sees raised hands in the list and on the tile, and can lower them', async () => {
    await omar.page.keyboard.press('h');
    await ada.page.getByTestId('tile').getByTestId('hand').waitFor();
    await choose('Lower their hand');
    await ada.page.getByTestId('hand').waitFor({ state: 'detached' });
  });

  it('sees a reaction for a moment', async () => {
    await omar.page.getByTestId('more').click();
    await omar.page.getByTestId('react-clap').click();
    await ada.page.getByTestId('reaction').waitFor();
    await ada.page.getByTestId('reaction').waitFor({ state: 'detached', timeout: 8000 });
  });

  it('mutes somebody, who is told and may speak again', async () => {
    await choose('Mute');
    await omar.page.getByText('ada关闭了您的麦克风，您可以再打开。').first().waitFor();
    const mic = omar.page.getByTestId('toggle-mic');
    await mic.and(omar.page.locator('[data-off]')).waitFor();
    await mic.click();
    await mic.and(omar.page.locator(':not([data-off])')).waitFor();
  });

  it('mutes somebody who stays muted until he is let', async () => {
    await choose('Mute and keep muted');
    const mic = omar.page.getByTestId('toggle-mic');
    await mic.and(omar.page.locator('[data-off]')).waitFor();
    await mic.click();
    await omar.page.getByText('主持人暂时不让您打开麦克风').waitFor();
    await choose('Let them unmute');
    await omar.page.getByText('您可以打开麦克风了。').first().waitFor();
    assert.ok(await mic.and(omar.page.locator('[data-off]')).isVisible(), 'nothing opens a microphone from afar');
  });

  it('pauses a picture: nothing of it arrives any more, both are told, and it comes back', async () => {
    await choose('Pause their video');
    await ada.page.getByTestId('tile').getByText('Video paused by the host').waitFor();
    await omar.page.getByTestId('tile').getByText('其他人看不到您的画面').waitFor();
    // What was on its way at that moment may still arrive.
    await ada.page.waitForTimeout(500);
    const before = await videoPackets(ada);
    await ada.page.waitForTimeout(1500);
    assert.equal(await videoPackets(ada), before, 'no packet of a paused picture is forwarded');
    await choose('Let their video through');
    await waitForMovingPicture(ada.page);
  });

  it('removes somebody, who cannot come in again until that is undone', async () => {
    const link = ada.page.url();
    await choose('Remove from the call');
    await ada.page.getByTestId('remove-confirm').click();
    await omar.page.getByTestId('home').waitFor();
    await omar.page.getByText('主持人把您移出了通话').first().waitFor();
    await omar.page.goto(link);
    await omar.page.getByTestId('not-found').getByText('主持人已把您移出这场通话。').waitFor();
    await ada.page.getByTestId('let-in-again').click();
    await ada.page.getByTestId('let-in-again').waitFor({ state: 'detached' });
    await enterMeeting(omar, link);
    await ada.page.locator('[data-testid="tile"][data-self="false"]').waitFor();
  });

  it('hands the meeting over', async () => {
    await choose('Make them the host');
    await ada.page.getByTestId('person-menu').waitFor({ state: 'detached' });
    await omar.page.getByTestId('open-people').click();
    await omar.page.getByTestId('person-menu').waitFor();
  });

  it('has made no page complain', () => {
    assert.deepEqual([...ada.complaints, ...omar.complaints], []);
  });
});
