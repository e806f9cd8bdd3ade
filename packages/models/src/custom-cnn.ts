import { definePlugin, fail, type Model, type ModelFactory } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import {
  batchNorm,
  biasedConv,
  centred,
  dense,
  normalise,
  stage,
  staged,
  Variables,
  type Layer,
} from './_blocks/index.js';
import { pretrainedBy, weightsOptions } from './weights/pretrained.js';

const options = z.strictObject({
  channels: z
    .array(z.int().min(1))
    .min(2)
    .refine((list) => list.length % 2 === 0, 'needs an even number of blocks: a max-pool follows every second one')
    .default([16, 16, 32, 32, 64, 64, 128, 128])
    .describe('Channels of each 3x3 convolution block; a 2x2 max-pool follows every second block.'),
  ...weightsOptions,
});

/** Small against the variance of a faint edge on an even surface; the usual 1e-3 would drown it. */
const epsilon = 1e-5;

/**
 * The paper's custom CNN: 3x3 'same' convolutions with bias, each followed by batch norm and ReLU, a 2x2 max-pool after
 * every second block; global average and global maximum of the last feature map, concatenated, into one dense layer.
 * 294,994 trainable parameters with the default channels and two classes, whatever the input size.
 */
function build(channels: readonly number[]): ModelFactory {
  return {
    card: {
      reference: "Fraccaroli et al., Exploiting CNN's visual explanations to drive anomaly detection, 2024",
      normalisation: centred.text,
      featureLayer: `block${channels.length}`,
      weights: [],
    },
    build: ({ height, width, classes }): Model => {
      const reduction = 2 ** (channels.length / 2);
      if (Math.min(height, width) < reduction) {
        throw fail({
          code: 'CONFIG_INVALID',
          what: `Images of ${width}x${height} vanish in ${channels.length / 2} max-pools`,
          where: 'data.size',
          expected: `at least ${reduction}x${reduction}`,
        });
      }
      const variables = new Variables();
      const stages = channels.map((_, index) =>
        stage(variables, `block${index + 1}`, () => block(variables, channels, index)),
      );
      const logits = dense(variables, 'logits', 2 * (channels.at(-1) ?? 0), classes);
      return {
        height,
        width,
        classes,
        variables: variables.specs,
        ...staged(stages),
        head: (featureMap, scope) => {
          const average: tf.Tensor2D = tf.mean(featureMap, [1, 2]);
          const maximum: tf.Tensor2D = tf.max(featureMap, [1, 2]);
          return logits(tf.concat2d([average, maximum], 1), scope);
        },
      };
    },
  };
}

function block(variables: Variables, channels: readonly number[], index: number): Layer {
  const name = `block${index + 1}`;
  const outChannels = channels[index] ?? 0;
  const convolution = biasedConv(variables, `${name}/conv`, channels[index - 1] ?? 3, outChannels, 3);
  const norm = batchNorm(variables, `${name}/norm`, outChannels, epsilon);
  return (x, scope) => {
    // Centred input keeps the first layer's variance clear of rounding.
    const y = norm(convolution(index === 0 ? normalise(x, centred) : x, scope), scope);
    // ReLU and maximum commute; after the pool there is a quarter of the work.
    return tf.relu(index % 2 === 1 ? tf.maxPool(y, 2, 2, 'valid') : y);
  };
}

/** The model plugin `custom-cnn`. */
export const customCnn = definePlugin({
  meta: {
    kind: 'model',
    id: 'custom-cnn',
    contract: '^2',
    summary: "The paper's CNN of eight convolution blocks, 294,994 parameters.",
  },
  options,
  register: ({ channels, ...start }, context) => ({
    ...build(channels),
    ...pretrainedBy({ architecture: 'custom-cnn', namings: [], ...start }, context),
  }),
});
