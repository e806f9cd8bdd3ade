/** A tiny model, losses, an explainer and data for the tests of this package. */
import {
  random,
  type Batch,
  type Explainer,
  type Loss,
  type Model,
  type ModelStage,
  type VariableScope,
  type VariableSpec,
} from '@foveate/contracts';
import { batchNormTraining } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { PlannedBatches } from '../feed/planned-batches.js';

const size = 8;
const maps = 3;

function variable(name: string, shape: number[], kind: 'random' | 'zeros' | 'ones', trainable = true): VariableSpec {
  const length = shape.reduce((a, b) => a * b, 1);
  const initial: VariableSpec['initial'] = (stream) =>
    Float32Array.from({ length }, () => (kind === 'random' ? 0.4 * stream.normal() : kind === 'ones' ? 1 : 0));
  return { name, shape, trainable, initial };
}

function normalised(conv: tf.Tensor4D, name: string, scope: VariableScope): tf.Tensor4D {
  const read = (part: string) => scope.get(`${name}/${part}`) as tf.Tensor1D;
  const [gamma, beta, mean, variance] = [read('gamma'), read('beta'), read('mean'), read('variance')];
  if (!scope.training || scope.frozen(`${name}/gamma`)) return tf.batchNorm4d(conv, mean, variance, beta, gamma, 1e-3);
  const normal = batchNormTraining(conv, gamma, beta, 1e-3);
  scope.update(`${name}/mean`, tf.add(tf.mul(mean, 0.9), tf.mul(normal.mean, 0.1)));
  scope.update(`${name}/variance`, tf.add(tf.mul(variance, 0.9), tf.mul(normal.variance, 0.1)));
  return normal.y;
}

function convolution(name: string, channels: number): VariableSpec[] {
  return [
    variable(`${name}conv/kernel`, [3, 3, channels, maps], 'random'),
    variable(`${name}norm/gamma`, [maps], 'ones'),
    variable(`${name}norm/beta`, [maps], 'zeros'),
    variable(`${name}norm/mean`, [maps], 'zeros', false),
    variable(`${name}norm/variance`, [maps], 'ones', false),
  ];
}

const denseVariables = [variable('dense/kernel', [maps, 2], 'random'), variable('dense/bias', [2], 'zeros')];

const head: Model['head'] = (map, scope) =>
  tf.add(
    tf.matMul(tf.mean(map, [1, 2]) as tf.Tensor2D, scope.get('dense/kernel') as tf.Tensor2D),
    scope.get('dense/bias'),
  );

/** One 3x3 convolution at stride 2 with batch norm and ReLU, global average pooling, dense: [N, 8, 8, 3] -> [N, 2]. */
export const tinyModel: Model = {
  classes: 2,
  height: size,
  width: size,
  variables: [...convolution('', 3), ...denseVariables],
  features: (images, scope) =>
    // The tidy is what a careful model author writes: updates must survive it.
    tf.tidy(() => {
      const conv = tf.conv2d(images, scope.get('conv/kernel') as tf.Tensor4D, 2, 'same');
      return tf.relu(normalised(conv, 'norm', scope));
    }),
  head,
};

const stageNames = ['low', 'middle', 'high'];

/**
 * Three such convolutions, the first at stride 2, as stages; dropout (noise `drop`) before the last one. The gradient of
 * its input counts in `backward`: 1 for each stage whose output somebody differentiated.
 */
export function tinyStages(backward: Record<string, number> = {}): Model {
  const stages = stageNames.map((name, index): ModelStage => {
    const specs = convolution(`${name}/`, maps);
    return {
      name,
      variables: specs.map((spec) => spec.name),
      apply: (x, scope) => {
        const watched = counted(x, () => (backward[name] = (backward[name] ?? 0) + 1));
        const kept = index === 2 && scope.training ? tf.mul<tf.Tensor4D>(watched, dropped(scope)) : watched;
        const conv = tf.conv2d(kept, scope.get(`${name}/conv/kernel`) as tf.Tensor4D, index === 0 ? 2 : 1, 'same');
        return tf.relu(normalised(conv, `${name}/norm`, scope));
      },
    };
  });
  return {
    classes: 2,
    height: size,
    width: size,
    noise: { drop: maps },
    stages,
    variables: [...stageNames.flatMap((name) => convolution(`${name}/`, maps)), ...denseVariables],
    features: (images, scope) => stages.reduce((x, { apply }) => apply(x, scope), images),
    head,
  };
}

function dropped(scope: VariableScope): tf.Tensor {
  return tf.reshape(tf.cast(tf.greater(scope.noise('drop'), 0.2), 'float32'), [-1, 1, 1, maps]);
}

/** `x`, whose gradient is reported. */
function counted(x: tf.Tensor4D, report: () => void): tf.Tensor4D {
  return tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => {
      report();
      return dy;
    },
  }))(x) as tf.Tensor4D;
}

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
  uses: [],
  differentiable: true,
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
    const heat = tf.mean(tinyGradCam.heatmap(inputs, inputs.labels), [1, 2]);
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

/** The same as a source that knows its plan and says for which positions it is asked. */
export function plannedBatches(
  order: readonly number[],
  batchSize: number,
  { variant = 'plain', from = 0, onMade = () => undefined }: PlannedOptions = {},
): PlannedBatches {
  const chunks = Array.from({ length: Math.ceil(order.length / batchSize) }, (_, index) =>
    order.slice(index * batchSize, (index + 1) * batchSize),
  ).slice(from);
  const only = async function* (positions: readonly number[]): AsyncGenerator<Batch> {
    for (const position of positions) {
      const batch = tinyBatch(chunks[position] ?? []);
      onMade(batch);
      yield batch;
    }
  };
  return {
    plan: chunks.map((chunk) => chunk.map((index) => `s${index}`)),
    variant,
    only,
    [Symbol.asyncIterator]: () => only(chunks.map((_, position) => position)),
  };
}

/** Options of {@link plannedBatches}. */
interface PlannedOptions {
  readonly variant?: string | null;
  readonly from?: number;
  /** Called for every batch whose images are made. */
  readonly onMade?: (batch: Batch) => void;
}

/** All samples of `order` in batches. */
export async function* tinyBatches(order: readonly number[], batchSize: number, from = 0): AsyncGenerator<Batch> {
  for (let start = from * batchSize; start < order.length; start += batchSize) {
    yield tinyBatch(order.slice(start, start + batchSize));
  }
}
