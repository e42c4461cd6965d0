import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { launchBrowser } from '../../test/support/browsers.ts';
import { jpegsOf } from '../../test/support/rtp/scenes.ts';
import { mediaDir } from '../../test/support/TestMonitor.ts';

/** Pictures of somebody, in the order and at the rate at which they were taken. */
export interface Clip {
  name: string;
  /** The person in it; clips are grouped by this. A swapped clip has the name of who drives it. */
  person: string;
  kind: 'genuine' | 'swapped';
  jpegs: readonly Buffer[];
  fps: number;
  lengthS: number;
}

const CACHE = '.cache/eval-clips';
const VIDEO_FPS = 15;
/** The files of `webcam` were cut at 30 pictures a second from clips of 20 (README beside them). */
const WEBCAM_FPS = 20;

/**
 * The clips beside the checkout; none where they are absent. Videos are taken apart by Chromium, once: the pictures are
 * kept in the cache.
 */
export async function loadClips(): Promise<Clip[]> {
  if (!mediaDir) return [];
  const clips: Clip[] = [];
  for (const file of await filesIn('webcam', '.mjpeg')) clips.push(await webcamClip(file));
  for (const file of await filesIn('real', '.gif')) clips.push(await gifClip(file));
  const videos = [...(await filesIn('pairs', '.mp4')), ...(await filesIn('real', '.mp4'))];
  let browser: Browser | null = null;
  try {
    for (const file of videos) {
      const halves = file.includes('/pairs/') ? (['left', 'right'] as const) : (['whole'] as const);
      for (const part of halves) {
        const cached = await cacheName(file, part);
        if (!existsSync(cached)) {
          browser ??= await launchBrowser();
          await takeApart(await browser.newPage(), file, part, cached);
        }
        clips.push(videoClip(file, part, await jpegsOf(cached)));
      }
    }
  } finally {
    await browser?.close();
  }
  return clips;
}

async function filesIn(folder: string, ending: string): Promise<string[]> {
  const inside = path.join(mediaDir ?? '', folder);
  const names = await readdir(inside).catch(() => []);
  return names.filter((name) => name.endsWith(ending)).map((name) => path.join(inside, name));
}

async function webcamClip(file: string): Promise<Clip> {
  const jpegs = await jpegsOf(file);
  const name = path.basename(file, '.mjpeg').replace(/-\d+s$/, '');
  const kind = name.endsWith('swap') ? 'swapped' : 'genuine';
  const person = name.replace(/-(real|swap)$/, '');
  return { name, person, kind, jpegs, fps: WEBCAM_FPS, lengthS: jpegs.length / WEBCAM_FPS };
}

async function gifClip(file: string): Promise<Clip> {
  const { pages = 1, delay = [] } = await sharp(file, { animated: true }).metadata();
  const jpegs: Buffer[] = [];
  for (let page = 0; page < pages; page++) jpegs.push(await sharp(file, { page }).jpeg({ quality: 92 }).toBuffer());
  const name = path.basename(file, '.gif').replace('head-pose-face-detection-', '');
  const fps = 1000 / (delay[0] ?? 100);
  return { name, person: name, kind: 'genuine', jpegs, fps, lengthS: pages / fps };
}

type Part = 'left' | 'right' | 'whole';

function videoClip(file: string, part: Part, jpegs: Buffer[]): Clip {
  const base = path.basename(file, '.mp4');
  const kind = part === 'right' ? 'swapped' : 'genuine';
  const name = part === 'whole' ? base : `${base}-${part === 'right' ? 'swap' : 'real'}`;
  // Two takes of one person are one person.
  const person = base.startsWith('dfl_') ? base.replace(/_\d+$/, '') : base;
  return { name, person, kind, jpegs, fps: VIDEO_FPS, lengthS: jpegs.length / VIDEO_FPS };
}

async function cacheName(file: string, part: Part): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 16);
  return path.join(CACHE, `${hash}-${part}-${VIDEO_FPS}.mjpeg`);
}

/** Plays nothing: seeks from picture to picture and draws each, or half of it, into a canvas. */
async function takeApart(page: Page, file: string, part: Part, target: string): Promise<void> {
  const url = `data:video/mp4;base64,${(await readFile(file)).toString('base64')}`;
  const pictures = await page.evaluate(
    async ([source, which, fps]) => {
      const video = document.createElement('video');
      video.muted = true;
      video.src = source;
      await new Promise((resolve, reject) => {
        video.onloadeddata = resolve;
        video.onerror = () => reject(new Error('the video cannot be played'));
      });
      const width = which === 'whole' ? video.videoWidth : video.videoWidth / 2;
      const canvas = document.createElement('canvas');
      canvas.width = Math.floor(width / 2) * 2;
      canvas.height = video.videoHeight;
      const context = canvas.getContext('2d')!;
      const found: string[] = [];
      for (let at = 0; at < video.duration - 0.05; at += 1 / fps) {
        video.currentTime = at + 0.001;
        await new Promise((resolve) => {
          video.onseeked = resolve;
        });
        context.drawImage(video, which === 'right' ? -width : 0, 0);
        found.push(canvas.toDataURL('image/jpeg', 0.92).split(',')[1]!);
      }
      return found;
    },
    [url, part, VIDEO_FPS] as const,
  );
  await page.close();
  await mkdir(CACHE, { recursive: true });
  await writeFile(target, Buffer.concat(pictures.map((picture) => Buffer.from(picture, 'base64'))));
}
