/** How libraries order the axes of a layer's tensors, turned into the order of this one. */
import type { HostTensor } from '@foveate/contracts';
import { forEachStrided } from './strided.js';

/**
 * Order of a kernel's axes. `hwio` is this library's, TensorFlow's and Keras': [height, width, in, out], depthwise
 * [height, width, channels, 1], dense [in, out]. `oihw` is PyTorch's: [out, in, height, width], depthwise
 * [channels, 1, height, width], dense [out, in].
 */
export type Layout = 'hwio' | 'oihw';

/** Last part of the name of a variable. */
export type Leaf = 'kernel' | 'depthwise' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance';

/** Which axis of the source stands where; undefined where the order is the same. */
function permutation(leaf: Leaf, layout: Layout, rank: number): readonly number[] | undefined {
  if (layout === 'hwio') return undefined;
  if (leaf === 'kernel') return rank === 4 ? [2, 3, 1, 0] : rank === 2 ? [1, 0] : undefined;
  return leaf === 'depthwise' && rank === 4 ? [2, 3, 0, 1] : undefined;
}

/**
 * A tensor of a file in the layout of this library. Keeps the values.
 * @param tensor float32
 */
export function toHwio(tensor: HostTensor, leaf: Leaf, layout: Layout): HostTensor {
  const { shape, data } = tensor;
  const axes = permutation(leaf, layout, shape.length);
  if (axes === undefined) return tensor;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const permuted = axes.map((axis) => shape[axis] as number);
  const result = new Float32Array(data.length);
  forEachStrided(
    permuted,
    axes.map((axis) => strides[axis] as number),
    (from, to) => (result[to] = data[from] as number),
  );
  return { dtype: 'float32', shape: permuted, data: result };
}

/** Whether two kernels differ only in that one is a 1x1 convolution and the other a dense layer. */
export function sameButForPixels(a: readonly number[], b: readonly number[]): boolean {
  const matrix = (shape: readonly number[]) =>
    (shape.length === 4 && shape[0] === 1 && shape[1] === 1 ? shape.slice(2) : shape).join();
  return matrix(a) === matrix(b);
}
