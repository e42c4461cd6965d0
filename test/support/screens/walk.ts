import { agreeIfAsked } from '../browsers.ts';
import { enterMeeting } from '../meetings.ts';
import { clear, looped, ownClear, unsure } from './assessments.ts';
import { Cast, type CastOptions } from './Cast.ts';
import { drawnPeople } from './drawnPeople.ts';
import { checks } from './walkChecks.ts';
import { lobby } from './walkLobby.ts';

/**
 * Goes through every screen of the page, as people would come to them, and calls `visit` at each.
 *
 * @returns What was wrong on the way: errors in consoles, breaches of the security policy, requests to other hosts.
 */
export async function walkScreens(options: CastOptions): Promise<string[]> {
  const cast = new Cast(options);
  for (const part of [doors, direct, checks, incoming, meeting, lobby, places, elsewhere]) await part(cast);
  await cast.close();
  return cast.complaints;
}

/** Before signing in: the two forms, a refusal, and home with nobody in it. */
async function doors(cast: Cast): Promise<void> {
  const { url, locale } = cast.options;
  const page = await cast.stranger();
  await page.goto(url);
  await page.getByTestId('auth-username').fill('linyue');
  await cast.at('sign-in', page);
  await page.getByTestId('auth-password').fill('wrong password');
  await page.getByTestId('auth-submit').click();
  await page.getByTestId('auth-error').waitFor();
  await cast.at('sign-in-wrong', page);
  await page.getByTestId('auth-toggle').click();
  await cast.at('register', page);
  await page.context().close();
  await cast.signIn(locale === 'zh-CN' ? drawnPeople.linyue : drawnPeople.ada, drawnPeople.omar);
  await cast.at('home-empty', cast.me.page);
}

/** A call to one person: the question, ringing, the call with its cards and panels, a lost connection, the end. */
async function direct(cast: Cast): Promise<void> {
  const { page, link } = cast.me;
  const omar = cast.others[0]!;
  await page.getByTestId('start-callee').fill(omar.name);
  await page.getByTestId('start-call').click();
  await page.getByTestId('consent').waitFor();
  await cast.at('consent', page);
  await page.getByTestId('consent-accept').click();
  await page.getByTestId('calling').waitFor();
  await cast.at('calling', page);
  await omar.page.getByTestId('incoming-accept').click();
  await agreeIfAsked(omar.page, 'call');
  await page.getByTestId('call').waitFor();
  const peer = (await cast.peers(1))[0]!;
  link.say(peer, clear);
  link.say(await cast.ownPeer(), ownClear);
  await page.locator('[data-testid="security-badge"][data-status="safe"]').waitFor();
  await cast.pictures();
  await cast.at('call-1to1', page);
  await page.getByTestId('security-badge').click();
  await page.getByTestId('call-badge-card').waitFor();
  await cast.at('call-badge-card', page);
  await page.keyboard.press('Escape');
  await page.getByTestId('more').click();
  await page.getByRole('menu').waitFor();
  await cast.at('call-more', page);
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await cast.at('call-keys', page);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  link.say(peer, looped);
  await page.locator('[data-testid="security-badge"][data-status="risk"]').waitFor();
  await cast.at('call-risk', page);
  await page.keyboard.press('i');
  await page.getByRole('complementary').waitFor();
  await cast.at('call-risk-panel', page);
  await page.keyboard.press('i');
  link.say(peer, clear);
  link.cut();
  await page.locator('[data-reason="network_lost"]').first().waitFor();
  await cast.at('call-reconnecting', page);
  link.mend();
  await page.locator('[data-testid="security-badge"][data-status="safe"]').waitFor({ timeout: 30_000 });
}

async function incoming(cast: Cast): Promise<void> {
  const { me } = cast;
  const omar = cast.others[0]!;
  await me.page.getByTestId('hang-up').click();
  await me.page.getByTestId('home').waitFor();
  await cast.at('call-ended', me.page);
  await omar.page.getByTestId('start-callee').fill(me.name);
  await omar.page.getByTestId('start-call').click();
  await me.page.getByTestId('incoming-call').waitFor();
  await cast.at('incoming', me.page);
  await me.page.getByTestId('incoming-decline').click();
  await me.page.getByTestId('incoming-call').waitFor({ state: 'detached' });
  await omar.page.getByTestId('home').waitFor();
}

