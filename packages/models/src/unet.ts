/** U-Net (Ronneberger et al. 2015) as a classifier, by averaging its pixels' logits; the plugin `unet` of segmenters marks areas. */
import { definePlugin, type ModelFactory } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { biasedConv, centred, decoder, doubleConv, normalise, Variables, type Layer } from './blocks/index.js';
import { pretrainedBy, weightsOptions } from './weights/pretrained.js';

const options = z.strictObject({
  channels: z
    .array(z.int().min(1))
    .min(2)
    .default([16, 32, 64, 128, 256])
    .describe(
      'Channels of each level, from full resolution down; each level halves the image. The paper: 64 to 1,024.',
    ),
  ...weightsOptions,
});

/** [N, H, W, 3] -> [N, H, W, channels[0]] */
function network(variables: Variables, channels: readonly number[]): Layer {
  const encoders = channels.map((count, level) =>
    doubleConv(variables, `encoder${level + 1}`, channels[level - 1] ?? 3, count),
  );
  const decoders = channels
    .slice(0, -1)
    .map((count, level) => ({ count, below: channels[level + 1] ?? 0, name: `decoder${level + 1}` }))
    .reverse()
    .map(({ count, below, name }) => decoder(variables, name, { below, beside: count }));
  return (images, scope) => {
    const maps: tf.Tensor4D[] = [];
    for (const encode of encoders) {
      const above = maps.at(-1);
      // An odd row or column is pooled alone; the decoder's enlargement gives exactly the odd size back.
      maps.push(encode(above === undefined ? normalise(images, centred) : tf.maxPool(above, 2, 2, 'same'), scope));
    }
    const lowest = maps.pop() as tf.Tensor4D;
    return decoders.reduce((x, decode) => decode(x, maps.pop() as tf.Tensor4D, scope), lowest);
  };
}

function factory(channels: readonly number[]): ModelFactory {
  return {
    card: {
      reference: 'Ronneberger et al., U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015',
      normalisation: centred.text,
      featureLayer: 'decoder1',
      weights: [],
    },
    build: ({ height, width, classes }) => {
      const variables = new Variables();
      const features = network(variables, channels);
      const logits = biasedConv(variables, 'logits', channels[0] ?? 0, classes, 1);
      return {
        height,
        width,
        classes,
        variables: variables.specs,
        features,
        head: (featureMap, scope) => {
          // The convolution is linear: of the mean it is the mean of the pixels.
          const mean: tf.Tensor4D = tf.mean(featureMap, [1, 2], true);
          return tf.reshape(logits(mean, scope), [-1, classes]);
        },
      };
    },
  };
}

/** The model plugin `unet`. */
export const unet = definePlugin({
  meta: {
    kind: 'model',
    id: 'unet',
    contract: '^2',
    summary:
      'U-Net: encoder and decoder with a feature map as large as the image; classifies by the mean of its pixels.',
  },
  options,
  register: ({ channels, ...start }, context) => ({
    ...factory(channels),
    ...pretrainedBy({ architecture: 'unet', namings: [], ...start }, context),
  }),
});
