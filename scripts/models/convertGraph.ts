import type { Constant, GraphModel, GraphNode } from './graphModel.ts';
import { NCHW_TO_NHWC, NHWC_TO_NCHW } from './layout.ts';
import type { Activation } from './layout.ts';
import { OnnxGraph } from './OnnxGraph.ts';
import { OPERATORS } from './operators.ts';
import type { FloatTensor } from './tensor.ts';
import { permuteAxes } from './tensor.ts';

/**
 * Converts a TF.js graph model.
 *
 * @param outputs - Nodes to compute -> names of the outputs in the result. What they don't need is left out.
 * @returns An ONNX file. Its inputs have the names and, as NCHW, the shapes that they have in the model; a batch is 1.
 * @throws Error when the model uses an operator, or a kind of it, that is not supported.
 */
export function convertGraph(model: GraphModel, outputs: Readonly<Record<string, string>>): Buffer {
  const conversion = new Conversion(model);
  for (const [node, name] of Object.entries(outputs)) conversion.output(node, name);
  return conversion.onnx.serialize();
}

/** One model on its way: every node is converted when somebody first needs its value. */
export class Conversion {
  readonly onnx = new OnnxGraph();
  readonly #model: GraphModel;
  readonly #done = new Map<string, Activation>();

  constructor(model: GraphModel) {
    this.#model = model;
  }

  output(node: string, name: string): void {
    this.onnx.output(name, this.plain(this.activation(node)));
  }

  /** The value of a computed node. */
  activation(name: string): Activation {
    const known = this.#done.get(name);
    if (known) return known;
    const node = this.#model.nodes.get(name);
    if (!node) throw new Error(`there is no node ${name}`);
    const converted = node.op === 'Placeholder' ? this.#input(node) : this.#operator(node);
    this.#done.set(name, converted);
    return converted;
  }

  /** The node that computes a value, or undefined when it is an input or a constant. */
  computed(name: string): GraphNode | undefined {
    const node = this.#model.nodes.get(name);
    return node?.op === 'Placeholder' ? undefined : node;
  }

  /** The value of a constant node, or undefined when it is computed. */
  constant(name: string): Constant | undefined {
    return this.#model.constants.get(name);
  }

  /** The weights in a constant node. */
  weights(name: string): FloatTensor {
    const constant = this.constant(name);
    if (constant?.kind !== 'floats') throw new Error(`${name} must be a constant with weights`);
    return constant.tensor;
  }

  /** The whole numbers in a constant node. */
  integers(name: string): number[] {
    const constant = this.constant(name);
    if (constant?.kind !== 'integers') throw new Error(`${name} must be a constant with whole numbers`);
    return constant.values;
  }

  /** Weights that stand beside a value in an elementwise operator, with their axes where the value has them. */
  weightsBeside(name: string, layout: Activation['layout']): string {
    const tensor = this.weights(name);
    if (layout === 'plain' || tensor.shape.length === 0) return this.onnx.constant(tensor);
    const shape = [...Array<number>(4 - tensor.shape.length).fill(1), ...tensor.shape];
    return this.onnx.constant(permuteAxes({ shape, data: tensor.data }, NHWC_TO_NCHW));
  }

  /** The value with the axes that it has in TensorFlow. */
  plain(activation: Activation): string {
    if (activation.layout === 'plain') return activation.name;
    return this.onnx.node('Transpose', [activation.name], { perm: NCHW_TO_NHWC });
  }

  #input(node: GraphNode): Activation {
    const shape = node.attr.shape?.shape?.dim?.map(({ size }) => size) ?? [];
    const [, height, width, channels] = shape;
    if (shape.length !== 4 || !height || !width || !channels) throw new Error(`${node.name} must be an image`);
    this.onnx.input(node.name, [1, channels, height, width]);
    return { name: node.name, layout: 'image' };
  }

  #operator(node: GraphNode): Activation {
    const convert = OPERATORS.get(node.op);
    if (!convert) throw new Error(`the operator ${node.op} (${node.name}) is not supported`);
    return convert(this, node);
  }
}
