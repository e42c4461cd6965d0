import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Picture } from '../decode/Picture.ts';
import { squareAround, type Box } from '../faces/geometry.ts';
import { cutSquare } from '../faces/tensors.ts';
import type { CatalogEntry } from './catalogEntry.ts';
import { ModelError } from './Model.ts';

/** A model of the catalog, loaded and tried. */
export class Classifier {
  readonly entry: CatalogEntry;
  /** The beginning of the file's hash: it goes into every record of what the model said. */
  readonly version: string;
  /** Milliseconds of its second run on the test picture; the first one sets things up. */
  readonly warmMs: number;
  /** What it gave for the test picture. */
  readonly selfTest: number;
  readonly #session: InferenceSession;

  /**
   * Checks the file against the catalog's hash, loads those very bytes, and runs the model twice on a known picture.
   *
   * @param folder - Where the files of the catalog are.
   * @throws ModelError when the file is missing or another one, or the model cannot be run, gives no probability, gives
   * another one than the catalog says, or is too slow to be used in calls.
   */
  static async load(folder: string, entry: CatalogEntry): Promise<Classifier> {
    const file = await readFile(path.join(folder, entry.file)).catch((error: unknown) => {
      throw new ModelError(entry.name, `the file ${entry.file} cannot be read`, error);
    });
    const sha256 = createHash('sha256').update(file).digest('hex');
    if (sha256 !== entry.sha256) {
      throw new ModelError(entry.name, `the file has the hash ${sha256}, not the one of the catalog: it is refused`);
    }
    const session = await InferenceSession.create(file, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      enableCpuMemArena: false,
    }).catch((error: unknown) => {
      throw new ModelError(entry.name, `it cannot be loaded: ${String(error).slice(0, 200)}`, error);
    });
    const pixels = inputOf(testPicture(entry.input.side), WHOLE_TEST_PICTURE(entry.input.side), entry);
    const selfTest = await run(session, entry, pixels);
    const startedAtMs = performance.now();
    await run(session, entry, pixels);
    const warmMs = performance.now() - startedAtMs;
    if (warmMs > MAX_WARM_MS) throw new ModelError(entry.name, `it takes ${warmMs.toFixed(0)} ms a picture: too slow`);
    const { selfTest: expected } = entry.output;
    if (expected !== null && Math.abs(expected - selfTest) > SELF_TEST_TOLERANCE) {
      throw new ModelError(entry.name, `it gives ${selfTest} for the test picture, not ${expected}`);
    }
    return new Classifier(entry, session, { warmMs, selfTest });
  }

  private constructor(entry: CatalogEntry, session: InferenceSession, tried: { warmMs: number; selfTest: number }) {
    this.entry = entry;
    this.version = entry.sha256.slice(0, 12);
    this.warmMs = tried.warmMs;
    this.selfTest = tried.selfTest;
    this.#session = session;
  }

  /**
   * P(fake) of a face, 0 to 1.
   *
   * @throws ModelError when the model gives anything else than a probability.
   */
  async classify(picture: Picture, face: Box): Promise<number> {
    return run(this.#session, this.entry, inputOf(picture, face, this.entry));
  }
}

/** A slower one would hold up everybody else's looks; the process is killed after a second without a word. */
const MAX_WARM_MS = 250;
const SELF_TEST_TOLERANCE = 0.005;

async function run(session: InferenceSession, entry: CatalogEntry, pixels: Float32Array): Promise<number> {
  const { side, layout } = entry.input;
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  if (inputName === undefined || outputName === undefined)
    throw new ModelError(entry.name, 'it takes or gives nothing');
  const dims = layout === 'nchw' ? [1, 3, side, side] : [1, side, side, 3];
  const outputs = await session.run({ [inputName]: new Tensor('float32', pixels, dims) }).catch((error: unknown) => {
    throw new ModelError(entry.name, `it cannot be run: ${String(error).slice(0, 200)}`, error);
  });
  const data = outputs[outputName]?.data;
  if (!(data instanceof Float32Array)) throw new ModelError(entry.name, 'its output is not of type float32');
  return fakeProbability(data, entry);
}

function inputOf(picture: Picture, face: Box, { input }: CatalogEntry): Float32Array {
  const planar = cutSquare(picture, squareAround(face, input.crop, 0), input.side, {
    order: input.colour === 'rgb' ? [0, 1, 2] : [2, 1, 0],
    scale: input.scale,
    offset: input.offset,
  });
  if (input.layout === 'nchw') return planar;
  const plane = input.side * input.side;
  return Float32Array.from({ length: planar.length }, (_, i) => planar[(i % 3) * plane + Math.floor(i / 3)]!);
}

/**
 * Reads the probability of a fake out of a model's raw output.
 *
 * @throws ModelError when a value is not finite, or the result is not from 0 to 1.
 */
export function fakeProbability(values: Float32Array, { name, output }: Pick<CatalogEntry, 'name' | 'output'>): number {
  if (output.index >= values.length) throw new ModelError(name, `it has no output ${output.index}`);
  if (!values.every(Number.isFinite)) throw new ModelError(name, 'its output is not finite');
  const value = values[output.index]!;
  const probability =
    output.activation === 'softmax'
      ? softmax(values, output.index)
      : output.activation === 'sigmoid'
        ? sigmoid(value)
        : value;
  if (!(probability >= 0 && probability <= 1))
    throw new ModelError(name, `its output ${probability} is no probability`);
  return output.means === 'fake' ? probability : 1 - probability;
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function softmax(values: Float32Array, index: number): number {
  const most = Math.max(...values);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return Math.exp(values[index]! - most) / sum;
}

/** Always the same: waves of three colours. */
function testPicture(side: number): Picture {
  const rgb = new Uint8Array(3 * side * side);
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++, i += 3) {
      rgb[i] = 128 + 100 * Math.sin((6 * x) / side);
      rgb[i + 1] = 128 + 100 * Math.sin((6 * y) / side + 1);
      rgb[i + 2] = 128 + 100 * Math.sin((6 * (x + y)) / side + 2);
    }
  }
  return { width: side, height: side, rgb };
}

const WHOLE_TEST_PICTURE = (side: number): Box => ({
  left: side / 4,
  top: side / 4,
  right: 0.75 * side,
  bottom: 0.75 * side,
});
