/** Constants: from values to the graph and back. */
import { fail } from '@foveate/contracts';
import type * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from './builder.js';
import { callSite } from './call-site.js';
import { sizeOf, type ConstantData } from './ir.js';
import { plain, uniform, type Lazy } from './layout.js';

/** Constants that repeat one number become a uniform scalar: gradients make many, and large ones. */
export function constantOf(
  b: GraphBuilder,
  values: tf.BackendValues,
  shape: readonly number[],
  dtype: tf.DataType,
): Lazy {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: `Tensors of type ${dtype} cannot be traced`,
      where: callSite(),
      expected: 'float32, int32 or bool',
    });
  }
  const numbers = values as ArrayLike<number>;
  const first = numbers[0];
  if (first !== undefined && repeats(numbers, first)) return uniform(b, first, shape, dtype);
  const data: ConstantData =
    dtype === 'float32'
      ? Float32Array.from(numbers)
      : dtype === 'int32'
        ? Int32Array.from(numbers)
        : Uint8Array.from(numbers);
  return plain(b.constant(data, shape, dtype));
}

function repeats(numbers: ArrayLike<number>, first: number): boolean {
  for (let i = 1; i < numbers.length; i++) if (!Object.is(numbers[i], first)) return false;
  return true;
}

/** The values of a constant in row-major logical order, broadcasts carried out; nothing for tensors that are computed. */
export function valuesOf({ value, perm, shape, type }: Lazy): Float32Array | Int32Array | Uint8Array | undefined {
  const { data } = value;
  if (data === undefined) return undefined;
  const result = new { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[type](sizeOf(shape));
  if (data.length === 1) return result.fill(Number(data[0]));
  const strides = shape.map(() => 0);
  let stride = 1;
  for (let position = perm.length - 1; position >= 0; position--) {
    const length = value.shape[position] as number;
    // Broadcast axes stand still.
    if (length !== 1) strides[perm[position] as number] = stride;
    stride *= length;
  }
  result.forEach((_, index) => {
    let [rest, offset] = [index, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      offset += (rest % length) * (strides[axis] as number);
      rest = Math.floor(rest / length);
    }
    result[index] = Number(data[offset]);
  });
  return result;
}
