import type { Browser, Page } from 'playwright-core';
import type { Assessment } from '../../../src/protocol/assessment.ts';
import { agreeIfAsked, registerPerson, type Person } from '../browsers.ts';
import { enterMeeting } from '../meetings.ts';
import { drawLook, drawnPeople, type DrawnPerson } from './drawnPeople.ts';
import { ScriptedLink } from './ScriptedLink.ts';

export type Locale = 'zh-CN' | 'en-US';

export interface WalkOptions {
  browser: Browser;
  url: string;
  locale: Locale;
  /** Called at each screen; may change the window and the colours, not the state. */
  visit: (name: string, page: Page) => Promise<void>;
  /** Part of a screen's name; only screens that have it are visited. */
  only?: string;
}

/**
 * Goes through every screen of the page, as people would come to them, and calls `visit` at each.
 *
 * @returns What was wrong on the way: errors in consoles, breaches of the security policy, requests to other hosts.
 */
export async function walkScreens(options: WalkOptions): Promise<string[]> {
  const walk = new Walk(options);
  await walk.doors();
  await walk.direct();
  await walk.incoming();
  await walk.meeting();
  await walk.places();
  await walk.close();
  return walk.complaints;
}

interface Actor extends Person {
  link: ScriptedLink;
}

const clear: Pick<Assessment, 'status' | 'assurance' | 'risk' | 'confidence' | 'causes'> = {
  status: 'safe',
  assurance: 'passive',
  risk: 0.1,
  confidence: 0.5,
  causes: [
    { analyzer: 'face_presence', outcome: 'fine', code: 'ok' },
    { analyzer: 'stream_integrity', outcome: 'fine', code: 'ok' },
    { analyzer: 'identity_continuity', outcome: 'fine', code: 'ok' },
    { analyzer: 'illumination', outcome: 'not_looked', code: 'not_done' },
  ],
};

const looped: typeof clear = {
  ...clear,
  status: 'risk',
  assurance: 'none',
  risk: 0.9,
  confidence: 0.8,
  causes: [{ analyzer: 'stream_integrity', outcome: 'found', code: 'looped' }, ...clear.causes.slice(0, 1)],
};

declare global {
  interface Window {
    policyBroken?: (what: string) => void;
  }
}

