/** Forward pass, loss and explanation of one batch, without training. */
import type { Explainer, Loss, Model, ModelView, NamedTensors, Program } from '@foveate/contracts';
import { inferenceScope, pickPrefix } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { programInputs } from './batch-tensors.js';
import { modelPrefix } from './variables.js';

/** What an evaluation is made of. */
export interface EvaluateParts {
  readonly model: Model;
  readonly loss: Loss;
  /** Left out: no heatmap outputs, which saves their gradient. */
  readonly explainer?: Explainer;
  /** True: the heatmaps themselves are an output; otherwise only their sums, to keep transfers small. */
  readonly heatmaps?: boolean;
}

/** Class whose evidence is explained: defective. */
const explained = 1;

/**
 * One batch in inference mode.
 *
 * Inputs as for training; state: `model/<variable>`, unchanged. Outputs: `logits` [N, classes], `score` [N] (softmax
 * probability of class 1), `perSample` [N] (loss as trained), and with an explainer, for class 1 and resized to the
 * input by bilinear interpolation with half-pixel centres: `heatMass` [N] (sum of the heatmap), `heatInside` [N] (sum
 * inside the area of interest) and, if asked for, `heatmap` [N, H, W] (>= 0, not normalised).
 */
export function evaluateProgram({ model, loss, explainer, heatmaps = false }: EvaluateParts): Program {
  return (inputs, state) => {
    const { images, labels, aoi } = programInputs(inputs, model.classes);
    const scope = inferenceScope(pickPrefix(modelPrefix, state));
    const featureMap = model.features(images, scope);
    const logits = model.head(featureMap, scope);
    const view: ModelView = { featureMap, logits, head: (map) => model.head(map, scope) };
    const { perSample } = loss.compute({ ...view, images, labels, aoi });
    const heat = explainer === undefined ? {} : explain(explainer, view, aoi, heatmaps);
    return { outputs: { logits, score: columnOf(tf.softmax(logits), explained), perSample, ...heat } };
  };
}

function explain(explainer: Explainer, view: ModelView, aoi: tf.Tensor3D, heatmaps: boolean): NamedTensors {
  const [count, classes] = view.logits.shape;
  const oneHot = Array.from({ length: classes }, (_, index) => (index === explained ? 1 : 0));
  const target = tf.tensor2d(
    Array.from({ length: count }, () => oneHot),
    [count, classes],
  );
  const coarse = explainer.heatmap(view, target, 'detached');
  const [, height, width] = aoi.shape;
  const resized = tf.image.resizeBilinear(tf.expandDims<tf.Tensor4D>(coarse, 3), [height, width], false, true);
  const heatmap = tf.reshape(resized, [count, height, width]);
  return {
    heatMass: tf.sum(heatmap, [1, 2]),
    heatInside: tf.sum(tf.mul(heatmap, aoi), [1, 2]),
    ...(heatmaps ? { heatmap } : {}),
  };
}

/** [N, C] -> [N] */
function columnOf(matrix: tf.Tensor2D, column: number): tf.Tensor1D {
  return tf.reshape(tf.slice2d(matrix, [0, column], [matrix.shape[0], 1]), [matrix.shape[0]]);
}
