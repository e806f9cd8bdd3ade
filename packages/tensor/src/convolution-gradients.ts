/**
 * Gradients of dilated convolutions and second-order gradients of all, which tfjs lacks. Importing this file registers them.
 * Written with tfjs' public operations alone, so that every backend has them and they can be differentiated again.
 */
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of tfjs, which must not come later.
import '@tensorflow/tfjs-layers';

type T4 = tf.Tensor4D;
type Shape4 = [number, number, number, number];
type Size = [number, number];

interface ConvolutionAttrs {
  readonly strides: Size | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  /** Layers pass null for none. */
  readonly dilations?: Size | number | null;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Attributes as tfjs kernels take them. */
function attrsOf(attrs: ConvolutionAttrs, more: Record<string, unknown> = {}): tf.NamedAttrMap {
  return { ...attrs, dilations: attrs.dilations ?? 1, ...more } as unknown as tf.NamedAttrMap;
}

const run = (kernelName: string, inputs: Record<string, tf.Tensor>, attrs: tf.NamedAttrMap): T4 =>
  tf.engine().runKernel(kernelName, inputs, attrs);

const convolve = (x: T4, filter: T4, attrs: ConvolutionAttrs): T4 => run('Conv2D', { x, filter }, attrsOf(attrs));
const inputGradient = (dy: T4, filter: T4, inputShape: readonly number[], attrs: ConvolutionAttrs): T4 =>
  run('Conv2DBackpropInput', { dy, filter }, attrsOf(attrs, { inputShape }));
const filterGradient = (x: T4, dy: T4, filterShape: readonly number[], attrs: ConvolutionAttrs): T4 =>
  run('Conv2DBackpropFilter', { x, dy }, attrsOf(attrs, { filterShape }));

const depthwise = (x: T4, filter: T4, attrs: ConvolutionAttrs): T4 =>
  run('DepthwiseConv2dNative', { x, filter }, attrsOf(attrs));
const depthwiseInputGradient = (dy: T4, filter: T4, inputShape: readonly number[], attrs: ConvolutionAttrs): T4 =>
  run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, attrsOf(attrs, { inputShape }));
const depthwiseFilterGradient = (x: T4, dy: T4, filterShape: readonly number[], attrs: ConvolutionAttrs): T4 =>
  run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, attrsOf(attrs, { filterShape }));

/** Padding and dilation of a dilated convolution; its strides are 1, which tfjs checks. */
function geometry(x: T4, filter: T4, attrs: ConvolutionAttrs, isDepthwise: boolean) {
  const info = tf.backend_util.computeConv2DInfo(
    x.shape,
    filter.shape,
    1,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    isDepthwise,
    tf.backend_util.convertConv2DDataFormat(attrs.dataFormat ?? 'NHWC'),
  );
  const { top, bottom, left, right } = info.padInfo;
  const dilations: Size = [info.dilationHeight, info.dilationWidth];
  const reach: Size = [(info.filterHeight - 1) * dilations[0], (info.filterWidth - 1) * dilations[1]];
  return {
    pads: [
      [top, bottom],
      [left, right],
    ] as [Size, Size],
    dilations,
    reach,
    info,
  };
}

/** Pads height and width of an NHWC image; negative margins crop. */
function margins(x: T4, pads: [Size, Size]): T4 {
  const wide = tf.pad(x, [[0, 0], ...pads.map((pad) => pad.map((by) => Math.max(by, 0)) as Size), [0, 0]]);
  const crop = pads.map((pad) => pad.map((by) => Math.max(-by, 0)) as Size);
  if (crop.flat().every((by) => by === 0)) return wide as T4;
  const begin = [0, ...crop.map(([before]) => before), 0] as Shape4;
  const size = wide.shape.map((full, axis) => full - (crop[axis - 1]?.[0] ?? 0) - (crop[axis - 1]?.[1] ?? 0));
  return tf.slice(wide as T4, begin, size as Shape4);
}

const turned = (filter: T4): T4 => tf.reverse(filter, [0, 1]);
/** What the output gradient needs around it so that a full convolution gives the input back. */
const around = (pads: [Size, Size], reach: Size): [Size, Size] =>
  pads.map(([before, after], axis) => [(reach[axis] as number) - before, (reach[axis] as number) - after]) as [
    Size,
    Size,
  ];

const nhwc = (x: T4, attrs: ConvolutionAttrs): T4 => (attrs.dataFormat === 'NCHW' ? tf.transpose(x, [0, 2, 3, 1]) : x);
const back = (x: T4, attrs: ConvolutionAttrs): T4 => (attrs.dataFormat === 'NCHW' ? tf.transpose(x, [0, 3, 1, 2]) : x);

/** dx: the output gradient convolved with the turned filter, as dilated as before. */
function dilatedInputGradient(dy: T4, x: T4, filter: T4, attrs: ConvolutionAttrs): T4 {
  const { pads, dilations, reach } = geometry(x, filter, attrs, false);
  const image = margins(nhwc(dy, attrs), around(pads, reach));
  return back(tf.conv2d(image, tf.transpose(turned(filter), [0, 1, 3, 2]), 1, 'valid', 'NHWC', dilations), attrs);
}