class Walk {
  readonly #options: WalkOptions;
  readonly #suffix: string;
  readonly complaints: string[] = [];
  #me: Actor | null = null;
  #others: Actor[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#suffix = options.locale === 'zh-CN' ? 'zh' : 'en';
  }

  /** Before signing in: the two forms, a refusal, and home with nobody in it. */
  async doors(): Promise<void> {
    const { browser, url, locale } = this.#options;
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale });
    const page = await context.newPage();
    await this.#watch(page);
    await page.goto(url);
    await page.getByTestId('auth-username').fill('linyue');
    await this.#at('sign-in', page);
    await page.getByTestId('auth-password').fill('wrong password');
    await page.getByTestId('auth-submit').click();
    await page.getByTestId('auth-error').waitFor();
    await this.#at('sign-in-wrong', page);
    await page.getByTestId('auth-toggle').click();
    await this.#at('register', page);
    await context.close();
    const [me, omar] = await Promise.all([
      this.#enter(locale === 'zh-CN' ? drawnPeople.linyue : drawnPeople.ada),
      this.#enter(drawnPeople.omar),
    ]);
    this.#me = me;
    this.#others = [omar];
    await this.#at('home-empty', me.page);
  }

  /** A call to one person: the question, ringing, the call with its cards and panels, a lost connection, the end. */
  async direct(): Promise<void> {
    const me = this.#required;
    const omar = this.#others[0]!;
    const { page } = me;
    await page.getByTestId('start-callee').fill(omar.name);
    await page.getByTestId('start-call').click();
    await page.getByTestId('consent').waitFor();
    await this.#at('consent', page);
    await page.getByTestId('consent-accept').click();
    await page.getByTestId('calling').waitFor();
    await this.#at('calling', page);
    await omar.page.getByTestId('incoming-accept').click();
    await agreeIfAsked(omar.page, 'call');
    await page.getByTestId('call').waitFor();
    const peer = (await this.#peers(1))[0]!;
    me.link.say(peer, clear);
    await page.locator('[data-testid="security-badge"][data-status="safe"]').waitFor();
    await this.#pictures();
    await this.#at('call-1to1', page);
    await page.getByTestId('security-badge').click();
    await page.getByTestId('call-badge-card').waitFor();
    await this.#at('call-badge-card', page);
    await page.keyboard.press('Escape');
    await page.getByTestId('more').click();
    await page.getByRole('menu').waitFor();
    await this.#at('call-more', page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await this.#at('call-keys', page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    me.link.say(peer, looped);
    await page.locator('[data-testid="security-badge"][data-status="risk"]').waitFor();
    await this.#at('call-risk', page);
    await page.keyboard.press('i');
    await page.getByRole('complementary').waitFor();
    await this.#at('call-risk-panel', page);
    await page.keyboard.press('i');
    me.link.say(peer, clear);
    me.link.cut();
    await page.locator('[data-reason="network_lost"]').first().waitFor();
    await this.#at('call-reconnecting', page);
    me.link.mend();
    await page.locator('[data-testid="security-badge"][data-status="safe"]').waitFor({ timeout: 30_000 });
    await page.getByTestId('hang-up').click();
    await page.getByTestId('home').waitFor();
    await this.#at('call-ended', page);
  }

  async incoming(): Promise<void> {
    const me = this.#required;
    const omar = this.#others[0]!;
    await omar.page.getByTestId('start-callee').fill(me.name);
    await omar.page.getByTestId('start-call').click();
    await me.page.getByTestId('incoming-call').waitFor();
    await this.#at('incoming', me.page);
    await me.page.getByTestId('incoming-decline').click();
    await me.page.getByTestId('incoming-call').waitFor({ state: 'detached' });
    await omar.page.getByTestId('home').waitFor();
  }

  /** A meeting: its door, alone in it, a grid, its panels, a shared screen. */
  async meeting(): Promise<void> {
    const { page, link } = this.#required;
    this.#others.push(await this.#enter(drawnPeople.chenmo), await this.#enter(drawnPeople.mira));
    await page.getByTestId('start-meeting').click();
    await page.getByTestId('prejoin-join').waitFor();
    await page.locator('video').first().waitFor();
    await this.#at('pre-join', page);
    await page.getByTestId('prejoin-join').click();
    await page.getByTestId('call').waitFor();
    await this.#at('call-alone', page);
    for (const person of this.#others) await enterMeeting(person, page.url());
    const [omar, chenmo, mira] = await this.#peers(3);
    link.say(omar!, clear);
    link.say(chenmo!, { ...clear, assurance: 'verified', verifiedAt: new Date().toISOString(), confidence: 0.8 });
    link.say(mira!, { ...clear, status: 'undetermined', assurance: 'none', risk: 0.3, confidence: 0.2 });
    await page.locator('[data-testid="security-badge"][data-status="undetermined"]').waitFor();
    await this.#pictures();
    await this.#at('call-grid', page);
    await page.keyboard.press('g');
    await this.#at('call-spotlight', page);
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.getByRole('complementary').waitFor();
    await this.#at('call-people', page);
    await page.keyboard.press('i');
    await this.#at('call-security', page);
    await page.keyboard.press('i');
    await this.#others[0]!.page.getByTestId('share-screen').click();
    await page.locator('figure video').waitFor();
    await this.#at('call-share', page);
    await this.#others[0]!.page.getByTestId('share-screen').click();
    await page.locator('figure video').waitFor({ state: 'detached' });
    await page.getByTestId('hang-up').click();
    await page.getByTestId('home').waitFor();
  }

  /** The places outside calls, with something in them. */
  async places(): Promise<void> {
    const { page } = this.#required;
    const { url } = this.#options;
    await page.goto(url);
    await page.getByTestId('history-item').first().waitFor();
    await this.#at('home', page);
    await page.getByTestId('nav-history').click();
    await page.getByTestId('history-item').first().waitFor();
    await this.#at('history', page);
    await page.getByTestId('history-item').last().click();
    await page.getByTestId('call-details').waitFor();
    await this.#at('call-details', page);
    const tables = page.locator('button[aria-pressed="false"]');
    while ((await tables.count()) > 0) await tables.first().click();
    await this.#at('call-details-tables', page);
    await page.getByTestId('nav-settings').click();
    await page.getByTestId('settings').waitFor();
    await this.#at('settings', page);
    await page.goto(`${url}/m/AAAAAAAAAAAAAAAAAAAAAA`);
    await page.getByTestId('not-found').waitFor();
    await this.#at('call-not-found', page);
    await page.goto(`${url}/nowhere`);
    await page.getByTestId('not-found').waitFor();
    await this.#at('page-not-found', page);
  }

  async close(): Promise<void> {
    const people = [this.#me, ...this.#others].filter((person) => person !== null);
    // Refusals and the cut line, which the walk brings about itself, are no faults of the page.
    this.complaints.push(
      ...people.flatMap((p) => p.complaints).filter((text) => !/Failed to load|WebSocket/.test(text)),
    );
    await Promise.all(people.map(({ context }) => context.close()));
  }

  get #required(): Actor {
    if (!this.#me) throw new Error('nobody has signed in');
    return this.#me;
  }

  async #at(name: string, page: Page): Promise<void> {
    if (this.#options.only === undefined || name.includes(this.#options.only)) await this.#options.visit(name, page);
  }

  async #enter(person: DrawnPerson): Promise<Actor> {
    const { browser, url, locale } = this.#options;
    const links: ScriptedLink[] = [];
    const actor = await registerPerson(browser, url, `${person.username}-${this.#suffix}`, {
      locale,
      fullName: person.fullName,
      prepare: async (page) => {
        await this.#watch(page);
        links.push(await ScriptedLink.install(page));
        await page.addInitScript(`window.drawnLook = ${JSON.stringify(drawLook(person.look))}`);
        await page.addInitScript({ path: new URL('drawnCamera.js', import.meta.url).pathname });
      },
    });
    return { ...actor, link: links[0]! };
  }

  /** The page's policy forbids much, and it loads from its own host only: whatever is against that is a complaint. */
  async #watch(page: Page): Promise<void> {
    const { host } = new URL(this.#options.url);
    page.on('request', (request) => {
      const { protocol, host: asked } = new URL(request.url());
      if (/^(https?|wss?):$/.test(protocol) && asked !== host) this.complaints.push(`asks ${request.url()}`);
    });
    await page.exposeBinding('policyBroken', (_source, what: string) => {
      this.complaints.push(`breaks the security policy: ${what}`);
    });
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => {
        window.policyBroken?.(`${effectiveDirective} ${blockedURI} ${sample}`);
      });
    });
  }

  /** Ids of the other people on the own page, in order of the actors, once there are so many. */
  async #peers(count: number): Promise<string[]> {
    const { page } = this.#required;
    const tiles = page.locator('[data-testid="tile"][data-self="false"]');
    await tiles.nth(count - 1).waitFor();
    const ids: string[] = [];
    for (const { fullName } of [drawnPeople.omar, drawnPeople.chenmo, drawnPeople.mira].slice(0, count)) {
      ids.push((await tiles.filter({ hasText: fullName }).getAttribute('data-peer')) ?? '');
    }
    return ids;
  }

  /** Waits until all pictures on the own page have come. */
  async #pictures(): Promise<void> {
    await this.#required.page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLVideoElement>('[data-testid="tile-video"]')].every((v) => v.videoWidth > 0),
    );
  }
}
