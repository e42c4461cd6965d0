import { bytesField, integerField, messageField, textField } from './protobuf.ts';
import type { FloatTensor } from './tensor.ts';

/** Numbers of the fields in onnx.proto that are used here. */
const MODEL = { irVersion: 1, producer: 2, graph: 7, opsetImport: 8 };
const OPSET = { domain: 1, version: 2 };
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, integer: 3, text: 4, integers: 8, type: 20 };
const ATTRIBUTE_TYPE = { integer: 2, text: 3, integers: 7 };
const TENSOR = { dimension: 1, type: 2, name: 8, rawData: 9 };
const ELEMENT_TYPE = { float32: 1, int64: 7 };
const VALUE = { name: 1, type: 2, tensorType: 1, elementType: 1, shape: 2, dimension: 1, length: 1 };

const IR_VERSION = 8;
/** Operators mean what this version of the ONNX operator set says. */
const OPSET_VERSION = 17;

export type Attribute = number | string | readonly number[];

/**
 * An ONNX model in the making. Values are called by names; every method that makes a value gives its name. The same
 * calls give the same bytes.
 */
export class OnnxGraph {
  readonly #nodes: Buffer[] = [];
  readonly #initializers: Buffer[] = [];
  readonly #inputs: Buffer[] = [];
  readonly #outputs: Buffer[] = [];
  #names = 0;

  /** Applies an operator; the name of its first output. */
  node(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const output = this.#newName(operator);
    this.#addNode(operator, inputs, output, attributes);
    return output;
  }

  constant({ shape, data }: FloatTensor): string {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return this.#initializer('weight', shape, ELEMENT_TYPE.float32, bytes);
  }

  /** A list of whole numbers, which operators take for shapes and paddings. */
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#initializer('integers', [values.length], ELEMENT_TYPE.int64, Buffer.from(data.buffer));
  }

  input(name: string, shape: readonly number[]): void {
    this.#inputs.push(valueInfo(GRAPH.input, name, shape));
  }

  /** Makes a value one of the model's results. */
  output(name: string, value: string): void {
    this.#addNode('Identity', [value], name, {});
    this.#outputs.push(valueInfo(GRAPH.output, name));
  }

  serialize(): Buffer {
    const graph = [
      ...this.#nodes,
      textField(GRAPH.name, 'graph'),
      ...this.#initializers,
      ...this.#inputs,
      ...this.#outputs,
    ];
    return Buffer.concat([
      integerField(MODEL.irVersion, IR_VERSION),
      textField(MODEL.producer, 'veritalk'),
      messageField(MODEL.graph, graph),
      messageField(MODEL.opsetImport, [textField(OPSET.domain, ''), integerField(OPSET.version, OPSET_VERSION)]),
    ]);
  }

  #newName(base: string): string {
    this.#names += 1;
    return `${base}_${String(this.#names)}`;
  }

  #addNode(
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, Attribute>>,
  ): void {
    this.#nodes.push(
      messageField(GRAPH.node, [
        ...inputs.map((name) => textField(NODE.input, name)),
        textField(NODE.output, output),
        textField(NODE.name, output),
        textField(NODE.operator, operator),
        ...Object.entries(attributes).map(([name, value]) => attributeField(name, value)),
      ]),
    );
  }

  #initializer(base: string, shape: readonly number[], type: number, data: Buffer): string {
    const name = this.#newName(base);
    const dimensions = shape.map((length) => integerField(TENSOR.dimension, length));
    this.#initializers.push(
      messageField(GRAPH.initializer, [
        ...dimensions,
        integerField(TENSOR.type, type),
        textField(TENSOR.name, name),
        bytesField(TENSOR.rawData, data),
      ]),
    );
    return name;
  }
}

function attributeField(name: string, value: Attribute): Buffer {
  return messageField(NODE.attribute, [textField(ATTRIBUTE.name, name), ...attributeValue(value)]);
}

function attributeValue(value: Attribute): Buffer[] {
  if (typeof value === 'string') {
    return [textField(ATTRIBUTE.text, value), integerField(ATTRIBUTE.type, ATTRIBUTE_TYPE.text)];
  }
  if (typeof value === 'number') {
    return [integerField(ATTRIBUTE.integer, value), integerField(ATTRIBUTE.type, ATTRIBUTE_TYPE.integer)];
  }
  return [
    ...value.map((item) => integerField(ATTRIBUTE.integers, item)),
    integerField(ATTRIBUTE.type, ATTRIBUTE_TYPE.integers),
  ];
}

/** A model's input or output: its name, that it holds floats, and its shape where that is known. */
function valueInfo(field: number, name: string, shape?: readonly number[]): Buffer {
  const dimensions = shape?.map((length) => messageField(VALUE.dimension, [integerField(VALUE.length, length)]));
  const tensor = [
    integerField(VALUE.elementType, ELEMENT_TYPE.float32),
    ...(dimensions ? [messageField(VALUE.shape, dimensions)] : []),
  ];
  return messageField(field, [
    textField(VALUE.name, name),
    messageField(VALUE.type, [messageField(VALUE.tensorType, tensor)]),
  ]);
}