/** dw: the input convolved with the output gradient, batch and channels exchanged; what was dilation is now stride. */
function dilatedFilterGradient(dy: T4, x: T4, filter: T4, attrs: ConvolutionAttrs): T4 {
  const { pads, dilations } = geometry(x, filter, attrs, false);
  const image = tf.transpose(margins(nhwc(x, attrs), pads), [3, 1, 2, 0]);
  const taps = tf.conv2d(image, tf.transpose(nhwc(dy, attrs), [1, 2, 0, 3]), dilations, 'valid');
  return tf.transpose(taps, [1, 2, 0, 3]);
}

function dilatedDepthwiseInputGradient(dy: T4, x: T4, filter: T4, attrs: ConvolutionAttrs): T4 {
  const { pads, dilations, reach } = geometry(x, filter, attrs, true);
  const [kh, kw, c, m] = filter.shape;
  const image = margins(dy, around(pads, reach));
  const perOutput = tf.reshape(turned(filter), [kh, kw, c * m, 1]) as T4;
  const parts = tf.depthwiseConv2d(image, perOutput, 1, 'valid', 'NHWC', dilations);
  const [n, h, w] = x.shape;
  return m === 1 ? parts : tf.sum(tf.reshape(parts, [n, h, w, c, m]), 4);
}

/** dw tap by tap: the pixels a tap sees times the output gradient, summed over pixels. */
function dilatedDepthwiseFilterGradient(dy: T4, x: T4, filter: T4, attrs: ConvolutionAttrs): T4 {
  const { pads, dilations, info } = geometry(x, filter, attrs, true);
  const [kh, kw, c, m] = filter.shape;
  const { batchSize: n, outHeight, outWidth } = info;
  const pixels = n * outHeight * outWidth;
  const image = margins(x, pads);
  const gradient = tf.reshape(dy, [pixels, c, m]);
  const taps = Array.from({ length: kh * kw }, (_, i) => {
    const begin: Shape4 = [0, Math.floor(i / kw) * dilations[0], (i % kw) * dilations[1], 0];
    const seen = tf.slice(image, begin, [n, outHeight, outWidth, c]);
    return tf.sum(tf.mul(tf.reshape(seen, [pixels, c, 1]), gradient), 0);
  });
  return tf.reshape(tf.stack(taps), [kh, kw, c, m]) as T4;
}

const isDilated = ({ dilations }: ConvolutionAttrs): boolean => [dilations ?? 1].flat().some((d) => d !== 1);

interface Gradients {
  readonly kernelName: string;
  readonly inputs: readonly [string, string];
  readonly gradients: (dy: T4, saved: [T4, T4], attrs: ConvolutionAttrs) => readonly [() => T4, () => T4];
}

const convolutions: readonly Gradients[] = [
  {
    kernelName: 'Conv2D',
    inputs: ['x', 'filter'],
    gradients: (dy, [x, filter], attrs) =>
      isDilated(attrs)
        ? [() => dilatedInputGradient(dy, x, filter, attrs), () => dilatedFilterGradient(dy, x, filter, attrs)]
        : [() => inputGradient(dy, filter, x.shape, attrs), () => filterGradient(x, dy, filter.shape, attrs)],
  },
  {
    kernelName: 'Conv2DBackpropFilter',
    inputs: ['x', 'dy'],
    gradients: (ddw, [x, dy], attrs) => [() => inputGradient(dy, ddw, x.shape, attrs), () => convolve(x, ddw, attrs)],
  },
  {
    kernelName: 'DepthwiseConv2dNative',
    inputs: ['x', 'filter'],
    gradients: (dy, [x, filter], attrs) =>
      isDilated(attrs)
        ? [
            () => dilatedDepthwiseInputGradient(dy, x, filter, attrs),
            () => dilatedDepthwiseFilterGradient(dy, x, filter, attrs),
          ]
        : [
            () => depthwiseInputGradient(dy, filter, x.shape, attrs),
            () => depthwiseFilterGradient(x, dy, filter.shape, attrs),
          ],
  },
  {
    kernelName: 'DepthwiseConv2dNativeBackpropInput',
    inputs: ['dy', 'filter'],
    gradients: (ddx, [dy, filter], attrs) => [
      () => depthwise(ddx, filter, attrs),
      () => depthwiseFilterGradient(ddx, dy, filter.shape, attrs),
    ],
  },
  {
    kernelName: 'DepthwiseConv2dNativeBackpropFilter',
    inputs: ['x', 'dy'],
    gradients: (ddw, [x, dy], attrs) => [
      () => depthwiseInputGradient(dy, ddw, x.shape, attrs),
      () => depthwise(x, ddw, attrs),
    ],
  },
];

for (const { kernelName, inputs, gradients } of convolutions) {
  const [first, second] = inputs;
  tf.registerGradient({
    kernelName,
    inputsToSave: [first, second],
    gradFunc: (dy, saved, attrs) => {
      const [one, two] = gradients(dy as T4, saved as [T4, T4], attrs as unknown as ConvolutionAttrs);
      return { [first]: one, [second]: two };
    },
  });
}
