/** Pixels moved between blocks, batch and channels. */
import * as tf from '@tensorflow/tfjs-core';
import { materialise, type Lazy } from '../layout.js';
import { pad, partial, reshape, transpose } from './shape.js';
import { input, type KernelCall, type LoweringTable } from './types.js';

/** Space-to-batch and back, by the reshapes and transposes of their definition; tfjs writes dilated convolution with them. */
function blocks(call: KernelCall, toBatch: boolean): Lazy {
  const x = input(call, 'x');
  const { b } = call;
  const blockShape = call.attrs['blockShape'] as number[];
  const margins = call.attrs[toBatch ? 'paddings' : 'crops'] as [number, number][];
  const m = blockShape.length;
  const product = blockShape.reduce((a, c) => a * c, 1);
  if (toBatch) {
    const rest = x.shape.length - 1 - m;
    const padded = pad(
      b,
      x,
      [[0, 0], ...margins, ...Array.from({ length: rest }, (): [number, number] => [0, 0])],
      'constant',
      0,
    );
    const inner = tf.backend_util.getReshaped(padded.shape as number[], blockShape, product, false);
    const order = tf.backend_util.getPermuted(inner.length, m, false);
    const outer = tf.backend_util.getReshapedPermuted(padded.shape as number[], blockShape, product, false);
    const moved = reshape(b, padded, inner);
    return reshape(b, transpose(moved, order), outer);
  }
  const inner = tf.backend_util.getReshaped(x.shape as number[], blockShape, product);
  const order = tf.backend_util.getPermuted(inner.length, m);
  const outer = tf.backend_util.getReshapedPermuted(x.shape as number[], blockShape, product);
  const begin = tf.backend_util.getSliceBeginCoords(margins, m);
  const size = tf.backend_util.getSliceSize(outer, margins, m);
  return partial(b, reshape(b, transpose(reshape(b, x, inner), order), outer), begin, size);
}

/** Space to batch, batch to space and depth to space, by tfjs kernel name. */
export const blockLowerings: LoweringTable = {
  SpaceToBatchND: (call) => blocks(call, true),
  BatchToSpaceND: (call) => blocks(call, false),
  DepthToSpace: (call) => {
    const x = input(call, 'x');
    const { blockSize, dataFormat } = call.attrs as { blockSize: number; dataFormat: string };
    const nhwc = dataFormat === 'NHWC';
    const perm = nhwc ? [0, 3, 1, 2] : [0, 1, 2, 3];
    const [n, c, h, w] = perm.map((axis) => x.shape[axis] as number) as [number, number, number, number];
    const physical = [n, c / blockSize ** 2, h * blockSize, w * blockSize];
    const value = call.b.op('DepthToSpace', [materialise(call.b, x, perm)], physical, x.type, {
      blocksize: { int: blockSize },
      mode: { string: 'DCR' },
    });
    return {
      type: x.type,
      value,
      perm,
      shape: nhwc ? [n, physical[2] as number, physical[3] as number, physical[1] as number] : physical,
    };
  },
};
