import type { Page } from 'playwright-core';
import { agreeIfAsked } from '../browsers.ts';
import { startMeeting } from '../meetings.ts';
import type { Cast } from './Cast.ts';
import { drawnPeople } from './drawnPeople.ts';

/** A meeting with a waiting room: a guest's way in, whoever waits, the host's side of both, and how it ends for a guest. */
export async function lobby(cast: Cast): Promise<void> {
  const { page } = cast.me;
  await page.goto(cast.options.url);
  await page.getByTestId('start-lobby').check();
  const link = await startMeeting(cast.me);
  const guestUrl = await inviteGuest(cast);
  const guest = await cast.stranger(drawnPeople.noor.look);
  await guest.goto(guestUrl);
  await guest.getByTestId('guest-name').fill('Noor');
  await cast.at('guest', guest);
  await guest.getByTestId('guest-submit').click();
  await knock(guest);
  await cast.at('lobby-guest', guest);
  await page.getByTestId('lobby-admit').waitFor();
  await cast.at('call-waiting', page);
  const member = cast.others[1]!.page;
  await member.goto(link);
  await knock(member);
  await cast.at('lobby-wait', member);
  await showPeople(page, true);
  await page.getByTestId('lobby-admit').nth(1).waitFor();
  await cast.at('call-people-waiting', page);
  for (let left = 2; left > 0; left--) await page.getByTestId('lobby-admit').first().click();
  await Promise.all([guest, member].map((p) => p.getByTestId('call').waitFor()));
  await guest.keyboard.press('h');
  await page.getByTestId('tile').getByTestId('hand').waitFor();
  await cast.at('call-people-hand', page);
  await page.getByTestId('person-menu').first().click();
  await page.getByRole('menu').waitFor();
  await cast.at('call-person-menu', page);
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.getByTestId('hang-up').click();
  await guest.getByTestId('hang-up').click();
  await guest.getByTestId('guest-ended').waitFor();
  await cast.at('guest-ended', guest);
  await member.getByTestId('hang-up').click();
  await guest.context().close();
}

/** The host's dialog with a guest link. @returns the link's address. */
async function inviteGuest(cast: Cast): Promise<string> {
  const { page } = cast.me;
  await showPeople(page, true);
  await page.getByTestId('invite-open').click();
  await page.getByTestId('guest-link-make').click();
  const made = page.getByTestId('guest-link');
  await made.waitFor();
  await cast.at('call-invite', page);
  const url = (await made.getAttribute('data-url')) ?? '';
  await page.keyboard.press('Escape');
  await showPeople(page, false);
  return url;
}

/** The panel's button opens and closes it, and so do other things, such as Esc. */
async function showPeople(page: Page, shown: boolean): Promise<void> {
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  if ((await page.getByTestId('person').count()) > 0 !== shown) await page.getByTestId('open-people').click();
}

async function knock(page: Page): Promise<void> {
  await agreeIfAsked(page, 'prejoin-join');
  await page.getByTestId('prejoin-join').click();
  await page.getByTestId('lobby').waitFor();
}
