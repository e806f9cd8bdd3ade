/** Gradients of pooling. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { depthwiseInputGradient } from './convolution-gradients.js';

/** What the pooling gradient kernels of tfjs are told. */
export interface PoolingAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function geometry(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolingAttributes,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/**
 * dL/dx of max-pooling: each dy goes to the first of the largest values of its window. The kernel of tfjs-backend-wasm
 * loses gradients; this one works on the values where they are in WASM memory.
 */
export const maxPoolGradient: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const wasm = backend as BackendWasm;
  const { dy, input } = inputs as Record<'dy' | 'input', tf.TensorInfo>;
  const pool = geometry(input.shape, attrs as unknown as PoolingAttributes);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth } = pool;
  const output = wasm.makeOutput(input.shape, 'float32');
  const [x, gradient, dx] = [input, dy, output].map((info) => wasm.typedArrayFromHeap(info) as Float32Array) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  dx.fill(0);
  let from = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      const top = outRow * strideHeight - pool.padInfo.top;
      const [firstRow, lastRow] = [Math.max(0, top), Math.min(inHeight, top + pool.filterHeight)];
      for (let outColumn = 0; outColumn < outWidth; outColumn++) {
        const left = outColumn * strideWidth - pool.padInfo.left;
        const [firstColumn, lastColumn] = [Math.max(0, left), Math.min(inWidth, left + pool.filterWidth)];
        for (let channel = 0; channel < inChannels; channel++, from++) {
          let largest = -Infinity;
          let at = -1;
          for (let row = firstRow; row < lastRow; row++) {
            let index = ((n * inHeight + row) * inWidth + firstColumn) * inChannels + channel;
            for (let column = firstColumn; column < lastColumn; column++, index += inChannels) {
              const value = x[index] as number;
              if (value > largest) {
                largest = value;
                at = index;
              }
            }
          }
          if (at >= 0) dx[at] = (dx[at] as number) + (gradient[from] as number);
        }
      }
    }
  }
  return output;
};

/**
 * dL/dx of average pooling. tfjs divides by the size of the window, also at borders, where the forward pass divides by the
 * number of pixels below it.
 */
export function averagePoolGradient(dy: tf.Tensor4D, input: tf.Tensor4D, attributes: PoolingAttributes): tf.Tensor4D {
  const pool = geometry(input.shape, attributes);
  const covered = (size: number, count: number, stride: number, filter: number, before: number): number[] =>
    Array.from({ length: count }, (_, index) => {
      const start = index * stride - before;
      return Math.min(size, start + filter) - Math.max(0, start);
    });
  const rows = covered(pool.inHeight, pool.outHeight, pool.strideHeight, pool.filterHeight, pool.padInfo.top);
  const columns = covered(pool.inWidth, pool.outWidth, pool.strideWidth, pool.filterWidth, pool.padInfo.left);
  const share = tf.div(
    dy,
    tf.mul(tf.tensor(rows, [1, rows.length, 1, 1], 'float32'), tf.tensor(columns, [columns.length, 1], 'float32')),
  ) as tf.Tensor4D;
  const ones: tf.Tensor4D = tf.ones([pool.filterHeight, pool.filterWidth, pool.inChannels, 1]);
  return depthwiseInputGradient(share, ones, input.shape, attributes) as tf.Tensor4D;
}
