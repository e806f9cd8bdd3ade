/** What an exported model computes: preprocessing, network, score and, if asked for, the heatmap. */
import type { Explainer, Model, ModelView, NamedTensors } from '@foveate/contracts';
import { inferenceScope, modelView } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** What an exported model is made of. */
export interface InferenceParts {
  readonly model: Model;
  /** Given: the heatmap for class 1 (defective) is an output. */
  readonly explainer?: Explainer;
  /** True: images come as 8-bit values in [0, 255] and are scaled inside; otherwise as float32 in [0, 1]. */
  readonly normalise: boolean;
  /** What logits are divided by to become scores; default 1. */
  readonly temperature?: number;
}

/** Class that `score` and `heatmap` are about: defective. */
const explained = 1;

/**
 * Input `images` [N, height, width, 3], sRGB, int32 in [0, 255] or float32 in [0, 1]. Outputs `score` [N] (softmax
 * probability of class 1), `logits` [N, classes] and with an explainer `heatmap` [N, height, width] (>= 0, not
 * normalised, resized bilinearly with half-pixel centres).
 */
export function inferenceProgram({
  model,
  explainer,
  normalise,
  temperature,
}: InferenceParts): (inputs: NamedTensors, variables: NamedTensors) => Record<string, tf.Tensor> {
  return ({ images }, variables) => {
    const given = images as tf.Tensor4D;
    const pixels = normalise ? tf.mul<tf.Tensor4D>(tf.cast(given, 'float32'), 1 / 255) : given;
    const view = modelView(model, pixels, inferenceScope(variables));
    const { logits } = view;
    const scaled = temperature === undefined ? logits : tf.mul<tf.Tensor2D>(logits, 1 / temperature);
    return {
      score: tf.squeeze(tf.slice2d(tf.softmax(scaled), [0, explained], [-1, 1]), [1]),
      logits,
      ...(explainer === undefined ? {} : { heatmap: heatmap(explainer, view, model) }),
    };
  };
}

function heatmap(explainer: Explainer, view: ModelView, { classes, height, width }: Model): tf.Tensor {
  const target = tf.tensor2d([Array.from({ length: classes }, (_, index) => Number(index === explained))]);
  // One row for every sample, without a number of samples in the graph.
  const targets = tf.add(tf.mul(view.logits, 0), target) as tf.Tensor2D;
  const coarse = explainer.heatmap(view, targets);
  const resized = tf.image.resizeBilinear(tf.expandDims<tf.Tensor4D>(coarse, 3), [height, width], false, true);
  return tf.squeeze(resized, [3]);
}
