/** Kernels that training needs and the WASM backend of tfjs lacks, or has as plain loops. */
import * as tf from '@tensorflow/tfjs-core';
import {
  convolutionFilterGradient,
  convolutionInputGradient,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  explicitPadding,
  type ConvolutionAttributes,
} from './convolution-gradients.js';
import { onCpu } from './on-cpu.js';
import { averagePoolGradient, maxPoolGradient, type PoolingAttributes } from './pooling-gradients.js';
import { preciseReduction } from './reductions.js';

type Kernel = tf.KernelFunc;
type Shape4D = [number, number, number, number];
type T4 = tf.Tensor4D;

/** A kernel made of tfjs operations; `fallback` runs where `f` gives nothing. */
function composed<A>(
  f: (inputs: Readonly<Record<string, T4>>, attributes: A) => T4 | undefined,
  fallback: Kernel,
): Kernel {
  return (call) => {
    const { dataFormat = 'NHWC' } = (call.attrs ?? {}) as Partial<ConvolutionAttributes>;
    if (dataFormat !== 'NHWC') return fallback(call);
    // The engine hands tensors to kernels, and takes tensors from them.
    const inputs = call.inputs as unknown as Readonly<Record<string, T4>>;
    return tf.tidy(() => f(inputs, call.attrs as A)) ?? fallback(call);
  };
}

/** A forward convolution that is told how much to pad: the backend's own 'same' is wrong for strides above the filter's size. */
function withExplicitPadding(own: Kernel): Kernel {
  return (call) => {
    const attrs = call.attrs as unknown as ConvolutionAttributes;
    if (attrs.pad !== 'same' || attrs.dataFormat === 'NCHW') return own(call);
    const { x, filter } = call.inputs as Record<'x' | 'filter', tf.TensorInfo>;
    const pad = explicitPadding(x.shape as Shape4D, filter.shape as Shape4D, attrs);
    return own({ ...call, attrs: { ...call.attrs, pad: pad as unknown as number[] } });
  };
}

const tensor = (inputs: Readonly<Record<string, T4>>, name: string): T4 => inputs[name] as T4;

/** Makes a backend able to train. @param backendName a backend whose forward kernels are all there */
export function registerTrainingKernels(backendName: string): void {
  const register = (kernelName: string, make: (own: Kernel) => Kernel): void => {
    const own = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
    if (own !== undefined) tf.unregisterKernel(kernelName, backendName);
    const kernelFunc = make(own?.kernelFunc ?? onCpu(kernelName));
    tf.registerKernel({ ...own, kernelName, backendName, kernelFunc });
  };
  register('Conv2D', withExplicitPadding);
  register('Conv2DBackpropInput', (own) =>
    composed<ConvolutionAttributes & { inputShape: Shape4D }>(
      (inputs, attrs) =>
        convolutionInputGradient(tensor(inputs, 'dy'), tensor(inputs, 'filter'), attrs.inputShape, attrs),
      own,
    ),
  );
  register('Conv2DBackpropFilter', (own) =>
    composed<ConvolutionAttributes & { filterShape: Shape4D }>(
      (inputs, attrs) => convolutionFilterGradient(tensor(inputs, 'x'), tensor(inputs, 'dy'), attrs.filterShape, attrs),
      own,
    ),
  );
  register('DepthwiseConv2dNativeBackpropInput', (own) =>
    composed<ConvolutionAttributes & { inputShape: Shape4D }>(
      (inputs, attrs) =>
        depthwiseInputGradient(tensor(inputs, 'dy'), tensor(inputs, 'filter'), attrs.inputShape, attrs),
      own,
    ),
  );
  register('DepthwiseConv2dNativeBackpropFilter', (own) =>
    composed<ConvolutionAttributes & { filterShape: Shape4D }>(
      (inputs, attrs) => depthwiseFilterGradient(tensor(inputs, 'x'), tensor(inputs, 'dy'), attrs.filterShape, attrs),
      own,
    ),
  );
  register('Sum', (own) => preciseReduction(false, own));
  register('Mean', (own) => preciseReduction(true, own));
  register('MaxPoolGrad', () => maxPoolGradient);
  register('AvgPoolGrad', (own) =>
    composed<PoolingAttributes>(
      (inputs, attrs) => averagePoolGradient(tensor(inputs, 'dy'), tensor(inputs, 'input'), attrs),
      own,
    ),
  );
  // tfjs truncates: 0.5 becomes false.
  register('Cast', (own) => (call) => {
    const { x } = call.inputs as { x: tf.Tensor };
    const { dtype } = call.attrs as unknown as { dtype: tf.DataType };
    return dtype === 'bool' && x.dtype === 'float32' ? tf.notEqual(x, 0) : own(call);
  });
  // tfjs writes the integers 1 and 0 whatever the dtype; as float32 they read as 1.4e-45 and 0.
  register('OneHot', (own) => (call) => {
    const { dtype, onValue, offValue } = call.attrs as unknown as {
      dtype: tf.DataType;
      onValue: number;
      offValue: number;
    };
    const ones = own({ ...call, attrs: { ...call.attrs, dtype: 'int32', onValue: 1, offValue: 0 } }) as tf.TensorInfo;
    const tensor = tf.engine().makeTensorFromTensorInfo(ones);
    return tf.tidy(() => tf.cast(tf.add(tf.mul(tf.cast(tensor, 'float32'), onValue - offValue), offValue), dtype));
  });
  for (const kernelName of ['Einsum', 'UnsortedSegmentSum']) register(kernelName, (own) => own);
}
