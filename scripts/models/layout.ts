/**
 * A computed value. TensorFlow keeps pictures as NHWC (batch, height, width, channel), ONNX as NCHW: `image` values are
 * kept as NCHW, all others (`plain`) as TensorFlow has them.
 */
export interface Activation {
  name: string;
  layout: 'image' | 'plain';
}

/** The axes of NCHW in the order of NHWC. */
export const NCHW_TO_NHWC = [0, 2, 3, 1] as const;
/** The axes of NHWC in the order of NCHW. */
export const NHWC_TO_NCHW = [0, 3, 1, 2] as const;
