/**
 * Sum and mean in double precision. The kernels of tfjs-backend-wasm transpose first and then add up in single precision
 * one by one, which costs batch statistics over 100,000 pixels two decimal digits; these read the values where they are.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/** Reduces the middle one of three axes. @param scale factor of the sums */
function addUp(values: Float32Array, [outer, count, inner]: readonly [number, number, number], scale: number) {
  const result = new Float32Array(outer * inner);
  const sums = new Float64Array(inner);
  for (let o = 0, at = 0; o < outer; o++) {
    sums.fill(0);
    if (inner === 1) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += values[at++] as number;
      sums[0] = sum;
    } else {
      for (let k = 0; k < count; k++)
        for (let i = 0; i < inner; i++) sums[i] = (sums[i] as number) + (values[at++] as number);
    }
    for (let i = 0; i < inner; i++) result[o * inner + i] = (sums[i] as number) * scale;
  }
  return result;
}

/**
 * A kernel for `Sum` or `Mean`.
 * @param mean divides by the number of values
 * @param own the backend's kernel, for other dtypes than float32 and for axes with others between them
 */
export function preciseReduction(mean: boolean, own: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    const { axis, keepDims } = call.attrs as unknown as { axis: number | number[]; keepDims: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
    const first = axes[0] ?? 0;
    const together = axes.every((value, index) => value === first + index);
    if (x.dtype !== 'float32' || !together || tf.util.sizeFromShape(x.shape) === 0) return own(call);
    const end = first + axes.length;
    const count = tf.util.sizeFromShape(x.shape.slice(first, end));
    const [before, after] = [x.shape.slice(0, first), x.shape.slice(end)];
    const wasm = call.backend as BackendWasm;
    const sums = addUp(
      wasm.typedArrayFromHeap(x) as Float32Array,
      [tf.util.sizeFromShape(before), count, tf.util.sizeFromShape(after)],
      mean ? 1 / count : 1,
    );
    const shape = [...before, ...(keepDims ? axes.map(() => 1) : []), ...after];
    return wasm.makeOutput(shape, 'float32', undefined, sums);
  };
}
