import type { Conversion } from './convertGraph.ts';
import type { GraphNode } from './graphModel.ts';
import { NCHW_TO_NHWC, NHWC_TO_NCHW } from './layout.ts';
import type { Activation } from './layout.ts';
import type { Attribute } from './OnnxGraph.ts';
import { permuteAxes } from './tensor.ts';

type Operator = (conversion: Conversion, node: GraphNode) => Activation;

/** TensorFlow's operators, as far as our models use them. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Identity', (conversion, node) => conversion.activation(inputOf(node, 0))],
  ['Conv2D', convolution],
  ['_FusedConv2D', convolution],
  ['DepthwiseConv2dNative', convolution],
  ['Add', elementwise('Add')],
  ['AddV2', elementwise('Add')],
  ['Mul', elementwise('Mul')],
  ['Minimum', clip],
  ['Maximum', clip],
  ['Relu', unary('Relu')],
  ['Sigmoid', unary('Sigmoid')],
  ['Prelu', prelu],
  ['MaxPool', maxPool],
  ['Pad', pad],
  ['Mean', mean],
  ['Reshape', reshape],
]);

function inputOf(node: GraphNode, index: number): string {
  const name = node.input[index];
  if (name === undefined) throw new Error(`${node.name} has no input ${String(index)}`);
  return name.replace(/:0$/, '');
}

function imageInput(conversion: Conversion, node: GraphNode): string {
  const { name, layout } = conversion.activation(inputOf(node, 0));
  if (layout !== 'image') throw new Error(`${node.name} must work on an image`);
  return name;
}

/**
 * A convolution, with the bias and the activation that TF.js has fused into it.
 * TensorFlow keeps kernels as height, width, inputs, outputs; ONNX as outputs, inputs, height, width.
 */
function convolution(conversion: Conversion, node: GraphNode): Activation {
  const { onnx } = conversion;
  const kernel = conversion.weights(inputOf(node, 1));
  const depthwise = node.op === 'DepthwiseConv2dNative';
  const [height = 0, width = 0, channels = 0, last = 0] = kernel.shape;
  const turned = permuteAxes(kernel, depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]);
  const shape = depthwise ? [channels * last, 1, height, width] : turned.shape;
  const attributes = {
    kernel_shape: [height, width],
    dilations: spatial(node, 'dilations'),
    group: depthwise ? channels : 1,
    ...windowAttributes(node),
  };
  const fused = [...(node.attr.fused_ops?.list?.s ?? [])];
  const biased = fused[0] === 'BiasAdd';
  const inputs = [imageInput(conversion, node), onnx.constant({ shape, data: turned.data })];
  if (biased) inputs.push(onnx.constant(conversion.weights(inputOf(node, 2))));
  const value = onnx.node('Conv', inputs, attributes);
  return { name: fusedActivation(conversion, node, value, biased ? fused.slice(1) : fused), layout: 'image' };
}

function fusedActivation(conversion: Conversion, node: GraphNode, value: string, operators: string[]): string {
  const [operator, ...more] = operators;
  if (operator === undefined) return value;
  if (more.length > 0) throw new Error(`${node.name} has more fused into it than a bias and an activation`);
  if (operator === 'Relu') return conversion.onnx.node('Relu', [value]);
  if (operator === 'Prelu') {
    return conversion.onnx.node('PRelu', [value, conversion.weightsBeside(inputOf(node, 3), 'image')]);
  }
  throw new Error(`${node.name} has the unsupported ${operator} fused into it`);
}

/** Steps and padding of an operator that moves a window over an image. */
function windowAttributes(node: GraphNode): Record<string, Attribute> {
  const padding = node.attr.padding?.s;
  if (padding !== 'SAME' && padding !== 'VALID') throw new Error(`${node.name} has an unsupported padding`);
  return { strides: spatial(node, 'strides'), auto_pad: padding === 'SAME' ? 'SAME_UPPER' : 'VALID' };
}

/** Of an attribute with a number for each axis of NHWC, those for height and width; 1 where it is absent. */
function spatial(node: GraphNode, attribute: string): [number, number] {
  const [, height = 1, width = 1] = node.attr[attribute]?.list?.i ?? [];
  return [height, width];
}

