/**
 * Gradients of pooling, resizing and activation gradients, and of some movements of data, which tfjs lacks. Importing this
 * file registers them. All but that of ELU are linear in the gradient they take, so theirs is the transposed function.
 */
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of tfjs, which must not come later.
import '@tensorflow/tfjs-layers';

type T = tf.Tensor;
type T4 = tf.Tensor4D;

interface PoolAttrs {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Gradients by kernel: the inputs to save and, for each input to differentiate by, what to compute. */
const gradients: Readonly<
  Record<string, [inputs: string[], f: (dy: T, saved: T[], attrs: unknown) => Record<string, () => T>]>
> = {
  MaxPoolGrad: [
    ['input', 'output'],
    (ddx, [input, output], attrs) => ({
      dy: () => atMaxima(ddx as T4, input as T4, output as T4, attrs as PoolAttrs),
      input: () => tf.zerosLike(input as T),
      output: () => tf.zerosLike(output as T),
    }),
  ],
  AvgPoolGrad: [
    ['input'],
    (ddx, [input], attrs) => {
      const { filterSize, strides, pad, dimRoundingMode } = attrs as PoolAttrs;
      return {
        dy: () => tf.avgPool(ddx as T4, filterSize, strides, pad, dimRoundingMode),
        input: () => tf.zerosLike(input as T),
      };
    },
  ],
  ResizeBilinearGrad: [
    ['images', 'dy'],
    (ddx, [images, dy], attrs) => ({
      dy: () => resize('ResizeBilinear', ddx, dy as T4, attrs),
      images: () => tf.zerosLike(images as T),
    }),
  ],
  ResizeNearestNeighborGrad: [
    ['images', 'dy'],
    (ddx, [images, dy], attrs) => ({
      dy: () => resize('ResizeNearestNeighbor', ddx, dy as T4, attrs),
      images: () => tf.zerosLike(images as T),
    }),
  ],
  // With y = ELU(x) the gradient is dy where y >= 0 and dy (y + 1) elsewhere.
  EluGrad: [
    ['dy', 'y'],
    (g, [dy, y]) => {
      const negative = (): T => tf.cast(tf.less(y as T, 0), 'float32');
      return {
        dy: () => tf.mul(g, tf.add(tf.mul(negative(), y as T), 1)),
        y: () => tf.mul(tf.mul(g, dy as T), negative()),
      };
    },
  ],
  DepthToSpace: [
    ['x'],
    (dy, [x], attrs) => {
      const { blockSize, dataFormat } = attrs as { blockSize: number; dataFormat: string };
      return { x: () => spaceToDepth(dy, (x as T).shape, blockSize, dataFormat === 'NCHW') };
    },
  ],
  GatherNd: [
    ['params', 'indices'],
    (dy, [params, indices]) => ({
      params: () => tf.scatterND(indices as T, dy, (params as T).shape),
      indices: () => tf.zerosLike(indices as T),
    }),
  ],
  ScatterNd: [
    ['indices'],
    (dy, [indices]) => ({
      updates: () => tf.gatherND(dy, indices as T),
      indices: () => tf.zerosLike(indices as T),
    }),
  ],
};

for (const [kernelName, [inputsToSave, f]] of Object.entries(gradients)) {
  tf.registerGradient({ kernelName, inputsToSave, gradFunc: (dy, saved, attrs) => f(dy as T, saved, attrs) });
}

function resize(kernelName: string, ddx: T, { shape }: T4, attrs: unknown): T {
  const { alignCorners, halfPixelCenters } = attrs as { alignCorners: boolean; halfPixelCenters: boolean };
  return tf.engine().runKernel(kernelName, { images: ddx }, {
    alignCorners,
    halfPixelCenters,
    size: [shape[1], shape[2]],
  } as unknown as tf.NamedAttrMap);
}

/** The elements of `x` at the places where the windows of `input` have their maxima; of equal maxima the first counts. */
function atMaxima(x: T4, input: T4, output: T4, { filterSize, strides, pad, dimRoundingMode }: PoolAttrs): T {
  const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { padInfo: p, strideHeight, strideWidth, outHeight, outWidth, filterHeight, filterWidth } = info;
  const margin: [number, number][] = [
    [0, 0],
    [p.top, p.bottom],
    [p.left, p.right],
    [0, 0],
  ];
  const [images, values] = [tf.pad(input, margin, -Infinity), tf.pad(x, margin)];
  const spread = [outHeight * strideHeight, outWidth * strideWidth] as const;
  // Room for whole strides: a window is then a slice, reshaped so that its first pixel of each stride can be taken.
  const room = (t: T4, fill: number): T4 => {
    const [, h, w] = t.shape;
    const missing = [spread[0] + filterHeight - 1 - h, spread[1] + filterWidth - 1 - w].map((by) => Math.max(0, by));
    return tf.pad(
      t,
      [
        [0, 0],
        [0, missing[0] as number],
        [0, missing[1] as number],
        [0, 0],
      ],
      fill,
    );
  };
  const [wideImages, wideValues] = [room(images as T4, -Infinity), room(values as T4, 0)];
  const tap = (t: T4, row: number, column: number): T => {
    const [n, , , c] = t.shape;
    const block = tf.slice(t, [0, row, column, 0], [n, spread[0], spread[1], c]);
    const rows = tf.slice(
      tf.reshape(block, [n * outHeight, strideHeight, spread[1], c]),
      [0, 0, 0, 0],
      [-1, 1, -1, -1],
    );
    const columns = tf.reshape(rows, [n * outHeight * outWidth, strideWidth, c]);
    return tf.reshape(tf.slice(columns, [0, 0, 0], [-1, 1, -1]), [n, outHeight, outWidth, c]);
  };
  let found: T = tf.zerosLike(output);
  let sum: T = tf.zerosLike(output);
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const hit = tf.cast(tf.equal(tap(wideImages, row, column), output), 'float32');
      const first = tf.mul(hit, tf.sub(1, found));
      found = tf.add(found, first);
      sum = tf.add(sum, tf.mul(first, tap(wideValues, row, column)));
    }
  }
  return sum;
}

function spaceToDepth(dy: T, shape: readonly number[], block: number, channelsFirst: boolean): T {
  const [n, ...rest] = shape as [number, number, number, number];
  if (channelsFirst) {
    const [c, h, w] = rest;
    const inner = c / block ** 2;
    const split = tf.reshape(dy, [n, inner, h, block, w, block]);
    return tf.reshape(tf.transpose(split, [0, 3, 5, 1, 2, 4]), [...shape]);
  }
  const [h, w, c] = rest;
  const split = tf.reshape(dy, [n, h, block, w, block, c / block ** 2]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 2, 4, 5]), [...shape]);
}
