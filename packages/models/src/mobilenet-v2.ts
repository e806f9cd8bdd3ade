/** MobileNetV2 (Sandler et al. 2018). */
import { definePlugin, type Model, type ModelFactory, type ModelStage } from '@foveate/contracts';
import { z } from 'zod';
import {
  averagePoolHead,
  centred,
  convNorm,
  imagenet,
  invertedResidual,
  normalise,
  relu6,
  roundChannels,
  stage,
  staged,
  Variables,
} from './_blocks/index.js';
import { mobileNetV2Names } from './weights/names/mobilenet-v2.js';
import { knownTags, pretrainedBy, weightsOptions } from './weights/pretrained.js';

const options = z.strictObject({
  padding: z
    .enum(['symmetric', 'same'])
    .default('symmetric')
    .describe(
      "Whose weights fit. 'symmetric': those of PyTorch: border on all sides, batch norm epsilon 1e-5, ImageNet mean and " +
        "deviation. 'same': those of Keras: border after the image, epsilon 1e-3, input 2 x - 1.",
    ),
  dropout: z.number().min(0).lt(1).default(0.2).describe('Share of the features dropped before the last layer.'),
  width: z.number().positive().max(8).default(1).describe("Factor of all channels, the paper's alpha."),
  firstExpansion: z
    .boolean()
    .default(false)
    .describe("Whether the first bottleneck has an expanding convolution too, of factor 1, as MXNet's weights have."),
  ...weightsOptions,
});

type Options = z.output<typeof options>;

const conventions = {
  symmetric: { padding: 'symmetric', epsilon: 1e-5, normalisation: imagenet },
  same: { padding: 'same', epsilon: 1e-3, normalisation: centred },
} as const;

/** Bottlenecks of table 2 of the paper. */
const bottlenecks = [
  { expansion: 1, channels: 16, blocks: 1, stride: 1 },
  { expansion: 6, channels: 24, blocks: 2, stride: 2 },
  { expansion: 6, channels: 32, blocks: 3, stride: 2 },
  { expansion: 6, channels: 64, blocks: 4, stride: 2 },
  { expansion: 6, channels: 96, blocks: 3, stride: 1 },
  { expansion: 6, channels: 160, blocks: 3, stride: 2 },
  { expansion: 6, channels: 320, blocks: 1, stride: 1 },
] as const;

/** The last convolution is made wider, but not narrower. */
const topChannels = (width: number): number => roundChannels(1280 * Math.max(1, width));

function trunk(variables: Variables, { padding: convention, width, firstExpansion }: Options): readonly ModelStage[] {
  const { padding, epsilon, normalisation } = conventions[convention];
  const norm = { padding, epsilon, activation: relu6 };
  let inChannels = roundChannels(32 * width);
  const stem = stage(variables, 'stem', () => {
    const layer = convNorm(variables, 'stem', 3, inChannels, { ...norm, size: 3, stride: 2 });
    return (images, scope) => layer(normalise(images, normalisation), scope);
  });
  const body = bottlenecks.flatMap(({ expansion, channels, blocks, stride }, index) =>
    Array.from({ length: blocks }, (_, position) => {
      const name = `stage${index + 1}/block${position + 1}`;
      const shape = {
        inChannels,
        expanded: inChannels * expansion,
        outChannels: roundChannels(channels * width),
        size: 3,
        stride: position === 0 ? stride : 1,
        expand: expansion > 1 || firstExpansion,
      };
      inChannels = shape.outChannels;
      return stage(variables, name, () => invertedResidual(variables, name, { ...shape, ...norm }));
    }),
  );
  const top = stage(variables, 'top', () =>
    convNorm(variables, 'top', inChannels, topChannels(width), { ...norm, size: 1 }),
  );
  return [stem, ...body, top];
}

function factory(chosen: Options): ModelFactory {
  return {
    card: {
      reference: 'Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018',
      normalisation: conventions[chosen.padding].normalisation.text,
      featureLayer: 'top',
      weights: knownTags('mobilenet-v2'),
    },
    build: ({ height, width, classes }): Model => {
      const variables = new Variables();
      const features = staged(trunk(variables, chosen));
      const channels = topChannels(chosen.width);
      const head = averagePoolHead(variables, { channels, classes, dropRate: chosen.dropout });
      return { height, width, classes, variables: variables.specs, noise: variables.noise, ...features, head };
    },
  };
}

/** The model plugin `mobilenet-v2`. */
export const mobileNetV2 = definePlugin({
  meta: {
    kind: 'model',
    id: 'mobilenet-v2',
    contract: '^2',
    summary: 'MobileNetV2: small and fast, 3.5 million parameters with 1,000 classes.',
  },
  options,
  register: (chosen, context) => ({
    ...factory(chosen),
    ...pretrainedBy({ architecture: 'mobilenet-v2', namings: mobileNetV2Names, ...chosen }, context),
  }),
});
