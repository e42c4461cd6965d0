import type { Picture } from '../../../src/analysis/decode/Picture.ts';
import type { ChallengeShow } from '../../../src/protocol/challenge.ts';
import { stillPerson, type Scene } from './scenes.ts';

/** Which part of the picture a lamp falls on: the face's ellipse, everything else, or all of it. */
export type LitPart = 'face' | 'around' | 'all';

export interface LitPersonOptions {
  /** The face's ellipse, in shares of the picture. */
  face: { x: number; y: number; width: number; height: number };
  /** Peak change of a channel, as a share; 0 is a room so bright that the screen does not show. */
  modulation: number;
  part?: LitPart;
  /** From the screen to the lens; milliseconds. */
  lagMs?: number;
}

/**
 * A person in front of a screen: the light of what the screen shows falls on a photo, while it breathes and the sensor
 * has its noise. A simulation: real skin, screens and cameras have to be tried by hand.
 */
export class LitPerson {
  readonly scene: Scene;
  readonly #options: LitPersonOptions;
  readonly #shown: { atMs: number; left: number[]; right: number[] }[] = [];

  constructor(photo: Picture, options: LitPersonOptions) {
    this.#options = options;
    const person = stillPerson(photo, { noise: 1.5, lightDrift: 0.01 });
    this.scene = async (atS) => this.#light(await person(atS));
  }

  /** What the screen shows from now on. */
  show(show: Extract<ChallengeShow, { kind: 'light' }>): void {
    this.#shown.push({ atMs: performance.now(), left: linear(show.left), right: linear(show.right) });
  }

  #light(picture: Picture): Picture {
    const { face, modulation, part = 'all', lagMs = 80 } = this.#options;
    const light = this.#shown.findLast(({ atMs }) => atMs <= performance.now() - lagMs);
    if (!light || modulation === 0) return picture;
    const { width, height, rgb } = picture;
    const out = new Uint8Array(rgb.length);
    for (let y = 0, i = 0; y < height; y++) {
      const dy = (y / height - face.y) / face.height;
      for (let x = 0; x < width; x++) {
        const dx = (x / width - face.x) / face.width;
        const onFace = dx * dx + dy * dy < 1;
        const lit = part === 'all' || (part === 'face') === onFace;
        // The screen's left half is nearer to what is on the right of the picture.
        const share = Math.min(0.8, Math.max(0.2, 0.5 + 0.5 * dx));
        for (let channel = 0; channel < 3; channel++, i++) {
          const colour = share * light.left[channel]! + (1 - share) * light.right[channel]!;
          // Of a screen of middle grey, 0.7, the colours reach 0.2 up and down.
          const change = lit ? (modulation * (colour - 0.7)) / 0.2 : 0;
          out[i] = Math.min(255, Math.max(0, Math.round(rgb[i]! * (1 + change))));
        }
      }
    }
    return { width, height, rgb: out };
  }
}

function linear(colour: string): number[] {
  return [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
}
