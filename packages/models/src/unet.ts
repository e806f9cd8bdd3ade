/** U-Net (Ronneberger et al. 2015), for segmentation and, by averaging its pixels' logits, for classification. */
import { definePlugin, type Model, type ModelFactory, type VariableScope } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { biasedConv, centred, convNorm, normalise, relu, upConv, Variables, type Layer } from './_blocks/index.js';
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

/** Batch norm, which the paper does not have yet, as elsewhere in this package. */
const norm = { size: 3, epsilon: 1e-5, activation: relu } as const;

/** A classifier that can also say of each pixel what it shows. */
export interface SegmentationModel extends Model {
  /**
   * @param images [N, height, width, 3], sRGB in [0, 1]
   * @returns logits of each pixel [N, height, width, classes]; their mean over the pixels are the logits of the image
   */
  segment(images: tf.Tensor4D, scope: VariableScope): tf.Tensor4D;
}

/** Two 3x3 convolutions. */
function doubleConv(variables: Variables, name: string, inChannels: number, outChannels: number): Layer {
  const first = convNorm(variables, `${name}/first`, inChannels, outChannels, norm);
  const second = convNorm(variables, `${name}/second`, outChannels, outChannels, norm);
  return (x, scope) => second(first(x, scope), scope);
}

/** The level below, enlarged, beside the encoder's map of the same size. */
function decoder(variables: Variables, name: string, below: number, channels: number) {
  const enlarge = upConv(variables, `${name}/up`, below, channels);
  const convolve = doubleConv(variables, name, 2 * channels, channels);
  return (x: tf.Tensor4D, skip: tf.Tensor4D, scope: VariableScope): tf.Tensor4D => {
    const [, height, width] = skip.shape;
    return convolve(tf.concat4d([skip, enlarge(x, [height, width], scope)], 3), scope);
  };
}

/** [N, H, W, 3] -> [N, H, W, channels[0]] */
function network(variables: Variables, channels: readonly number[]): Layer {
  const encoders = channels.map((count, level) =>
    doubleConv(variables, `encoder${level + 1}`, channels[level - 1] ?? 3, count),
  );
  const decoders = channels
    .slice(0, -1)
    .map((count, level) => ({ count, below: channels[level + 1] ?? 0, name: `decoder${level + 1}` }))
    .reverse()
    .map(({ count, below, name }) => decoder(variables, name, below, count));
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

/** A factory whose models can segment. */
export interface SegmentationModelFactory extends ModelFactory {
  build(shape: Parameters<ModelFactory['build']>[0]): SegmentationModel;
}

function factory(channels: readonly number[]): SegmentationModelFactory {
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
        segment: (images, scope) => logits(features(images, scope), scope),
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
