import assert from 'node:assert/strict';
import { agreeIfAsked, waitForMovingPicture, type Person } from '../support/browsers.ts';
import { hears } from '../support/pageMedia.ts';
import { usePair } from '../support/pair.ts';

describe('a call answered with voice only', function () {
  this.timeout(120_000);
  let alice: Person;
  let bob: Person;

  usePair((pair) => ({ alice, bob } = pair));

  const badgeOf = (viewer: Person, attributes: string) =>
    viewer.page.locator(`[data-self="false"] [data-testid="security-badge"]${attributes}`);

  it('carries sound both ways and says that the camera is off', async () => {
    await alice.page.getByTestId('start-callee').fill('bob');
    await alice.page.getByTestId('start-call').click();
    await agreeIfAsked(alice.page, 'calling');
    await bob.page.getByRole('button', { name: 'Voice only' }).click();
    await agreeIfAsked(bob.page, 'call');
    await Promise.all([alice, bob].map(({ page }) => page.getByTestId('call').waitFor()));
    await Promise.all([alice, bob].map(({ page }) => hears(page)));
    await badgeOf(alice, '[data-status="unscored"][data-reason="camera_off"]').waitFor();
    await waitForMovingPicture(bob.page);
  });

  it('gets a picture when the camera is switched on later, which is then looked at', async () => {
    await bob.page.getByTestId('toggle-camera').click();
    await waitForMovingPicture(alice.page);
    await badgeOf(alice, ':not([data-reason="camera_off"]):not([data-reason="waiting"])').waitFor({ timeout: 15_000 });
  });

  it('ends with a closed page', async () => {
    await bob.page.goto('about:blank');
    await alice.page.getByTestId('home').waitFor({ timeout: 3_000 });
    assert.deepEqual(alice.complaints, []);
  });
});