function elementwise(operator: string): Operator {
  return (conversion, node) => {
    const names = node.input.map((_, index) => inputOf(node, index));
    const computed = names.filter((name) => !conversion.constant(name));
    const layouts = new Set(computed.map((name) => conversion.activation(name).layout));
    const [layout] = layouts;
    if (!layout || layouts.size > 1) throw new Error(`${node.name} mixes images with other values`);
    const values = names.map((name) =>
      conversion.constant(name) ? conversion.weightsBeside(name, layout) : conversion.activation(name).name,
    );
    return { name: conversion.onnx.node(operator, values), layout };
  };
}

function unary(operator: string): Operator {
  return (conversion, node) => {
    const { name, layout } = conversion.activation(inputOf(node, 0));
    return { name: conversion.onnx.node(operator, [name]), layout };
  };
}

/**
 * A chain of Relu, Minimum and Maximum with constants, as ReLU6 is written, becomes one Clip: onnxruntime makes that a
 * part of the convolution before it, which saves a sixth of faceres' time.
 */
function clip(conversion: Conversion, node: GraphNode): Activation {
  const bounds = { least: -Infinity, most: Infinity };
  let value = node.name;
  for (let link: GraphNode | undefined = node; link; link = conversion.computed(value)) {
    const bound = link.op === 'Relu' ? 0 : boundOf(conversion, link);
    if (bound === null) break;
    // From the last operator to the first: what comes later has the last word.
    const clamped = Math.min(bounds.most, Math.max(bounds.least, bound));
    if (link.op === 'Minimum') bounds.most = clamped;
    else bounds.least = clamped;
    value = inputOf(link, 0);
  }
  const { name, layout } = conversion.activation(value);
  const scalar = (number: number): string => conversion.onnx.constant({ shape: [], data: Float32Array.of(number) });
  return { name: conversion.onnx.node('Clip', [name, scalar(bounds.least), scalar(bounds.most)]), layout };
}

/** The constant with which a Minimum or Maximum bounds its first input; null for every other operator. */
function boundOf(conversion: Conversion, node: GraphNode): number | null {
  if (node.op !== 'Minimum' && node.op !== 'Maximum') return null;
  const [bound, ...more] = conversion.weights(inputOf(node, 1)).data;
  if (bound === undefined || more.length > 0) throw new Error(`${node.name} must compare with one number`);
  return bound;
}

function prelu(conversion: Conversion, node: GraphNode): Activation {
  const { name, layout } = conversion.activation(inputOf(node, 0));
  const slope = conversion.weightsBeside(inputOf(node, 1), layout);
  return { name: conversion.onnx.node('PRelu', [name, slope]), layout };
}

function maxPool(conversion: Conversion, node: GraphNode): Activation {
  const attributes = { kernel_shape: spatial(node, 'ksize'), ...windowAttributes(node) };
  return { name: conversion.onnx.node('MaxPool', [imageInput(conversion, node)], attributes), layout: 'image' };
}

/** TensorFlow gives a pair (before, after) for each axis; ONNX all that come before, then all that come after. */
function pad(conversion: Conversion, node: GraphNode): Activation {
  const image = imageInput(conversion, node);
  const amounts = conversion.integers(inputOf(node, 1));
  const pads = [0, 1].flatMap((side) => NHWC_TO_NCHW.map((axis) => amounts[2 * axis + side] ?? 0));
  return { name: conversion.onnx.node('Pad', [image, conversion.onnx.integers(pads)]), layout: 'image' };
}

function mean(conversion: Conversion, node: GraphNode): Activation {
  if (node.attr.keep_dims?.b) throw new Error(`${node.name} must not keep the axes it takes the mean of`);
  const image = imageInput(conversion, node);
  // Axis `i` of NHWC is this axis of NCHW; axes may be counted from the end.
  const axes = conversion.integers(inputOf(node, 1)).map((axis) => NCHW_TO_NHWC.at(axis) ?? 0);
  return { name: conversion.onnx.node('ReduceMean', [image], { axes, keepdims: 0 }), layout: 'plain' };
}

function reshape(conversion: Conversion, node: GraphNode): Activation {
  const value = conversion.plain(conversion.activation(inputOf(node, 0)));
  const shape = conversion.onnx.integers(conversion.integers(inputOf(node, 1)));
  return { name: conversion.onnx.node('Reshape', [value, shape]), layout: 'plain' };
}
