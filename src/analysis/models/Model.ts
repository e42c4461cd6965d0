import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';

/** `manifest.json` beside the models, written by the conversion at set-up: model name -> what its file must be. */
const manifest = z.record(
  z.string(),
  z.object({ file: z.string().regex(/^[\w-]+\.onnx$/), sha256: z.string().length(64) }),
);
type Manifest = z.infer<typeof manifest>;

/** Why a model is not used. */
export class ModelError extends Error {
  constructor(model: string, message: string, cause?: unknown) {
    super(`model ${model}: ${message}`, { cause });
    this.name = 'ModelError';
  }
}

/** One of our ONNX models of pictures: one planar square picture in, several tensors out. */
export class Model {
  readonly name: string;
  /** The beginning of the file's hash: it goes into every record of what the model said. */
  readonly version: string;
  readonly #session: InferenceSession;
  readonly #inputName: string;

  /**
   * Loads a model after its file has been checked against the manifest's hash. The bytes that were hashed are the
   * bytes that are run.
   *
   * @throws ModelError when it is missing, is not the file that was converted, or cannot be run.
   */
  static async load(modelsDir: string, name: string): Promise<Model> {
    const expected = (await readManifest(modelsDir, name))[name];
    if (!expected) throw new ModelError(name, 'is not in the manifest');
    const file = await readFile(path.join(modelsDir, expected.file)).catch((error: unknown) => {
      throw new ModelError(name, 'cannot be read', error);
    });
    const sha256 = createHash('sha256').update(file).digest('hex');
    if (sha256 !== expected.sha256) throw new ModelError(name, 'is not the file that the manifest names');
    try {
      const session = await InferenceSession.create(file, {
        // More threads spin and cost twice the CPU for the same answer; the arena would keep the peak for ever.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        enableCpuMemArena: false,
      });
      return new Model(name, sha256.slice(0, 12), session);
    } catch (error) {
      throw new ModelError(name, 'cannot be run', error);
    }
  }

  private constructor(name: string, version: string, session: InferenceSession) {
    const [inputName] = session.inputNames;
    if (inputName === undefined) throw new ModelError(name, 'takes no input');
    this.name = name;
    this.version = version;
    this.#session = session;
    this.#inputName = inputName;
  }

  /**
   * Runs the model on one picture of `side` x `side`.
   *
   * @returns A reader of its outputs by their trailing dimensions (the converter may rename them, not reshape them).
   */
  async run(pixels: Float32Array, side: number): Promise<(...trailing: number[]) => Float32Array> {
    const outputs = await this.#session.run({ [this.#inputName]: new Tensor('float32', pixels, [1, 3, side, side]) });
    return (...trailing) => {
      for (const { dims, data } of Object.values(outputs)) {
        const matches = trailing.every((length, i) => dims[dims.length - trailing.length + i] === length);
        if (matches && data instanceof Float32Array) return data;
      }
      throw new ModelError(this.name, `has no output of ${trailing.join('x')}`);
    };
  }
}

async function readManifest(modelsDir: string, name: string): Promise<Manifest> {
  try {
    return manifest.parse(JSON.parse(await readFile(path.join(modelsDir, 'manifest.json'), 'utf8')));
  } catch (error) {
    throw new ModelError(name, 'the manifest of the models cannot be read', error);
  }
}
