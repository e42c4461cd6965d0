import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import {
  callAndAnswer,
  launchBrowser,
  registerPerson,
  waitForMovingPicture,
  type Person,
} from '../support/browsers.ts';
import { hears } from '../support/pageMedia.ts';
import { ServerProcess } from '../support/serverProcess.ts';
import { speechFile } from '../support/speech.ts';
import { en } from '../../web/src/words/en.ts';

describe('devices in a call', function () {
  this.timeout(120_000);
  let server: ServerProcess;
  let browser: Browser;
  let speech: Awaited<ReturnType<typeof speechFile>>;
  let alice: Person;
  let bob: Person;

  before(async () => {
    [server, speech] = await Promise.all([ServerProcess.start({ env: { WORKERS: '1' } }), speechFile()]);
    browser = await launchBrowser({
      microphone: speech.path,
      args: ['--use-fake-device-for-media-stream=device-count=2'],
    });
    [alice, bob] = await Promise.all([
      registerPerson(browser, server.url, 'alice'),
      registerPerson(browser, server.url, 'bob'),
    ]);
    await callAndAnswer(alice, bob);
    await waitForMovingPicture(bob.page);
    // He has the same microphone. Heard by her, it would make her own an echo, which the browser takes away.
    await bob.page.getByTestId('toggle-mic').click();
  });

  after(async () => {
    await browser.close();
    await server.stop();
    await speech.remove();
  });

  const tileOfAlice = (): Locator => bob.page.locator('[data-testid="tile"][data-self="false"]');
  const mutedTile = (): Locator => tileOfAlice().and(bob.page.locator(`[aria-label*="${en.call.muted}"]`));
  const hint = (): Locator => alice.page.getByTestId('talk-hint');

  async function choose(menu: string, device: string | RegExp): Promise<void> {
    await alice.page.getByRole('button', { name: menu }).click();
    await alice.page.getByRole('menuitemradio', { name: device }).last().click();
  }

  const ownCamera = () =>
    alice.page
      .locator('[data-self="true"] video')
      .evaluate((video) => ((video as HTMLVideoElement).srcObject as MediaStream).getVideoTracks()[0]?.label ?? '');

  it('changes the camera without the others losing it, and remembers it for the account', async () => {
    const video = tileOfAlice().locator('video');
    await video.evaluate((element) => (element.dataset.mark = 'before'));
    const label = await ownCamera();
    const other = label.endsWith('0') ? 'fake_device_1' : 'fake_device_0';
    await choose(en.call.chooseCamera, other);
    await alice.page.waitForFunction(
      (wanted) => {
        const own = document.querySelector<HTMLVideoElement>('[data-self="true"] video')?.srcObject;
        return own instanceof MediaStream && own.getVideoTracks()[0]?.label === wanted;
      },
      other,
      { timeout: 10_000 },
    );
    await waitForMovingPicture(bob.page);
    assert.equal(await video.getAttribute('data-mark'), 'before');
    const kept = await alice.page.evaluate(() =>
      Object.entries(localStorage).filter(([key]) => key.startsWith('veritalk.media.')),
    );
    assert.equal(kept.length, 1);
    assert.match(kept[0]?.[1] as string, /"camera":"[^"]+"/);
  });

  it('changes the microphone, and is heard with it', async () => {
    await choose(en.call.chooseMic, 'Fake Audio Input 2');
    await hears(bob.page);
    assert.equal(await mutedTile().count(), 0);
  });

  it('falls back to another camera when the one in use goes, and says so', async () => {
    const gone = await ownCamera();
    await alice.page.locator('[data-self="true"] video').evaluate((video) => {
      const [track] = ((video as HTMLVideoElement).srcObject as MediaStream).getVideoTracks();
      track?.stop();
      // Browsers fire this when the device goes, not when the page itself stops the track.
      track?.dispatchEvent(new Event('ended'));
    });
    await alice.page.getByText('Camera unplugged, using').waitFor({ timeout: 5_000 });
    await waitForMovingPicture(bob.page);
    assert.notEqual(gone, '');
    assert.equal(await tileOfAlice().locator('video').getAttribute('data-mark'), 'before');
  });

  it('says that one talks while the microphone is off, and sends nothing of it', async () => {
    await alice.page.getByTestId('toggle-mic').click();
    await mutedTile().waitFor();
    await hint().getByText(en.call.talkingMuted).waitFor({ timeout: 10_000 });
    assert.equal(await mutedTile().count(), 1);
  });

  it('is heard while Space is held, and only then', async () => {
    await alice.page.keyboard.down('Space');
    await hint().getByText(en.call.pushToTalk).waitFor();
    await mutedTile().waitFor({ state: 'detached', timeout: 5_000 });
    await hears(bob.page);
    await alice.page.keyboard.up('Space');
    await mutedTile().waitFor({ timeout: 5_000 });
    assert.equal(await hint().getByText(en.call.pushToTalk).count(), 0);
  });

  it('frees the microphone that is off once the hint is not wanted any more', async () => {
    await alice.page.getByRole('button', { name: en.call.chooseMic }).click();
    await alice.page.getByRole('menuitemcheckbox', { name: en.settings.mutedHint }).click();
    await hint().getByText(en.call.talkingMuted).waitFor({ state: 'detached', timeout: 8_000 });
    await alice.page.getByTestId('toggle-mic').click();
    await mutedTile().waitFor({ state: 'detached' });
    await hears(bob.page);
  });

  it('floats above other windows on wish, with the plate and the buttons', async () => {
    await alice.page.getByTestId('more').click();
    const [floating] = await Promise.all([
      alice.context.waitForEvent('page'),
      alice.page.getByRole('menuitem', { name: en.call.float }).click(),
    ]);
    await floating.getByTestId('floating').locator('video').waitFor();
    assert.equal(await floating.getByTestId('security-badge').count(), 1);
    await floating.getByTestId('toggle-mic').click();
    await mutedTile().waitFor({ timeout: 5_000 });
    await floating.close();
  });

  it('has made no page complain', () => {
    assert.deepEqual([...alice.complaints, ...bob.complaints], []);
  });
});
