import type { Picture } from '../../../src/analysis/decode/Picture.ts';
import type { ChallengeShow } from '../../../src/protocol/challenge.ts';
import { stillPerson, type Scene } from './scenes.ts';

/** Which part of the picture a lamp falls on: everything but the face's ellipse, or all of it. */
export type LitPart = 'around' | 'all';

export interface LitPersonOptions {
  /** The face's ellipse, in shares of the picture. */
  face: { x: number; y: number; width: number; height: number };
  /** Peak change of a channel, as a share; 0 is a room so bright that the screen does not show. */
  modulation: number;
  part?: LitPart;
  /** From the screen to the lens; milliseconds. */
  lagMs?: number;
}

/** Noise and breath are drawn once, for so many moments: several people at once would keep a machine busy. */
const MOMENTS = 16;
/** Light changes from the left to the right in so many steps. */
const BANDS = 16;

/**
 * A person in front of a screen: the light of what the screen shows falls on a photo, while it breathes and the sensor
 * has its noise. A simulation: real skin, screens and cameras have to be tried by hand.
 */
export class LitPerson {
  readonly scene: Scene;
  readonly #options: LitPersonOptions;
  readonly #shown: { atMs: number; left: number[]; right: number[] }[] = [];
  #frames = 0;

  private constructor(moments: readonly Picture[], options: LitPersonOptions) {
    this.#options = options;
    this.scene = () => this.#light(moments[this.#frames++ % MOMENTS]!);
  }

  static async create(photo: Picture, options: LitPersonOptions): Promise<LitPerson> {
    const person = stillPerson(photo, { noise: 1.5, lightDrift: 0.01 });
    const moments: Picture[] = [];
    for (let i = 0; i < MOMENTS; i++) moments.push(await person((4 * i) / MOMENTS));
    return new LitPerson(moments, options);
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
    const tables = Array.from({ length: BANDS }, (_, band) => {
      const dx = ((band + 0.5) / BANDS - face.x) / face.width;
      // The screen's left half is nearer to what is on the right of the picture.
      const share = Math.min(0.8, Math.max(0.2, 0.5 + 0.5 * dx));
      return [0, 1, 2].map((channel) => {
        const colour = share * light.left[channel]! + (1 - share) * light.right[channel]!;
        // Around the level of the panel, 0.7, the colours reach 0.2 up and down.
        const gain = 1 + (modulation * (colour - 0.7)) / 0.2;
        return Uint8ClampedArray.from({ length: 256 }, (_level, level) => level * gain);
      });
    });
    const out = new Uint8Array(rgb.length);
    for (let y = 0, i = 0; y < height; y++) {
      const dy = (y / height - face.y) / face.height;
      const unlitFrom = face.x - face.width * Math.sqrt(Math.max(0, 1 - dy * dy));
      for (let x = 0; x < width; x++, i += 3) {
        const at = x / width;
        const onFace = dy * dy < 1 && at > unlitFrom && at < 2 * face.x - unlitFrom;
        const table = tables[Math.floor(at * BANDS)]!;
        for (let channel = 0; channel < 3; channel++) {
          const level = rgb[i + channel]!;
          out[i + channel] = part === 'around' && onFace ? level : table[channel]![level]!;
        }
      }
    }
    return { width, height, rgb: out };
  }
}

function linear(colour: string): number[] {
  return [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
}
