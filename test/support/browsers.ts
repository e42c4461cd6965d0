import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { movedPicture } from './pictures.ts';

/** Where the test media are, beside the checkout; null where they are not. */
export function mediaFile(path: string): string | null {
  const file = new URL(`../../../shared/media/${path}`, import.meta.url).pathname;
  return existsSync(file) ? file : null;
}

/** Debian's Chromium, unless the environment names another one. */
export const chromiumProgram = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';

export interface BrowserOptions {
  /** An mjpeg file to play as the camera; Chromium's moving test picture if absent. */
  camera?: string;
  /** A wav file to play as the microphone, over and over; Chromium's beeps if absent. */
  microphone?: string;
  width?: number;
  height?: number;
  locale?: 'zh-CN' | 'en-US';
  /** The name that others see; the user name if absent. */
  fullName?: string;
  /** Run before the page opens. */
  prepare?: (page: Page) => Promise<void>;
}

/** Headless Chromium with a fake camera and microphone. Each is a process of its own with a fresh profile. */
export async function launchBrowser(
  options: Pick<BrowserOptions, 'camera' | 'microphone'> & { executable?: string; args?: readonly string[] } = {},
): Promise<Browser> {
  return chromium.launch({
    executablePath: options.executable ?? chromiumProgram,
    ignoreDefaultArgs: ['--mute-audio'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      '--auto-select-desktop-capture-source=Entire screen',
      '--autoplay-policy=no-user-gesture-required',
      ...(options.camera ? [`--use-file-for-fake-video-capture=${options.camera}`] : []),
      ...(options.microphone ? [`--use-file-for-fake-audio-capture=${options.microphone}`] : []),
      ...(options.args ?? []),
    ],
  });
}

/** One person at one page. */
export interface Person {
  name: string;
  context: BrowserContext;
  page: Page;
  /** What the page complained about; a test ends by finding it empty. */
  complaints: string[];
}

/** Opens the page of somebody who is not signed in. */
export async function openSignIn(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserOptions = {},
): Promise<Person> {
  const { width = 1280, height = 800, locale = 'en-US' } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    locale,
    permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  await options.prepare?.(page);
  await page.goto(url);
  return { name, context, page, complaints };
}

/** Opens the page and registers a new account, as a person would. */
export async function registerPerson(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserOptions = {},
): Promise<Person> {
  const person = await openSignIn(browser, url, name, options);
  const { page } = person;
  await page.getByTestId('auth-toggle').click();
  await page.getByTestId('auth-username').fill(name);
  await page.getByTestId('auth-email').fill(`${name}@example.org`);
  await page.getByTestId('auth-password').fill('correct horse battery');
  if (options.fullName !== undefined) await page.getByTestId('auth-fullname').fill(options.fullName);
  await page.getByTestId('auth-submit').click();
  await page.getByTestId('home').waitFor();
  return person;
}

/** Agrees to the check if the page asks. */
export async function agreeIfAsked(page: Page, next: string): Promise<void> {
  const consent = page.getByTestId('consent-accept');
  await consent.or(page.getByTestId(next)).first().waitFor();
  if (await consent.isVisible()) await consent.click();
}

/** One calls the other, who answers; both are in the call afterwards. */
export async function callAndAnswer(caller: Person, callee: Person): Promise<void> {
  await caller.page.getByTestId('start-callee').fill(callee.name);
  await caller.page.getByTestId('start-call').click();
  await agreeIfAsked(caller.page, 'calling');
  await callee.page.getByTestId('incoming-accept').click();
  await agreeIfAsked(callee.page, 'call');
  await Promise.all([caller, callee].map(({ page }) => page.getByTestId('call').waitFor()));
}

/** Waits until the picture of the other people moves, and gives the size of the first one's. */
export async function waitForMovingPicture(page: Page, timeoutMs = 15_000): Promise<{ width: number; height: number }> {
  const handle = await page.waitForFunction(movedPicture, undefined, { timeout: timeoutMs, polling: 200 });
  const size = await handle.jsonValue();
  if (!size) throw new Error('no moving picture');
  return size;
}
