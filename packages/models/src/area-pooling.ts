/** A model that predicts the area of interest and pools inside it. */
import { definePlugin, type BuiltPlugin, type Model, type ModelFactory } from '@foveate/contracts';
import { inferenceScope, pickPrefix, stopGradient, withPrefix } from '@foveate/tensor';
import { trace } from '@foveate/tracer';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { biasedConv, stage, Variables } from './blocks/index.js';

const options = z.strictObject({
  model: (z.unknown() as z.ZodType<BuiltPlugin<'model'>>)
    .prefault('custom-cnn')
    .describe('The model whose features are pooled: id, or id and options.'),
  weight: z.number().min(0).default(1).describe('Weight of the cross-entropy of the predicted area beside the loss.'),
});

/** Mean weight below which an area counts as one of this size: what is pooled stays finite where nothing is predicted. */
const smallestArea = 0.05;

/** Channels of a model's feature map, found by tracing it on tensors without values. */
function featureChannels(model: Model): number {
  const { height, width } = model;
  const shapes = Object.fromEntries(
    model.variables.map(({ name, shape }) => [name, { shape, dtype: 'float32' } as const]),
  );
  const { outputs } = trace(
    ({ images, ...state }) => ({
      featureMap: model.features(images as tf.Tensor4D, inferenceScope(pickPrefix('model', state))),
    }),
    { inputs: { images: { shape: [1, height, width, 3], dtype: 'float32' }, ...withPrefix('model', shapes) } },
  );
  return outputs[0]?.value.shape[3] ?? 0;
}

/**
 * Features F of the inner model, [N, h, w, K]; area logits Z, a 1x1 convolution of F, [N, h, w]; weights A = sigmoid(Z):
 *
 *     features(images) = [F A / max(mean(A), 0.05), Z], [N, h, w, K + 1]
 *     head(featureMap) = inner head of the first K channels
 *
 * so that a head that averages over the image averages inside the predicted area. The class has no gradient by A: the area is
 * learned from masks alone, and a shortcut cannot draw it to itself.
 */
function pooled(inner: Model, weight: number): Model {
  const channels = featureChannels(inner);
  const variables = new Variables();
  const top = stage(variables, 'area', () => {
    const area = biasedConv(variables, 'area', channels, 1, 1);
    return (featureMap, scope) => {
      const logits = area(featureMap, scope);
      const weights = stopGradient<tf.Tensor4D>(tf.sigmoid(logits));
      const mean = tf.maximum(tf.mean(weights, [1, 2], true), smallestArea);
      return tf.concat4d([tf.mul(featureMap, tf.div(weights, mean)), logits], 3);
    };
  });
  // Bottom to top: after what the stages read, before the head.
  const below = (inner.stages ?? []).flatMap((part) => part.variables).length;
  return {
    ...inner,
    variables: [...inner.variables.slice(0, below), ...variables.specs, ...inner.variables.slice(below)],
    ...(inner.stages && { stages: [...inner.stages, top] }),
    features: (images, scope) => top.apply(inner.features(images, scope), scope),
    head: (featureMap, scope) => inner.head(tf.slice4d(featureMap, [0, 0, 0, 0], [-1, -1, -1, channels]), scope),
    area: {
      weight,
      logits: (featureMap) => tf.squeeze(tf.slice4d(featureMap, [0, 0, 0, channels], [-1, -1, -1, 1]), [3]),
    },
  };
}

function factory({ service: inner }: BuiltPlugin<'model'>, weight: number): ModelFactory {
  const { card } = inner;
  const pretrained: ModelFactory['pretrained'] = async ({ height, width, classes }, fetching) =>
    // Files of weights know nothing of the area, which starts from its initial values.
    (await inner.pretrained?.(inner.build({ height, width, classes }), fetching)) ?? {};
  return {
    ...(card && { card: { ...card, featureLayer: `${card.featureLayer}, inside the predicted area` } }),
    build: (shape) => pooled(inner.build(shape), weight),
    ...(inner.pretrained && { pretrained }),
  };
}

/** The model plugin `area-pooling`. */
export const areaPooling = definePlugin({
  meta: {
    kind: 'model',
    id: 'area-pooling',
    contract: '^2',
    summary: 'Another model that also predicts the area of interest and pools its features inside it.',
  },
  options,
  slots: { model: 'model' },
  register: ({ model, weight }) => factory(model, weight),
});
