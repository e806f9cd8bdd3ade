/** A tiny model, losses, an explainer and data for the tests of this package. */
import { random, type Batch, type Explainer, type Loss, type Model, type VariableSpec } from '@foveate/contracts';
import { batchNormTraining } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

const size = 8;
const maps = 3;

function variable(name: string, shape: number[], kind: 'random' | 'zeros' | 'ones', trainable = true): VariableSpec {
  const length = shape.reduce((a, b) => a * b, 1);
  const initial: VariableSpec['initial'] = (stream) =>
    Float32Array.from({ length }, () => (kind === 'random' ? 0.4 * stream.normal() : kind === 'ones' ? 1 : 0));
  return { name, shape, trainable, initial };
}

/** One 3x3 convolution at stride 2 with batch norm and ReLU, global average pooling, dense: [N, 8, 8, 3] -> [N, 2]. */
export const tinyModel: Model = {
  classes: 2,
  height: size,
  width: size,
  variables: [
    variable('conv/kernel', [3, 3, 3, maps], 'random'),
    variable('norm/gamma', [maps], 'ones'),
    variable('norm/beta', [maps], 'zeros'),
    variable('norm/mean', [maps], 'zeros', false),
    variable('norm/variance', [maps], 'ones', false),
    variable('dense/kernel', [maps, 2], 'random'),
    variable('dense/bias', [2], 'zeros'),
  ],
  features: (images, scope) =>
    // The tidy is what a careful model author writes: updates must survive it.
    tf.tidy(() => {
      const conv = tf.conv2d(images, scope.get('conv/kernel') as tf.Tensor4D, 2, 'same');
      const gamma = scope.get('norm/gamma') as tf.Tensor1D;
      const beta = scope.get('norm/beta') as tf.Tensor1D;
      const mean = scope.get('norm/mean') as tf.Tensor1D;
      const variance = scope.get('norm/variance') as tf.Tensor1D;
      if (!scope.training) return tf.relu(tf.batchNorm4d(conv, mean, variance, beta, gamma, 1e-3));
      const normal = batchNormTraining(conv, gamma, beta, 1e-3);
      scope.update('norm/mean', tf.add(tf.mul(mean, 0.9), tf.mul(normal.mean, 0.1)));
      scope.update('norm/variance', tf.add(tf.mul(variance, 0.9), tf.mul(normal.variance, 0.1)));
      return tf.relu(normal.y);
    }),
  head: (map, scope) =>
    tf.add(
      tf.matMul(tf.mean(map, [1, 2]) as tf.Tensor2D, scope.get('dense/kernel') as tf.Tensor2D),
      scope.get('dense/bias'),
    ),
};

function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor {
  return tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1));
}

/** Categorical cross-entropy. */
export const tinyCrossEntropy: Loss = {
  uses: [],
  compute: ({ logits, labels }) => {
    const perSample = crossEntropy(logits, labels);
    const loss = tf.mean<tf.Scalar>(perSample);
    return { loss, perSample, parts: { ce: loss } };
  },
};

/** Grad-CAM with differentiable weights. */
export const tinyGradCam: Explainer = {
  heatmap: ({ featureMap, head }, target) => {
    const gradient = tf.grad((map) => tf.sum(tf.mul(head(map as tf.Tensor4D), target)))(featureMap);
    const alpha = tf.mean(gradient, [1, 2], true);
    return tf.relu(tf.sum<tf.Tensor3D>(tf.mul(alpha, featureMap), 3));
  },
};

/** Cross-entropy and the Grad-CAM heat of the label, so that training takes a gradient of a gradient. */
export const tinyHeatLoss: Loss = {
  uses: [],
  compute: (inputs) => {
    const heat = tf.mean(tinyGradCam.heatmap(inputs, inputs.labels, 'exact'), [1, 2]);
    const perSample = tf.add(crossEntropy(inputs.logits, inputs.labels), heat);
    return { loss: tf.mean<tf.Scalar>(perSample), perSample, parts: { heat: tf.mean<tf.Scalar>(heat) } };
  },
};

/** `count` noisy samples `s0`, `s1`, ... in the given order; defective ones are brighter in the upper half, the AOI. */
export function tinyBatch(order: readonly number[]): Batch {
  const labels = Int32Array.from(order, (index) => index % 2);
  const images = Float32Array.from({ length: order.length * size * size * 3 });
  const aoi = new Float32Array(order.length * size * size);
  order.forEach((index, position) => {
    const stream = random(5, 'pixels', index);
    for (let pixel = 0; pixel < size * size; pixel++) {
      const inside = pixel < (size * size) / 2;
      aoi[position * size * size + pixel] = inside ? 1 : 0;
      const value = 0.3 + 0.3 * stream.float() + (inside && index % 2 === 1 ? 0.2 : 0);
      images.fill(value, (position * size * size + pixel) * 3, (position * size * size + pixel + 1) * 3);
    }
  });
  return { ids: order.map((index) => `s${index}`), images, aoi, labels, height: size, width: size };
}

/** All samples of `order` in batches. */
export async function* tinyBatches(order: readonly number[], batchSize: number, from = 0): AsyncGenerator<Batch> {
  for (let start = from * batchSize; start < order.length; start += batchSize) {
    yield tinyBatch(order.slice(start, start + batchSize));
  }
}
