import { z } from 'zod';
import type { FloatTensor } from './tensor.ts';
import { sizeOf } from './tensor.ts';

/** TF.js writes 64-bit numbers as text. */
const wholeNumber = z.union([z.number(), z.string().regex(/^-?\d+$/)]).transform(Number);
/** ... and text in base64. */
const text = z.base64().transform((encoded) => Buffer.from(encoded, 'base64').toString());

const attribute = z.object({
  s: text.optional(),
  b: z.boolean().optional(),
  shape: z.object({ dim: z.array(z.object({ size: wholeNumber })).optional() }).optional(),
  list: z.object({ s: z.array(text).optional(), i: z.array(wholeNumber).optional() }).optional(),
});

const weight = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  dtype: z.enum(['float32', 'int32']),
  quantization: z.object({ dtype: z.literal('float16') }).optional(),
});

/** What is used of a TF.js graph model (https://github.com/tensorflow/tfjs, converter/docs). */
const graphModel = z.object({
  modelTopology: z.object({
    node: z.array(
      z.object({
        name: z.string(),
        op: z.string(),
        input: z.array(z.string()).default([]),
        attr: z.record(z.string(), attribute).default({}),
      }),
    ),
  }),
  weightsManifest: z.array(z.object({ weights: z.array(weight) })),
});

export type GraphNode = z.infer<typeof graphModel>['modelTopology']['node'][number];
type Weight = z.infer<typeof weight>;

/** A constant of the graph: floats are weights, whole numbers are shapes, paddings and axes. */
export type Constant = { kind: 'floats'; tensor: FloatTensor } | { kind: 'integers'; values: number[] };

export interface GraphModel {
  nodes: ReadonlyMap<string, GraphNode>;
  constants: ReadonlyMap<string, Constant>;
}

/**
 * Reads a graph model.
 *
 * @param json - Of the model's .json file.
 * @param data - The model's .bin file.
 * @throws Error when they are not what is expected, or don't belong together.
 */
export function readGraphModel(json: unknown, data: Buffer): GraphModel {
  const model = graphModel.parse(json);
  const constants = new Map<string, Constant>();
  let at = 0;
  for (const entry of model.weightsManifest.flatMap((group) => group.weights)) {
    const bytes = sizeOf(entry.shape) * (entry.quantization ? 2 : 4);
    constants.set(entry.name, readWeight(entry, data.subarray(at, at + bytes)));
    at += bytes;
  }
  if (at !== data.length) throw new Error(`the weights take ${String(at)} of ${String(data.length)} bytes`);
  return { nodes: new Map(model.modelTopology.node.map((node) => [node.name, node])), constants };
}

function readWeight({ dtype, shape, quantization }: Weight, data: Buffer): Constant {
  const count = sizeOf(shape);
  if (dtype === 'int32') {
    return { kind: 'integers', values: Array.from({ length: count }, (_, i) => data.readInt32LE(4 * i)) };
  }
  const read = quantization ? (i: number) => float16(data.readUInt16LE(2 * i)) : (i: number) => data.readFloatLE(4 * i);
  return { kind: 'floats', tensor: { shape, data: Float32Array.from({ length: count }, (_, i) => read(i)) } };
}

/**
 * A number of IEEE 754 binary16:
 *
 *      15   14    10 9          0
 *     sign  exponent   fraction
 */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
