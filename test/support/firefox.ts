import puppeteer, { type Browser, type Page } from 'puppeteer-core';

/**
 * Headless Firefox with a fake camera and microphone, driven over WebDriver BiDi. The camera is a plane of slowly
 * changing colour in any size asked for.
 */
export async function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX_BIN ?? '/usr/bin/firefox-esr',
    headless: true,
    defaultViewport: { width: 1280, height: 800 },
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      // Without the next three Firefox sends nothing to a server on 127.0.0.1.
      'permissions.default.camera': 1,
      'permissions.default.microphone': 1,
      'media.peerconnection.ice.loopback': true,
      'media.autoplay.default': 0,
      'intl.accept_languages': 'en-US',
    },
  });
}

/** One person at a page in Firefox. */
export interface FirefoxPerson {
  name: string;
  page: Page;
  /** What the page complained about; a test ends by finding it empty. */
  complaints: string[];
}

/** Finds by the test id that the page's elements carry. */
export const byTestId = (id: string): string => `[data-testid="${id}"]`;

/** Opens the page and registers a new account, as a person would. */
export async function registerInFirefox(browser: Browser, url: string, name: string): Promise<FirefoxPerson> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${String(error)}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  await page.goto(url);
  await page.locator(byTestId('auth-toggle')).click();
  await page.locator(byTestId('auth-username')).fill(name);
  await page.locator(byTestId('auth-email')).fill(`${name}@example.org`);
  await page.locator(byTestId('auth-password')).fill('correct horse battery');
  await page.locator(byTestId('auth-submit')).click();
  await page.locator(byTestId('home')).wait();
  return { name, page, complaints };
}

/** Presses a button of the page and agrees to the check if the page asks. */
export async function pressAndAgree({ page }: FirefoxPerson, button: string, next: string): Promise<void> {
  await page.locator(byTestId(button)).click();
  const shown = await page.waitForSelector(`${byTestId('consent-accept')}, ${byTestId(next)}`);
  const asked = await shown?.evaluate((element) => element.getAttribute('data-testid') === 'consent-accept');
  if (!asked) return;
  await page.locator(byTestId('consent-accept')).click();
  await page.locator(byTestId(next)).wait();
}
