/** U-Net (Ronneberger et al. 2015): marks areas, with an encoder of its own or one that classifies. */
import { definePlugin, type BuiltPlugin, type SegmentationModel, type SegmenterFactory } from '@foveate/contracts';
import type * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { decoder, upConv, Variables } from './blocks/index.js';
import { classifierEncoder, plainEncoder, type Encoder } from './segmenters/encoder.js';

const options = z.strictObject({
  width: z
    .int()
    .min(1)
    .max(256)
    .default(8)
    .describe('Channels of the finest level; each level below has twice as many.'),
  depth: z.int().min(2).max(6).default(4).describe('Levels; each halves the one above.'),
  stride: z
    .union([z.literal(1), z.literal(2), z.literal(4)])
    .default(2)
    .describe(
      'By which factor the finest level is smaller than the image. 2 costs a quarter of 1; masks are as large as the image anyhow.',
    ),
  upsampling: z
    .enum(['transposed', 'bilinear'])
    .default('transposed')
    .describe('How maps are enlarged: by a learnt transposed convolution, or between pixels.'),
  encoder: (z.unknown() as z.ZodType<BuiltPlugin<'model'> | undefined>)
    .optional()
    .describe(
      'A classifier whose stages take the place of the encoder, with its pretrained weights; depth and stride are then its own.',
    ),
});

type Options = z.output<typeof options>;

function factory({ width: finest, depth, stride, upsampling, encoder: classifier }: Options): SegmenterFactory {
  const build: SegmenterFactory['build'] = ({ height, width, areas }): SegmentationModel => {
    const variables = new Variables();
    const channels = Array.from({ length: depth }, (_, level) => finest * 2 ** level);
    const encoder =
      classifier === undefined
        ? plainEncoder(variables, channels, stride, height)
        : classifierEncoder(classifier, variables, { height, width });
    const logits = decoding(variables, encoder, { finest, upsampling, height, areas });
    return {
      height,
      width,
      areas,
      variables: variables.specs,
      noise: variables.noise,
      logits: (images, scope) => {
        const maps = encoder.maps(images, scope);
        return logits(maps, [height, width], scope);
      },
    };
  };
  const pretrained = classifier?.service.pretrained?.bind(classifier.service);
  if (classifier === undefined || pretrained === undefined) return { build };
  return {
    build,
    pretrained: async ({ height, width }, fetching) => {
      const whole = classifier.service.build({ height, width, classes: 2 });
      const used = new Set(whole.stages?.flatMap(({ variables }) => variables));
      const values = await pretrained(whole, fetching);
      return Object.fromEntries(Object.entries(values).filter(([name]) => used.has(name)));
    },
  };
}

/** From the coarsest map upwards, the finer ones beside it, to a logit for each pixel of the image. */
function decoding(
  variables: Variables,
  { levels }: Encoder,
  { finest, upsampling, height, areas }: Pick<Options, 'upsampling'> & Record<'finest' | 'height' | 'areas', number>,
) {
  let below = levels.at(-1)?.channels ?? 0;
  const decoders = levels
    .slice(0, -1)
    .map((level, index) => ({
      beside: level.channels,
      name: `decoder${String(index + 1)}`,
      channels: finest * 2 ** index,
    }))
    .reverse()
    .map(({ beside, name, channels }) => {
      const decode = decoder(variables, name, { below, beside, channels }, upsampling);
      below = channels;
      return decode;
    });
  const factor = Math.round(height / (levels[0]?.height ?? height));
  const logits = upConv(variables, 'areas', below, areas, factor);
  return (maps: tf.Tensor4D[], size: readonly [number, number], scope: Parameters<SegmentationModel['logits']>[1]) => {
    const lowest = maps.pop() as tf.Tensor4D;
    return logits(
      decoders.reduce((x, decode) => decode(x, maps.pop() as tf.Tensor4D, scope), lowest),
      size,
      scope,
    );
  };
}

/** The segmenter plugin `unet`. */
export const unetSegmenter = definePlugin({
  meta: {
    kind: 'segmenter',
    id: 'unet',
    contract: '^2',
    summary: 'U-Net: a small network of its own, or a decoder behind a classifier of the zoo.',
  },
  options,
  slots: { encoder: 'model' },
  register: factory,
});
