import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';

/** Pictures of the main screens as they were approved, and what they were made with. */
const folder = new URL('../../e2e/baselines/', import.meta.url);
const recordFile = new URL('record.json', folder);

/** A pixel counts as different when a channel differs by more, of 255: smoothing of letters and the palette's steps. */
const channelTolerance = 48;
/** Share of a screen's pixels that may differ: a word or two do, a button or a row that is gone or elsewhere does not. */
export const pixelTolerance = 0.005;

/** What must be the same for two pictures to be comparable. */
export interface Renderer {
  browser: string;
  /** Widths of sample texts in the page's fonts, px. */
  fonts: string;
}

export async function rendererOf(page: Page): Promise<Renderer> {
  const fonts = await page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d');
    if (!context) return '';
    context.font = `16px ${getComputedStyle(document.body).fontFamily}`;
    return ['Veritalk 0123456789', '通话时检查您的画面', 'mmmmmiiiii', '，。“”']
      .map((s) => context.measureText(s).width)
      .join();
  });
  return { browser: page.context().browser()?.version() ?? '', fonts };
}

/** The version of the browser of the tests, as `rendererOf` gives it. @throws Error where there is no such program. */
export function browserVersion(executable: string): string {
  const words = execFileSync(executable, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return /\d+(\.\d+)+/.exec(words)?.[0] ?? words.trim();
}

export function recordedRenderer(): Renderer | null {
  return existsSync(recordFile) ? (JSON.parse(readFileSync(recordFile, 'utf8')) as Renderer) : null;
}

/**
 * A picture of the page without what moves: cameras, speaking rings, the caret, and what the page marks as `data-varies`:
 * clocks, ages, levels, passing words.
 */
export async function stillPicture(page: Page): Promise<Buffer> {
  // What a browser driver would put in for this, a <style> element, is refused by the page's own policy.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      video, canvas { visibility: hidden !important }
      [data-varies] { display: none !important }
      [data-speaking]::after { opacity: 0 !important }
      * { caret-color: transparent !important; animation: none !important; transition: none !important }
    `);
    document.adoptedStyleSheets = [sheet];
  });
  try {
    return await page.screenshot({ caret: 'initial' });
  } finally {
    await page.evaluate(() => {
      document.adoptedStyleSheets = [];
    });
  }
}

export async function record(name: string, png: Buffer, renderer: Renderer): Promise<void> {
  await mkdir(folder, { recursive: true });
  await sharp(png)
    .png({ palette: true, colours: 64, effort: 10, dither: 0 })
    .toFile(new URL(`${name}.png`, folder).pathname);
  await writeFile(recordFile, `${JSON.stringify(renderer, null, 2)}\n`);
}

/** Keeps a picture that is not as approved, to be looked at. @returns where it is. */
export async function keep(name: string, png: Buffer): Promise<string> {
  const kept = new URL('../../../test-results/screens-differ/', import.meta.url);
  await mkdir(kept, { recursive: true });
  const file = new URL(`${name}.png`, kept).pathname;
  await writeFile(file, png);
  return file;
}

/** Share of the pixels that differ from the approved picture; 1 when there is none or the size is another. */
export async function differenceFrom(name: string, png: Buffer): Promise<number> {
  const file = new URL(`${name}.png`, folder);
  if (!existsSync(file)) return 1;
  const [approved, now] = await Promise.all([await readFile(file), png].map(pixelsOf));
  if (!now || approved?.length !== now.length) return 1;
  let different = 0;
  for (let i = 0; i < now.length; i += 3) {
    const differs = (c: number): boolean => Math.abs(now[i + c]! - approved[i + c]!) > channelTolerance;
    if (differs(0) || differs(1) || differs(2)) different += 1;
  }
  return different / (now.length / 3);
}

function pixelsOf(png: Buffer): Promise<Buffer> {
  return sharp(png).removeAlpha().toColourspace('srgb').raw().toBuffer();
}
