import type { Browser, Page } from 'playwright-core';
import { registerPerson, type Person } from '../browsers.ts';
import { drawLook, drawnPeople, type DrawnPerson } from './drawnPeople.ts';
import { ScriptedLink } from './ScriptedLink.ts';

export type Locale = 'zh-CN' | 'en-US';

export interface CastOptions {
  browser: Browser;
  url: string;
  locale: Locale;
  /** Called at each screen; may change the window and the colours, not the state. */
  visit: (name: string, page: Page, options: VisitOptions) => Promise<void>;
  /** Gives an account the rights of an administrator. */
  makeAdmin: (username: string) => Promise<unknown>;
  /** Part of a screen's name; only screens that have it are visited. */
  only?: string;
}

export interface VisitOptions {
  /** The screen is another one where no motion is wanted. */
  motion: 'reduce' | 'no-preference';
}

/** A busy machine draws slowly. */
const waitMs = 60_000;

/** Somebody at a page whose server's words can be scripted. */
export interface Actor extends Person {
  link: ScriptedLink;
}

declare global {
  interface Window {
    policyBroken?: (what: string) => void;
  }
}

/** The people of a walk through all screens: whose pages are shown, and the others, who make them what they are. */
export class Cast {
  readonly options: CastOptions;
  /** Errors in consoles, breaches of the security policy, requests to other hosts. */
  readonly complaints: string[] = [];
  readonly others: Actor[] = [];
  readonly #suffix: string;
  #me: Actor | null = null;

  constructor(options: CastOptions) {
    this.options = options;
    this.#suffix = options.locale === 'zh-CN' ? 'zh' : 'en';
  }

  /** Whose pages are shown. */
  get me(): Actor {
    if (!this.#me) throw new Error('nobody has signed in');
    return this.#me;
  }

  async signIn(me: DrawnPerson, ...others: DrawnPerson[]): Promise<void> {
    const [shown, ...more] = await Promise.all([
      this.#enter(me, () => Promise.resolve()),
      ...others.map((person) => this.enter(person)),
    ]);
    this.#me = shown;
    this.others.push(...more);
  }

  async at(name: string, page: Page, options: VisitOptions = { motion: 'reduce' }): Promise<void> {
    const { only, visit } = this.options;
    if (only === undefined || name.includes(only)) await visit(name, page, options);
  }

  /** A page of somebody without an account. */
  async stranger(look: DrawnPerson['look'] | null = null): Promise<Page> {
    const { browser, locale } = this.options;
    const permissions = ['camera', 'microphone'];
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale, permissions });
    const page = await context.newPage();
    await this.#watch(page);
    if (look) await giveCamera(page, look);
    return page;
  }

  /** Somebody whose page shows no pictures of others, so that the machine has time for the page that is looked at. */
  async enter(person: DrawnPerson): Promise<Actor> {
    return this.#enter(person, withoutPictures);
  }

  async #enter(person: DrawnPerson, prepare: (page: Page) => Promise<void>): Promise<Actor> {
    const { browser, url, locale } = this.options;
    const links: ScriptedLink[] = [];
    const actor = await registerPerson(browser, url, `${person.username}-${this.#suffix}`, {
      locale,
      fullName: person.fullName,
      prepare: async (page) => {
        await this.#watch(page);
        links.push(await ScriptedLink.install(page));
        await giveCamera(page, person.look);
        await prepare(page);
      },
    });
    return { ...actor, link: links[0]! };
  }

  /** Ids of the other people on the own page, in order of the actors, once there are so many. */
  async peers(count: number): Promise<string[]> {
    const tiles = this.me.page.locator('[data-testid="tile"][data-self="false"]');
    await tiles.nth(count - 1).waitFor();
    const ids: string[] = [];
    for (const { fullName } of [drawnPeople.omar, drawnPeople.chenmo, drawnPeople.mira].slice(0, count)) {
      ids.push((await tiles.filter({ hasText: fullName }).getAttribute('data-peer')) ?? '');
    }
    return ids;
  }

  async ownPeer(): Promise<string> {
    return (await this.me.page.locator('[data-testid="tile"][data-self="true"]').getAttribute('data-peer')) ?? '';
  }

  /** Waits until all pictures on the own page have come. */
  async pictures(): Promise<void> {
    await this.me.page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLVideoElement>('[data-testid="tile-video"]')].every((v) => v.videoWidth > 0),
    );
  }

  async close(): Promise<void> {
    const people = [this.#me, ...this.others].filter((person) => person !== null);
    // Refusals and the cut line, which the walk brings about itself, are no faults of the page.
    this.complaints.push(
      ...people.flatMap((p) => p.complaints).filter((text) => !/Failed to load|WebSocket/.test(text)),
    );
    await Promise.all(people.map(({ context }) => context.close()));
  }

  /** The page's policy forbids much, and it loads from its own host only: whatever is against that is a complaint. */
  async #watch(page: Page): Promise<void> {
    page.setDefaultTimeout(waitMs);
    const { host } = new URL(this.options.url);
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
}

async function giveCamera(page: Page, look: DrawnPerson['look']): Promise<void> {
  await page.addInitScript(`window.drawnLook = ${JSON.stringify(drawLook(look))}`);
  await page.addInitScript({ path: new URL('drawnCamera.js', import.meta.url).pathname });
}

async function withoutPictures(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('[data-self="false"] video { display: none }');
    document.adoptedStyleSheets = [sheet];
  });
}
