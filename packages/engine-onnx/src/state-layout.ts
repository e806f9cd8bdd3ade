/**
 * Convolution filters are HWIO to the program and OIHW to ONNX. State keeps them the way the graph wants, so that no step
 * transposes them; they are turned only when they are read or written from outside.
 */
import type { HostTensor } from '@foveate/contracts';

/** Axis order in which a state value is stored: OIHW for rank 4, as it is otherwise. */
export function stateOrder(shape: readonly number[]): readonly number[] {
  return shape.length === 4 ? [3, 2, 0, 1] : shape.map((_, axis) => axis);
}

/** Copies values into another axis order. @param read true: from `order` back to logical order */
function permute(
  data: HostTensor['data'],
  shape: readonly number[],
  order: readonly number[],
  read: boolean,
): HostTensor['data'] {
  const result = data instanceof Float32Array ? new Float32Array(data.length) : new Int32Array(data.length);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [a, b, c, d] = order.map((axis) => shape[axis] as number) as [number, number, number, number];
  const [sa, sb, sc, sd] = order.map((axis) => strides[axis] as number) as [number, number, number, number];
  let stored = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++)
        for (let l = 0; l < d; l++, stored++) {
          const logical = i * sa + j * sb + k * sc + l * sd;
          if (read) result[logical] = data[stored] as number;
          else result[stored] = data[logical] as number;
        }
  return result;
}

/** A copy of a host value in stored order. */
export function toStored({ data, shape, dtype }: HostTensor): HostTensor {
  const order = stateOrder(shape);
  const stored = shape.length === 4 ? permute(data, shape, order, false) : data.slice();
  return { dtype, shape: order.map((axis) => shape[axis] as number), data: stored };
}

/** A copy of a stored value in logical order. @param shape logical shape */
export function fromStored(data: HostTensor['data'], shape: readonly number[], dtype: HostTensor['dtype']): HostTensor {
  return { dtype, shape, data: shape.length === 4 ? permute(data, shape, stateOrder(shape), true) : data.slice() };
}
