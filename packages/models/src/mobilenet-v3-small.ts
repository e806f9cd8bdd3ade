/** MobileNetV3-small (Howard et al. 2019). */
import { definePlugin, type Model, type ModelFactory, type ModelStage } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import {
  centred,
  convNorm,
  dense,
  dropout,
  hardSigmoid,
  hardSwish,
  imagenet,
  invertedResidual,
  normalise,
  relu,
  roundChannels,
  stage,
  staged,
  Variables,
  type Layer,
} from './_blocks/index.js';
import { mobileNetV3SmallNames } from './weights/names/mobilenet-v3-small.js';
import { knownTags, pretrainedBy, weightsOptions } from './weights/pretrained.js';

const options = z.strictObject({
  padding: z
    .enum(['symmetric', 'same'])
    .default('symmetric')
    .describe(
      "Whose weights fit. 'symmetric': those of PyTorch: border on all sides, ImageNet mean and deviation. 'same': those " +
        'of Keras: border after the image, input 2 x - 1.',
    ),
  dropout: z.number().min(0).lt(1).default(0.2).describe('Share of the features dropped before the last layer.'),
  width: z.number().positive().max(8).default(1).describe('Factor of all channels.'),
  ...weightsOptions,
});

type Options = z.output<typeof options>;

const normalisations = { symmetric: imagenet, same: centred } as const;

/** Of PyTorch's weights and of Keras'. */
const epsilon = 1e-3;

/** Table 2 of the paper, squeeze-and-excitation at the first and from the fourth bottleneck on. */
const bottlenecks = [
  { size: 3, expanded: 16, channels: 16, squeeze: true, activation: relu, stride: 2 },
  { size: 3, expanded: 72, channels: 24, squeeze: false, activation: relu, stride: 2 },
  { size: 3, expanded: 88, channels: 24, squeeze: false, activation: relu, stride: 1 },
  { size: 5, expanded: 96, channels: 40, squeeze: true, activation: hardSwish, stride: 2 },
  { size: 5, expanded: 240, channels: 40, squeeze: true, activation: hardSwish, stride: 1 },
  { size: 5, expanded: 240, channels: 40, squeeze: true, activation: hardSwish, stride: 1 },
  { size: 5, expanded: 120, channels: 48, squeeze: true, activation: hardSwish, stride: 1 },
  { size: 5, expanded: 144, channels: 48, squeeze: true, activation: hardSwish, stride: 1 },
  { size: 5, expanded: 288, channels: 96, squeeze: true, activation: hardSwish, stride: 2 },
  { size: 5, expanded: 576, channels: 96, squeeze: true, activation: hardSwish, stride: 1 },
  { size: 5, expanded: 576, channels: 96, squeeze: true, activation: hardSwish, stride: 1 },
] as const;

const topChannels = (width: number): number => 6 * roundChannels(96 * width);

function trunk(variables: Variables, { padding, width }: Options): readonly ModelStage[] {
  const norm = { padding, epsilon };
  let inChannels = roundChannels(16 * width);
  const stem = stage(variables, 'stem', () => {
    const first = { ...norm, size: 3, stride: 2, activation: hardSwish };
    const layer = convNorm(variables, 'stem', 3, inChannels, first);
    return (images, scope) => layer(normalise(images, normalisations[padding]), scope);
  });
  const body = bottlenecks.map(({ channels, squeeze, ...block }, index) => {
    const name = `block${index + 1}`;
    const expanded = roundChannels(block.expanded * width);
    const gated = { channels: roundChannels(Math.floor(expanded / 4)), activation: relu, gate: hardSigmoid };
    const shape = { ...block, inChannels, expanded, outChannels: roundChannels(channels * width) };
    inChannels = shape.outChannels;
    return stage(variables, name, () =>
      invertedResidual(variables, name, { ...shape, ...norm, ...(squeeze && { squeeze: gated }) }),
    );
  });
  const top = stage(variables, 'top', () =>
    convNorm(variables, 'top', inChannels, topChannels(width), { ...norm, size: 1, activation: hardSwish }),
  );
  return [stem, ...body, top];
}

/** Global average, a hidden layer, dropout, logits. */
function classifier(variables: Variables, chosen: Options, classes: number): Layer<tf.Tensor4D, tf.Tensor2D> {
  const hiddenFeatures = roundChannels(1024 * chosen.width);
  const hidden = dense(variables, 'hidden', topChannels(chosen.width), hiddenFeatures);
  const drop = dropout(variables, 'dropout', hiddenFeatures, chosen.dropout);
  const logits = dense(variables, 'logits', hiddenFeatures, classes);
  return (featureMap, scope) => {
    const means: tf.Tensor2D = tf.mean(featureMap, [1, 2]);
    return logits(drop(hardSwish(hidden(means, scope)), scope), scope);
  };
}

function factory(chosen: Options): ModelFactory {
  return {
    card: {
      reference: 'Howard et al., Searching for MobileNetV3, 2019',
      normalisation: normalisations[chosen.padding].text,
      featureLayer: 'top',
      weights: knownTags('mobilenet-v3-small'),
    },
    build: ({ height, width, classes }): Model => {
      const variables = new Variables();
      const features = staged(trunk(variables, chosen));
      const head = classifier(variables, chosen, classes);
      return { height, width, classes, variables: variables.specs, noise: variables.noise, ...features, head };
    },
  };
}

/** The model plugin `mobilenet-v3-small`. */
export const mobileNetV3Small = definePlugin({
  meta: {
    kind: 'model',
    id: 'mobilenet-v3-small',
    contract: '^2',
    summary: 'MobileNetV3-small: the fastest of the zoo, 2.5 million parameters with 1,000 classes.',
  },
  options,
  register: (chosen, context) => ({
    ...factory(chosen),
    ...pretrainedBy({ architecture: 'mobilenet-v3-small', namings: mobileNetV3SmallNames, ...chosen }, context),
  }),
});