/** A meeting: its door, alone in it, a grid, its panels, a shared screen. */
async function meeting(cast: Cast): Promise<void> {
  const { page, link } = cast.me;
  cast.others.push(await cast.enter(drawnPeople.chenmo), await cast.enter(drawnPeople.mira));
  await page.getByTestId('start-meeting').click();
  await page.getByTestId('prejoin-join').waitFor();
  await page.locator('video').first().waitFor();
  await cast.at('pre-join', page);
  await page.getByTestId('prejoin-join').click();
  await page.getByTestId('call').waitFor();
  await cast.at('call-alone', page);
  for (const person of cast.others) await enterMeeting(person, page.url());
  const [omar, chenmo, mira] = await cast.peers(3);
  link.say(omar!, clear);
  link.say(chenmo!, { ...clear, assurance: 'verified', verifiedAt: new Date().toISOString(), confidence: 0.8 });
  link.say(mira!, unsure);
  link.say(await cast.ownPeer(), ownClear);
  await page.locator('[data-testid="security-badge"][data-status="undetermined"]').waitFor();
  await page.locator('[data-testid="tile"][data-self="true"] [data-status="safe"]').waitFor();
  await cast.pictures();
  await cast.at('call-grid', page);
  await page.keyboard.press('g');
  await cast.at('call-spotlight', page);
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.getByRole('complementary').waitFor();
  await cast.at('call-people', page);
  await page.keyboard.press('i');
  await cast.at('call-security', page);
  await page.keyboard.press('i');
  await chat(cast);
  const sharer = cast.others[0]!.page;
  await sharer.getByTestId('share-screen').click();
  await page.locator('figure video').waitFor();
  await cast.at('call-share', page);
  // Meanwhile the sharer's bar has come to rest: a press without a movement before it would only wake it.
  await sharer.mouse.move(300, 300);
  await sharer.mouse.move(340, 320);
  await sharer.getByTestId('share-screen').click();
  await page.locator('figure video').waitFor({ state: 'detached' });
  await page.getByTestId('hang-up').click();
  await page.getByTestId('home').waitFor();
  for (const person of cast.others) await person.page.getByTestId('hang-up').click();
}

async function chat(cast: Cast): Promise<void> {
  const { page } = cast.me;
  const said = {
    'zh-CN': ['上线前还差接口文档。', '我下午发，草稿在 https://example.org/plan', '好的，谢谢。'],
    'en-US': [
      'We still need the API notes.',
      'I will send them this afternoon: https://example.org/plan',
      'Fine, thanks.',
    ],
  }[cast.options.locale];
  for (const writer of [page, cast.others[0]!.page]) {
    await writer.keyboard.press('c');
    await writer.getByTestId('chat-input').waitFor();
  }
  const writers = [cast.me, cast.others[0]!, cast.others[0]!];
  for (const [index, text] of said.entries()) {
    const writer = writers[index]!.page;
    const field = writer.getByTestId('chat-input');
    await field.fill(text);
    await field.press('Enter');
    await page.getByTestId('chat-message').nth(index).waitFor();
  }
  await cast.at('call-chat', page);
  await page.getByRole('complementary').getByRole('button').first().click();
}

/** The places outside calls, with something in them. */
async function places(cast: Cast): Promise<void> {
  const { page } = cast.me;
  const { url } = cast.options;
  await page.goto(url);
  await page.getByTestId('history-item').first().waitFor();
  await cast.at('home', page);
  await page.getByTestId('nav-history').click();
  await page.getByTestId('history-item').first().waitFor();
  await cast.at('history', page);
  await page.getByTestId('history-item').last().click();
  await page.getByTestId('call-details').waitFor();
  await cast.at('call-details', page);
  const tables = page.locator('button[aria-pressed="false"]');
  while ((await tables.count()) > 0) await tables.first().click();
  await cast.at('call-details-tables', page);
  await page.getByTestId('nav-network').click();
  await page.locator('[data-testid="network"]:not([data-verdict="running"])').waitFor({ timeout: 60_000 });
  await cast.at('network-test', page);
  await page.getByTestId('nav-settings').click();
  await page.getByTestId('settings').waitFor();
  await cast.at('settings', page);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await cast.at('settings-bottom', page);
  await page.goto(`${url}/m/AAAAAAAAAAAAAAAAAAAAAA`);
  await page.getByTestId('not-found').waitFor();
  await cast.at('call-not-found', page);
  await page.goto(`${url}/nowhere`);
  await page.getByTestId('not-found').waitFor();
  await cast.at('page-not-found', page);
}

/** For administrators, and without a server. */
async function elsewhere(cast: Cast): Promise<void> {
  const { page, name, context } = cast.me;
  const { url, makeAdmin } = cast.options;
  await makeAdmin(name);
  await page.goto(`${url}/admin`);
  await page.getByTestId('admin').waitFor();
  await page.getByTestId('admin-health').waitFor();
  await cast.at('admin', page);
  await page.goto(url);
  await page.getByTestId('home').waitFor();
  await context.setOffline(true);
  await page.getByTestId('offline').waitFor();
  await cast.at('offline', page);
  await context.setOffline(false);
}
