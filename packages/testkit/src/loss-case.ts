/** A small batch on which losses that guide heatmaps can be tried, forward and backward. */
import type { HostTensors, Loss, Program } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { normalTensor } from './parity.js';

const [count, side, channels, classes, pixels] = [3, 5, 4, 2, 20];

/**
 * Three images, the first two defective, with 5x5 feature maps of 4 channels and a narrow area of interest: the two
 * leftmost of 20 columns. `kernel` [8, 2] is that of the head: average and maximum of each map, concatenated, then dense.
 */
export const lossCase: HostTensors = {
  featureMap: absolute(normalTensor([count, side, side, channels], 11, 'map')),
  kernel: normalTensor([2 * channels, classes], 11, 'kernel'),
  aoi: {
    dtype: 'float32',
    shape: [count, pixels, pixels],
    data: Float32Array.from({ length: count * pixels * pixels }, (_, i) => Number(i % pixels < 2)),
  },
  labels: { dtype: 'float32', shape: [count, classes], data: Float32Array.of(0, 1, 0, 1, 1, 0) },
};

function absolute(tensor: HostTensors[string]): HostTensors[string] {
  return { ...tensor, data: (tensor.data as Float32Array).map(Math.abs) };
}

/**
 * A loss on the tensors of {@link lossCase}: outputs `loss`, `perSample` and its parts and, with `gradients`, those of the
 * loss by feature map and kernel, `byMap` and `byKernel`.
 */
export function lossProgram(loss: Loss, gradients: boolean): Program {
  return (inputs) => {
    const [featureMap, kernel] = [inputs['featureMap'] as tf.Tensor, inputs['kernel'] as tf.Tensor];
    const evaluate = (map: tf.Tensor, weights: tf.Tensor) => {
      const head = (of: tf.Tensor4D): tf.Tensor2D =>
        tf.matMul(tf.concat2d([tf.mean(of, [1, 2]), tf.max(of, [1, 2])], 1), weights as tf.Tensor2D);
      return loss.compute({
        featureMap: map as tf.Tensor4D,
        logits: head(map as tf.Tensor4D),
        head,
        labels: inputs['labels'] as tf.Tensor2D,
        aoi: inputs['aoi'] as tf.Tensor3D,
        images: tf.zeros([count, pixels, pixels, 3]),
      });
    };
    const { loss: value, perSample, parts } = evaluate(featureMap, kernel);
    const outputs: Record<string, tf.Tensor> = { loss: value, perSample, ...parts };
    if (gradients) {
      const [byMap, byKernel] = tf.grads((map, weights) => evaluate(map, weights).loss)([featureMap, kernel]);
      Object.assign(outputs, { byMap, byKernel });
    }
    return { outputs };
  };
}
