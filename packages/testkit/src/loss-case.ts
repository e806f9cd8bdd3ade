/** A small batch and a small network on which losses and explainers can be tried, forward and backward. */
import type { HostTensors, Loss, ModelView, Program } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { normalTensor } from './parity.js';

const [count, cell, channels, classes, pixels] = [3, 4, 4, 2, 20];

/**
 * Three images of 20x20, the first two defective, with a narrow area of interest: the two leftmost columns. `filter`
 * [4, 4, 3, 4] and `kernel` [8, 2] are the weights of the network {@link lossView}.
 */
export const lossCase: HostTensors = {
  images: scaled(normalTensor([count, pixels, pixels, 3], 11, 'images'), (value) => 0.5 + 0.2 * Math.tanh(value)),
  filter: scaled(normalTensor([cell, cell, 3, channels], 11, 'filter'), (value) => 0.25 * value),
  kernel: normalTensor([2 * channels, classes], 11, 'kernel'),
  aoi: {
    dtype: 'float32',
    shape: [count, pixels, pixels],
    data: Float32Array.from({ length: count * pixels * pixels }, (_, i) => Number(i % pixels < 2)),
  },
  labels: { dtype: 'float32', shape: [count, classes], data: Float32Array.of(0, 1, 0, 1, 1, 0) },
};

function scaled(tensor: HostTensors[string], f: (value: number) => number): HostTensors[string] {
  return { ...tensor, data: (tensor.data as Float32Array).map(f) };
}

/**
 * A network on images: 5x5 feature maps of 4 channels, the squares of a convolution of 4x4 pixels at stride 4; average and
 * maximum of each map, concatenated, then dense. Nothing in it clips, so that finite differences fit.
 */
export function lossView(
  images: tf.Tensor4D,
  weights: { readonly filter: tf.Tensor; readonly kernel: tf.Tensor },
): ModelView {
  const head = (of: tf.Tensor4D): tf.Tensor2D =>
    tf.matMul(tf.concat2d([tf.mean(of, [1, 2]), tf.max(of, [1, 2])], 1), weights.kernel as tf.Tensor2D);
  const featureMap = tf.square(tf.conv2d(images, weights.filter as tf.Tensor4D, cell, 'valid'));
  return { images, featureMap, logits: head(featureMap), head, forward: (others) => lossView(others, weights) };
}

/**
 * A loss on the tensors of {@link lossCase}, and on `progress` where the inputs have that: outputs `loss`, `perSample` and its parts and, with `gradients`, those of the
 * loss by the weights and the images, `byFilter`, `byKernel` and `byImages`.
 */
export function lossProgram(loss: Loss, gradients: boolean): Program {
  return (inputs) => {
    const evaluate = (images: tf.Tensor, filter: tf.Tensor, kernel: tf.Tensor) =>
      loss.compute({
        ...lossView(images as tf.Tensor4D, { filter, kernel }),
        labels: inputs['labels'] as tf.Tensor2D,
        aoi: inputs['aoi'] as tf.Tensor3D,
        progress: inputs['progress'] as tf.Scalar | undefined,
      });
    const given = [inputs['images'], inputs['filter'], inputs['kernel']] as [tf.Tensor, tf.Tensor, tf.Tensor];
    const { loss: value, perSample, parts } = evaluate(...given);
    const outputs: Record<string, tf.Tensor> = { loss: value, perSample, ...parts };
    if (gradients) {
      const [byImages, byFilter, byKernel] = tf.grads((...tensors) => evaluate(...(tensors as typeof given)).loss)(
        given,
      );
      Object.assign(outputs, { byImages, byFilter, byKernel });
    }
    return { outputs };
  };
}
