import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OnnxGraph } from '../../scripts/models/OnnxGraph.ts';
import type { CatalogEntry } from '../../src/analysis/models/catalogEntry.ts';

/** Models made for tests: how each of them turns a picture of 16x16 into one number. */
export const SIDE = 16;

type Body = (graph: OnnxGraph, picture: string) => string;

const scalar = (graph: OnnxGraph, value: number): string =>
  graph.constant({ shape: [1, 1], data: Float32Array.of(value) });
const brightness: Body = (graph, picture) =>
  graph.node('Reshape', [graph.node('ReduceMean', [picture], { keepdims: 0 }), graph.integers([1, 1])]);

export const bodies = {
  /** Brightness as a probability. */
  honest: brightness,
  nan: (graph, picture) => graph.node('Mul', [brightness(graph, picture), scalar(graph, NaN)]),
  huge: (graph, picture) => graph.node('Add', [brightness(graph, picture), scalar(graph, 1e30)]),
  /** Thousands of millions of multiplications again and again: minutes. */
  hanging: (graph, picture) => {
    let value = graph.node('Expand', [brightness(graph, picture), graph.integers([3000, 3000])]);
    for (let i = 0; i < 400; i++) value = graph.node('MatMul', [value, value]);
    return brightness(graph, value);
  },
} satisfies Record<string, Body>;

/** Writes a model's file into a folder and describes it. */
export async function testModel(
  folder: string,
  name: keyof typeof bodies,
  changes: Partial<CatalogEntry> = {},
): Promise<CatalogEntry> {
  const graph = new OnnxGraph();
  graph.input('picture', [1, 3, SIDE, SIDE]);
  graph.output('fake', bodies[name](graph, 'picture'));
  const bytes = graph.serialize();
  await writeFile(path.join(folder, `${name}.onnx`), bytes);
  return {
    name,
    analyzer: 'image_model',
    enabled: true,
    file: `${name}.onnx`,
    url: null,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    licence: 'made for this test',
    input: { side: SIDE, layout: 'nchw', colour: 'rgb', scale: 1 / 255, offset: [0, 0, 0], crop: 1.2 },
    output: { activation: 'none', index: 0, means: 'fake', selfTest: null },
    calibration: null,
    card: 'Tells how bright a picture is, and nothing else.',
    ...changes,
  };
}
