import type { SelfieSegmentation } from '@mediapipe/selfie_segmentation';
import type { Size } from '../../layers.ts';
import { createOutput, type Output } from './output.ts';
import { Painter } from './Painter.ts';
import { createSegmentation } from './segmentation.ts';

/** After each picture the page has this share of its time for everything else: a slow machine shows fewer pictures. */
const restShare = 0.5;
/** Time for program, model (7 MB together, from a server that may be far) and first picture, ms. */
const startTimeoutMs = 60_000;

/**
 * A camera's picture with everything but the person blurred, as a track of its own. The source stays its owner's. It
 * keeps up as the machine can: a picture that comes while one is being worked on is left out.
 */
export class BackgroundBlur {
  readonly #video = document.createElement('video');
  readonly #painter: Painter;
  readonly #output: Output;
  readonly #ticker = new Worker(new URL('./ticker.ts', import.meta.url), { type: 'module' });
  readonly #painted = Promise.withResolvers<null>();
  #segmentation: SelfieSegmentation | null = null;
  #busy = false;
  #restUntilMs = 0;
  #closed = false;

  private constructor(source: MediaStreamTrack) {
    this.#painter = new Painter(sizeOf(source));
    this.#output = createOutput(this.#painter.canvas);
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([source]);
  }

  /** @throws Error where the browser cannot do it; nothing is left open then. */
  static async create(source: MediaStreamTrack): Promise<BackgroundBlur> {
    const blur = new BackgroundBlur(source);
    const timer = setTimeout(() => blur.#painted.reject(new Error('no picture in time')), startTimeoutMs);
    try {
      await blur.#start();
      await blur.#painted.promise;
      return blur;
    } catch (error) {
      blur.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  get track(): MediaStreamTrack {
    return this.#output.track;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ticker.terminate();
    this.#output.close();
    this.#video.srcObject = null;
    this.#painted.promise.catch(() => undefined);
    this.#painted.reject(new Error('closed'));
    // While a picture is in work the program is closed after it.
    if (!this.#busy) void this.#segmentation?.close();
  }

  async #start(): Promise<void> {
    const segmentation = await createSegmentation((results) => {
      if (this.#closed) return;
      this.#painter.paint(results);
      this.#output.emit();
      this.#painted.resolve(null);
    });
    this.#segmentation = segmentation;
    await this.#video.play();
    this.#ticker.addEventListener('message', () => void this.#tick(segmentation));
  }

  async #tick(segmentation: SelfieSegmentation): Promise<void> {
    if (
      this.#busy ||
      this.#closed ||
      performance.now() < this.#restUntilMs ||
      this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA
    )
      return;
    this.#busy = true;
    const startedMs = performance.now();
    try {
      await segmentation.send({ image: this.#video });
    } catch (error) {
      // Before the first picture that ends the attempt; a single failure later leaves the last picture for a moment.
      this.#painted.reject(error);
    } finally {
      this.#busy = false;
      const nowMs = performance.now();
      this.#restUntilMs = nowMs + (nowMs - startedMs) * restShare;
      if (this.#closed) void segmentation.close();
    }
  }
}

function sizeOf(source: MediaStreamTrack): Size {
  const { width = 640, height = 360 } = source.getSettings();
  return { width, height };
}
