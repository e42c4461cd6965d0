import type { Results } from '@mediapipe/selfie_segmentation';
import type { Size } from '../../layers.ts';

/** Width of the picture that the background is made of, px: what is smaller than a twentieth of it cannot be seen. */
const groundWidth = 128;
const groundBlurPx = 3;

/**
 * Puts a person in front of their own background, blurred. Inside the person's outline the pixels are those of the
 * camera: the checks look at an unchanged face.
 */
export class Painter {
  readonly canvas: HTMLCanvasElement;
  readonly #out: CanvasRenderingContext2D;
  readonly #ground: CanvasRenderingContext2D;
  readonly #person: CanvasRenderingContext2D;

  /** @throws Error without a canvas to draw on. */
  constructor({ width, height }: Size) {
    this.#out = contextOf({ width, height });
    this.#person = contextOf({ width, height });
    this.#ground = contextOf({ width: groundWidth, height: Math.round((groundWidth * height) / width) });
    this.canvas = this.#out.canvas;
    // Where filters are missing, the enlargement alone makes the background unreadable.
    this.#ground.filter = `blur(${groundBlurPx}px)`;
    for (const context of [this.#out, this.#ground]) context.imageSmoothingQuality = 'high';
  }

  paint({ image, segmentationMask }: Results): void {
    const [out, ground, person] = [this.#out, this.#ground, this.#person];
    const { width, height } = this.canvas;
    ground.drawImage(image, 0, 0, ground.canvas.width, ground.canvas.height);
    out.drawImage(ground.canvas, 0, 0, width, height);
    person.globalCompositeOperation = 'copy';
    person.drawImage(segmentationMask, 0, 0, width, height);
    person.globalCompositeOperation = 'source-in';
    person.drawImage(image, 0, 0, width, height);
    out.drawImage(person.canvas, 0, 0);
  }
}

function contextOf({ width, height }: Size): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  return context;
}
