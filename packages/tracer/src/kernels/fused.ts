/** Convolutions and products with bias and activation in one kernel, as tfjs calls them outside gradients: taken apart again. */
import { elementwise, type Lazy } from '../layout.js';
import { convolutionLowerings } from './convolution.js';
import { elementwiseLowerings } from './elementwise.js';
import { linearLowerings } from './linear.js';
import type { KernelCall, Lowering, LoweringTable } from './types.js';

/** tfjs' names of fused activations, as the kernels they stand for. */
const activations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
};

/** The kernel under `lower`, then bias, then activation. */
const fused =
  (lower: Lowering | undefined): Lowering =>
  (call) => {
    if (lower === undefined) throw new Error('the kernel under a fused one is missing');
    const { b, inputs, attrs } = call;
    const product = lower(call) as Lazy;
    const bias = inputs['bias'];
    const sum = bias === undefined ? product : elementwise(b, 'Add', [product, channels(bias, call)], 'float32');
    const activation = attrs['activation'] ?? 'linear';
    if (activation === 'linear') return sum;
    const kernel = elementwiseLowerings[activations[String(activation)] ?? ''];
    if (kernel === undefined) throw new Error(`the fused activation ${String(activation)} cannot be traced`);
    const alpha = inputs['preluActivationWeights'];
    return kernel({
      b,
      inputs: { x: sum, ...(alpha && { alpha: channels(alpha, call) }) },
      list: [],
      attrs: { alpha: attrs['leakyreluAlpha'] ?? 0 },
    });
  };

/** A vector per channel, seen so that it broadcasts over an image whose channels come before height and width. */
function channels(x: Lazy, { attrs }: KernelCall): Lazy {
  return attrs['dataFormat'] === 'NCHW' && x.shape.length === 1 ? { ...x, shape: [...x.shape, 1, 1] } : x;
}

/** Fused kernels, by tfjs kernel name. */
export const fusedLowerings: LoweringTable = {
  FusedConv2D: fused(convolutionLowerings['Conv2D']),
  FusedDepthwiseConv2D: fused(convolutionLowerings['DepthwiseConv2dNative']),
  _FusedMatMul: fused(linearLowerings['BatchMatMul']),
};
