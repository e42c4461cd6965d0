import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';

/**
 * How the light of the page falls on the camera's picture: on all of it, on everything but the face (a face that was put
 * there), or nowhere (a bright room).
 */
export type Lighting = 'all' | 'around' | 'none';

/**
 * A camera that sees what the page shows: the browser's fake devices cannot, so the test puts a drawn one in their place.
 * A photo breathes, has noise, and takes on the colours of the panel, left and right as in front of a screen. All that
 * is only in the test's browser; the product has no such thing.
 *
 * @param photo - Of a person; without one the camera shows soft shapes, in which there is no face.
 */
export async function installLitCamera(page: Page, photo: string | null): Promise<void> {
  const picture = photo
    ? await sharp(await readFile(photo))
        .rotate()
        .resize(640, 360, { fit: 'cover', position: 'top' })
        .jpeg()
        .toBuffer()
    : null;
  const source = picture && `data:image/jpeg;base64,${picture.toString('base64')}`;
  await page.addInitScript(drawnCamera, source);
}

export async function lightCamera(page: Page, lighting: Lighting): Promise<void> {
  await page.evaluate((value) => {
    (window as unknown as { lighting: string }).lighting = value;
  }, lighting);
}

/** Runs in the page. Nothing here may have a name that a compiler would keep. */
function drawnCamera(source: string | null): void {
  const WIDTH = 640;
  const HEIGHT = 360;
  const image = new Image();
  if (source) image.src = source;
  const noise = new OffscreenCanvas(WIDTH + 64, HEIGHT + 64);
  const grain = noise.getContext('2d');
  if (!grain) return;
  const pixels = grain.createImageData(noise.width, noise.height);
  for (let i = 0; i < pixels.data.length; i += 4) {
    const level = Math.random() < 0.5 ? 0 : 255;
    pixels.data.set([level, level, level, 5 + 6 * Math.random()], i);
  }
  grain.putImageData(pixels, 0, 0);
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await real(constraints);
    const [opened] = stream.getVideoTracks();
    if (!opened) return stream;
    opened.stop();
    stream.removeTrack(opened);
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const context = canvas.getContext('2d');
    if (!context) return stream;
    const started = performance.now();
    setInterval(() => {
      const seconds = (performance.now() - started) / 1000;
      context.globalCompositeOperation = 'source-over';
      context.globalAlpha = 1;
      const breath = 2 * Math.sin(1.6 * seconds);
      if (source) context.drawImage(image, 0, breath, WIDTH, HEIGHT + 4);
      else {
        context.fillStyle = '#7a8a94';
        context.fillRect(0, 0, WIDTH, HEIGHT);
        context.fillStyle = '#57636d';
        context.fillRect(200 + 20 * Math.sin(seconds), 100 + breath, 240, 200);
      }
      const lighting = (window as unknown as { lighting?: string }).lighting ?? 'all';
      const halves = ['right', 'left'].map((side) => document.querySelector(`[data-panel="${side}"]`));
      if (lighting !== 'none' && halves[0] && halves[1]) {
        context.save();
        if (lighting === 'around') {
          context.beginPath();
          context.rect(0, 0, WIDTH, HEIGHT);
          context.ellipse(320, 160, 100, 130, 0, 0, 2 * Math.PI);
          context.clip('evenodd');
        }
        // Whoever faces the screen has its left half on the right of his picture.
        const light = context.createLinearGradient(160, 0, 480, 0);
        halves.forEach((half, i) => half && light.addColorStop(i, getComputedStyle(half).backgroundColor));
        context.globalCompositeOperation = 'multiply';
        context.globalAlpha = lighting === 'around' ? 0.5 : 0.35;
        context.fillStyle = light;
        context.fillRect(0, 0, WIDTH, HEIGHT);
        context.restore();
      }
      context.globalCompositeOperation = 'source-over';
      context.globalAlpha = 1;
      context.drawImage(noise, -64 * Math.random(), -64 * Math.random());
    }, 100);
    for (const track of canvas.captureStream(10).getVideoTracks()) stream.addTrack(track);
    return stream;
  };
}
