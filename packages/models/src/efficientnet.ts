/** EfficientNet (Tan and Le 2019), B0 to B3. */
import { definePlugin, type Model, type ModelCard, type ModelFactory, type ModelStage } from '@foveate/contracts';
import { z } from 'zod';
import {
  averagePoolHead,
  convNorm,
  imagenet,
  invertedResidual,
  normalise,
  roundChannels,
  sigmoid,
  stage,
  staged,
  swish,
  Variables,
  type Padding,
} from './_blocks/index.js';
import { efficientNetNames } from './weights/names/efficientnet.js';
import { knownTags, pretrainedBy, weightsOptions } from './weights/pretrained.js';

/** What compound scaling changes. */
interface Scaling {
  /** Factor of all channels. */
  readonly width: number;
  /** Factor of the blocks of each stage. */
  readonly depth: number;
  readonly dropout: number;
}

/** Settings of an EfficientNet. */
interface EfficientNetOptions extends Scaling {
  readonly padding: Padding;
  readonly stochasticDepth: number;
}

/** The stages of B0 (table 1 of the paper). */
const baseline = [
  { expansion: 1, size: 3, stride: 1, channels: 16, blocks: 1 },
  { expansion: 6, size: 3, stride: 2, channels: 24, blocks: 2 },
  { expansion: 6, size: 5, stride: 2, channels: 40, blocks: 2 },
  { expansion: 6, size: 3, stride: 2, channels: 80, blocks: 3 },
  { expansion: 6, size: 5, stride: 1, channels: 112, blocks: 3 },
  { expansion: 6, size: 5, stride: 2, channels: 192, blocks: 4 },
  { expansion: 6, size: 3, stride: 1, channels: 320, blocks: 1 },
] as const;

/** Of the batch norms of TensorFlow's weights and of PyTorch's: it goes with the padding. */
const epsilons: Readonly<Record<Padding, number>> = { same: 1e-3, symmetric: 1e-5 };

/** Blocks of all stages as the paper's list, scaled; names count from 1. */
function blocks({ width, depth }: Scaling) {
  let inChannels = roundChannels(32 * width);
  return baseline.flatMap(({ expansion, size, stride, channels, blocks: count }, index) =>
    Array.from({ length: Math.ceil(count * depth) }, (_, position) => {
      const block = {
        name: `stage${index + 1}/block${position + 1}`,
        inChannels,
        expanded: inChannels * expansion,
        outChannels: roundChannels(channels * width),
        size,
        stride: position === 0 ? stride : 1,
      };
      inChannels = block.outChannels;
      return block;
    }),
  );
}

function trunk(variables: Variables, options: EfficientNetOptions): readonly ModelStage[] {
  const { width, padding, stochasticDepth } = options;
  const norm = { padding, epsilon: epsilons[padding], activation: swish };
  const list = blocks(options);
  const stem = stage(variables, 'stem', () => {
    const layer = convNorm(variables, 'stem', 3, roundChannels(32 * width), { ...norm, size: 3, stride: 2 });
    return (images, scope) => layer(normalise(images, imagenet), scope);
  });
  const body = list.map((block, index) =>
    stage(variables, block.name, () =>
      invertedResidual(variables, block.name, {
        ...block,
        ...norm,
        squeeze: { channels: Math.max(1, Math.floor(block.inChannels / 4)), activation: swish, gate: sigmoid },
        // Deeper blocks are dropped more often.
        dropRate: (stochasticDepth * index) / list.length,
      }),
    ),
  );
  const top = stage(variables, 'top', () =>
    convNorm(variables, 'top', list.at(-1)?.outChannels ?? 0, topChannels(width), { ...norm, size: 1 }),
  );
  return [stem, ...body, top];
}

const topChannels = (width: number): number => roundChannels(1280 * width);

function factory(options: EfficientNetOptions, card: ModelCard): ModelFactory {
  return {
    card,
    build: ({ height, width, classes }): Model => {
      const variables = new Variables();
      const features = staged(trunk(variables, options));
      const channels = topChannels(options.width);
      const head = averagePoolHead(variables, { channels, classes, dropRate: options.dropout });
      return { height, width, classes, variables: variables.specs, noise: variables.noise, ...features, head };
    },
  };
}

const rate = z.number().min(0).lt(1);

function efficientNet<Id extends `efficientnet-b${number}`>(id: Id, scaling: Scaling, summary: string) {
  const options = z.strictObject({
    padding: z
      .enum(['symmetric', 'same'])
      .default('symmetric')
      .describe(
        "Border of strided convolutions. 'symmetric': as PyTorch, batch norm epsilon 1e-5, for weights of torchvision and " +
          "timm. 'same': as TensorFlow, epsilon 1e-3, for weights of Keras and the tf_ ones of timm.",
      ),
    dropout: rate.default(scaling.dropout).describe('Share of the features dropped before the last layer in training.'),
    stochasticDepth: rate
      .default(0.2)
      .describe('Probability that a block is skipped in training: near 0 at the bottom, this value at the top.'),
    width: z.number().positive().max(8).default(scaling.width).describe('Factor of the channels of B0.'),
    depth: z.number().positive().max(8).default(scaling.depth).describe('Factor of the blocks per stage of B0.'),
    ...weightsOptions,
  });
  const card: ModelCard = {
    reference: 'Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019',
    normalisation: imagenet.text,
    featureLayer: 'top',
    weights: knownTags(id),
  };
  return definePlugin({
    meta: { kind: 'model', id, contract: '^2', summary },
    options,
    register: (chosen, context) => ({
      ...factory(chosen, card),
      ...pretrainedBy({ architecture: id, namings: efficientNetNames, ...chosen }, context),
    }),
  });
}

/** The model plugin `efficientnet-b0`. */
export const efficientNetB0 = efficientNet(
  'efficientnet-b0',
  { width: 1, depth: 1, dropout: 0.2 },
  'EfficientNet-B0: 81 convolutions, 5.3 million parameters with 1,000 classes.',
);

/** The model plugin `efficientnet-b1`. */
export const efficientNetB1 = efficientNet(
  'efficientnet-b1',
  { width: 1, depth: 1.1, dropout: 0.2 },
  'EfficientNet-B1: B0 made deeper, 7.8 million parameters with 1,000 classes.',
);

/** The model plugin `efficientnet-b2`. */
export const efficientNetB2 = efficientNet(
  'efficientnet-b2',
  { width: 1.1, depth: 1.2, dropout: 0.3 },
  'EfficientNet-B2: B0 made deeper and wider, 9.1 million parameters with 1,000 classes.',
);

/** The model plugin `efficientnet-b3`. */
export const efficientNetB3 = efficientNet(
  'efficientnet-b3',
  { width: 1.2, depth: 1.4, dropout: 0.3 },
  'EfficientNet-B3: B0 made deeper and wider, 12.2 million parameters with 1,000 classes.',
);
