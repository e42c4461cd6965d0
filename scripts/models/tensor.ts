/** Numbers in rows of the last axis. */
export interface FloatTensor {
  shape: readonly number[];
  data: Float32Array;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The tensor with its axes in another order: axis `i` of the result is axis `order[i]` of the source. */
export function permuteAxes(source: FloatTensor, order: readonly number[]): FloatTensor {
  const shape = order.map((axis) => lengthOf(source.shape, axis));
  const strides = order.map((axis) => sizeOf(source.shape.slice(axis + 1)));
  const data = new Float32Array(source.data.length);
  const position = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    const from = position.reduce((sum, at, axis) => sum + at * lengthOf(strides, axis), 0);
    data[i] = source.data[from] ?? NaN;
    advance(position, shape);
  }
  return { shape, data };
}

/** Counts a position up by one, the last axis fastest. */
function advance(position: number[], shape: readonly number[]): void {
  for (let axis = position.length - 1; axis >= 0; axis--) {
    const next = (position[axis] ?? 0) + 1;
    position[axis] = next === shape[axis] ? 0 : next;
    if (position[axis] !== 0) return;
  }
}

function lengthOf(list: readonly number[], axis: number): number {
  const length = list[axis];
  if (length === undefined) throw new Error(`there is no axis ${String(axis)}`);
  return length;
}
