import type { Picture } from '../decode/Picture.ts';
import type { Model } from '../models/Model.ts';
import type { MeshedFace } from './FaceMesh.ts';
import { squareAroundTilted } from './geometry.ts';
import { cutSquare, type PixelFormat } from './tensors.ts';

const INPUT_SIDE = 224;
/** BGR minus the means of VGGFace2's pictures (Cao 2018), on 0..255. */
const FORMAT: PixelFormat = { order: [2, 1, 0], scale: 1, offset: [-103.939, -116.779, -123.68] };
const CROP_SCALE = 1.15;

/**
 * Turns a face into a vector of 1,024 numbers that is near for the same face and far for another. Only the network's
 * pooled features are computed: its heads for age and gender are not part of our model file, and must not be.
 */
export class FaceEmbedder {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  /** A vector of length 1. */
  async embed(picture: Picture, face: MeshedFace): Promise<Float32Array> {
    return this.#run(cut(picture, face));
  }

  /** The same of the upper and of the lower half, the other half painted with the mean colour. */
  async embedHalves(picture: Picture, face: MeshedFace): Promise<{ upper: Float32Array; lower: Float32Array }> {
    const input = cut(picture, face);
    return {
      upper: await this.#run(keepRows(input, 0, MIDDLE)),
      lower: await this.#run(keepRows(input, MIDDLE, INPUT_SIDE)),
    };
  }

  async #run(input: Float32Array): Promise<Float32Array> {
    const outputOf = await this.#model.run(input, INPUT_SIDE);
    return unit(outputOf(1024));
  }
}

const MIDDLE = INPUT_SIDE / 2;

function cut(picture: Picture, face: MeshedFace): Float32Array {
  return cutSquare(picture, squareAroundTilted(face.points, CROP_SCALE, face.tilt), INPUT_SIDE, FORMAT);
}

/** The mean colour is 0 in this format. */
function keepRows(input: Float32Array, from: number, to: number): Float32Array {
  const kept = new Float32Array(input.length);
  for (let plane = 0; plane < 3; plane++) {
    const start = plane * INPUT_SIDE * INPUT_SIDE;
    kept.set(input.subarray(start + from * INPUT_SIDE, start + to * INPUT_SIDE), start + from * INPUT_SIDE);
  }
  return kept;
}

/** The vector scaled to length 1. */
export function unit(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const x of vector) sum += x * x;
  const factor = sum > 0 ? 1 / Math.sqrt(sum) : 0;
  return vector.map((x) => x * factor);
}
