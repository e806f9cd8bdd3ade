/** ResNet-18 (He et al. 2016). */
import { definePlugin, type Model, type ModelFactory, type ModelStage } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import {
  averagePoolHead,
  convNorm,
  imagenet,
  normalise,
  relu,
  stage,
  staged,
  Variables,
  type Layer,
} from './_blocks/index.js';
import { resNet18Names } from './weights/names/resnet-18.js';
import { knownTags, pretrainedBy, weightsOptions } from './weights/pretrained.js';

const options = z.strictObject({
  dropout: z.number().min(0).lt(1).default(0).describe('Share of the features dropped before the last layer.'),
  width: z.number().positive().max(8).default(1).describe('Factor of all channels.'),
  ...weightsOptions,
});

type Options = z.output<typeof options>;

/** Border and batch norm as in the weights of PyTorch. */
const norm = { padding: 'symmetric', epsilon: 1e-5 } as const;

/** Channels of the four stages of two blocks each; stages after the first halve the image. */
const stageChannels = [64, 128, 256, 512] as const;

/** Two 3x3 convolutions, added to their input; a strided 1x1 convolution fits the input where shapes differ. */
function basicBlock(
  variables: Variables,
  name: string,
  inChannels: number,
  outChannels: number,
  stride: number,
): Layer {
  const three = { ...norm, size: 3 };
  const first = convNorm(variables, `${name}/first`, inChannels, outChannels, { ...three, stride, activation: relu });
  const second = convNorm(variables, `${name}/second`, outChannels, outChannels, three);
  const fits = stride === 1 && inChannels === outChannels;
  const shortcut: Layer = fits
    ? (x) => x
    : convNorm(variables, `${name}/shortcut`, inChannels, outChannels, { ...norm, size: 1, stride });
  return (x, scope) => tf.relu(tf.add(second(first(x, scope), scope), shortcut(x, scope)));
}

function trunk(variables: Variables, channels: readonly number[]): readonly ModelStage[] {
  let inChannels = channels[0] ?? 0;
  const stem = stage(variables, 'stem', () => {
    const layer = convNorm(variables, 'stem', 3, inChannels, { ...norm, size: 7, stride: 2 });
    // ReLU and maximum commute; after the pool there is a quarter of the work.
    return (images, scope) => tf.relu(tf.maxPool(layer(normalise(images, imagenet), scope), 3, 2, 1));
  });
  const body = channels.flatMap((outChannels, index) =>
    [1, 2].map((position) => {
      const name = `stage${index + 1}/block${position}`;
      const [from, stride] = [inChannels, index > 0 && position === 1 ? 2 : 1];
      inChannels = outChannels;
      return stage(variables, name, () => basicBlock(variables, name, from, outChannels, stride));
    }),
  );
  return [stem, ...body];
}

function factory(chosen: Options): ModelFactory {
  const channels = stageChannels.map((count) => Math.max(1, Math.round(count * chosen.width)));
  return {
    card: {
      reference: 'He et al., Deep Residual Learning for Image Recognition, 2016',
      normalisation: imagenet.text,
      featureLayer: 'stage4/block2',
      weights: knownTags('resnet-18'),
    },
    build: ({ height, width, classes }): Model => {
      const variables = new Variables();
      const features = staged(trunk(variables, channels));
      const last = channels.at(-1) ?? 0;
      const head = averagePoolHead(variables, { channels: last, classes, dropRate: chosen.dropout });
      return { height, width, classes, variables: variables.specs, noise: variables.noise, ...features, head };
    },
  };
}

/** The model plugin `resnet-18`. */
export const resNet18 = definePlugin({
  meta: {
    kind: 'model',
    id: 'resnet-18',
    contract: '^2',
    summary: 'ResNet-18: the plain residual network, 11.7 million parameters with 1,000 classes.',
  },
  options,
  register: (chosen, context) => ({
    ...factory(chosen),
    ...pretrainedBy({ architecture: 'resnet-18', namings: resNet18Names, ...chosen }, context),
  }),
});
