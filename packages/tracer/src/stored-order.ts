/**
 * Convolution filters are HWIO to the program and OIHW to ONNX. State and files keep them the way the graph wants, so that no step
 * transposes them; they are turned only when they are read or written from outside.
 */
import type { HostTensor } from '@foveate/contracts';

/** Axis order in which a value is stored between runs: OIHW for rank 4, as it is otherwise. */
export function storedOrder(shape: readonly number[]): readonly number[] {
  return shape.length === 4 ? [3, 2, 0, 1] : shape.map((_, axis) => axis);
}

/** A copy of a host value in stored order. */
export function toStored({ data, shape, dtype }: HostTensor): HostTensor {
  const stored = storedOrder(shape).map((axis) => shape[axis] as number);
  if (shape.length !== 4) return { dtype, shape: stored, data: data.slice() };
  return { dtype, shape: stored, data: reordered(data, shape, (at, position) => [position, at]) };
}

/** A copy of a stored value in logical order. @param shape logical shape */
export function fromStored(data: HostTensor['data'], shape: readonly number[], dtype: HostTensor['dtype']): HostTensor {
  if (shape.length !== 4) return { dtype, shape, data: data.slice() };
  return { dtype, shape, data: reordered(data, shape, (at, position) => [at, position]) };
}

/** @param places where a value goes and comes from, by its place in HWIO and in OIHW */
function reordered(
  data: HostTensor['data'],
  shape: readonly number[],
  places: (logical: number, stored: number) => readonly [to: number, from: number],
): HostTensor['data'] {
  const [h, w, i, o] = shape as [number, number, number, number];
  const result = data instanceof Float32Array ? new Float32Array(data.length) : new Int32Array(data.length);
  let stored = 0;
  for (let output = 0; output < o; output++)
    for (let input = 0; input < i; input++)
      for (let pixel = 0; pixel < h * w; pixel++) {
        const [to, from] = places((pixel * i + input) * o + output, stored++);
        result[to] = data[from] as number;
      }
  return result;
}
