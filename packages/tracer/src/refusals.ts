/** What a graph cannot express, refused while the program is traced: naming the line, with what to do instead. */
import { fail, isFoveateError, messageOf, type FoveateError } from '@foveate/contracts';
import { callSite, stackFrames } from './call-site.js';

/** tfjs functions that draw random numbers in JavaScript; their values would be frozen into the graph. */
const randomFunctions = new Set(
  [
    'dropout',
    'multinomial',
    'rand',
    'randomGamma',
    'randomNormal',
    'randomStandardNormal',
    'randomUniform',
    'randomUniformInt',
    'truncatedNormal',
  ].map((name) => `${name}_`),
);

/** Throws when the values being written were drawn by tfjs just now. */
export function refuseRandom(): void {
  const drawing = (name: string | null): boolean => name !== null && randomFunctions.has(name.split('.').at(-1) ?? '');
  const name = stackFrames()
    .map((frame) => frame.getFunctionName())
    .find(drawing)
    ?.split('.')
    .at(-1)
    ?.slice(0, -1);
  if (name === undefined) return;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `tf.${name} draws its numbers once, while the program is traced; every run would repeat them`,
    where: callSite(),
    advice:
      'Draw the numbers outside, with random() of @foveate/contracts, and pass them in as an input; build the weights of a model before it is traced',
  });
}

/** The error for a program that reads the values of a tensor. @param tracing false: the trace is over */
export function valueRead(tracing: boolean): FoveateError {
  return fail({
    code: 'ENGINE_UNSUPPORTED',
    what: tracing
      ? 'A traced program cannot read the values of a tensor'
      : 'A tensor made while a program was traced has no values',
    where: callSite(),
    advice:
      'While a program is traced its tensors have shapes but no values. Return the tensor as an output and read it after the run, or decide with tf.where instead of if',
  });
}

/** What to use instead, and for which kernels. */
const instead: readonly (readonly [advice: string, ...kernels: string[]])[] = [
  [
    'The shape of its result depends on values, and a graph has fixed shapes; use a mask (tf.where) or tf.topk',
    ...['Unique', 'NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5', 'Where'],
    ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor', 'SparseFillEmptyRows', 'SparseReshape'],
  ],
  [
    'ONNX has no complex numbers; keep real and imaginary parts apart',
    ...['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'],
  ],
  [
    'Graphs compute with numbers; treat strings outside',
    ...['StaticRegexReplace', 'StringNGrams', 'StringSplit', 'StringToHashBucketFast'],
  ],
  [
    'Only images can be convolved and pooled; fold the depth into the batch or the channels',
    ...['AvgPool3D', 'AvgPool3DGrad', 'Conv3D', 'Conv3DBackpropFilterV2', 'Conv3DBackpropInputV2'],
    ...['MaxPool3D', 'MaxPool3DGrad'],
  ],
  [
    'Cut with tf.slice and tf.image.resizeBilinear, or warp the image outside',
    ...['CropAndResize', 'RotateWithOffset', 'Transform'],
  ],
  ['Multiply a tensor of one-hot rows (tf.oneHot) instead', 'DenseBincount', 'SparseSegmentMean', 'SparseSegmentSum'],
  ['Use tf.scatterND', 'SparseToDense'],
  ['Sum a comparison: tf.sum(tf.less(sorted, value))', 'LowerBound', 'SearchSorted', 'UpperBound'],
  ['Use tf.maxPool, whose window is flat', 'Dilation2D', 'Dilation2DBackpropFilter', 'Dilation2DBackpropInput'],
  ['Use tf.reverse', 'FlipLeftRight'],
  ['Use tf.notEqual', 'LogicalXor'],
  ['Multiply by tf.eye or by a mask', 'Diag', 'MatrixBandPart'],
  ['Draw the numbers outside and pass them in as an input', 'Multinomial'],
  ['Decode the image outside and pass its pixels in as an input', 'Draw', 'FromPixels'],
];

/** What to use instead of a kernel, where there is more to say than to look at the list. */
export function adviceOn(kernelName: string): string | undefined {
  return instead.find(([, ...kernels]) => kernels.includes(kernelName))?.[0];
}

/** The error for a kernel without counterpart in the graph. */
export function unsupportedKernel(kernelName: string): FoveateError {
  return fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The tfjs operation ${kernelName} cannot be traced`,
    where: callSite(),
    advice: `${adviceOn(kernelName) ?? 'Write it with the operations listed in the README of @foveate/tracer'}, or use the engine tfjs, which runs eagerly`,
  });
}

/** Runs the lowering of a kernel; an error of it names the kernel and the program's line. */
export function located<T>(kernelName: string, lower: () => T): T {
  try {
    return lower();
  } catch (error) {
    if (isFoveateError(error)) throw error;
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: `${kernelName} cannot be traced as it is called here: ${messageOf(error)}`,
      where: callSite(),
      cause: error,
    });
  }
}
