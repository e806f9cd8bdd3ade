/** Forward pass, loss and explanation of one batch, without training. */
import type { Explainer, Loss, Model, NamedTensors, Program } from '@foveate/contracts';
import { explainerView, inferenceScope, lossInputs, pickPrefix, tensorNamed, type BatchView } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { programInputs } from './feed/batch-tensors.js';
import type { ForwardPass, Objective } from './objective.js';
import { batchView } from './step/batch-view.js';
import { emaPrefix, modelPrefix } from './variables.js';

/** What an evaluation is made of. */
export interface EvaluateParts {
  readonly model: Model;
  readonly loss: Loss;
  /** Left out: no heatmap outputs, which saves their gradient. */
  readonly explainer?: Explainer;
  /** Leading stages of the model that are left out because the input is what they made of the images; default 0. */
  readonly frozen?: number;
  /** True: the moving averages of the weights are used where the state has them. */
  readonly averages?: boolean;
  /** True: the heatmaps themselves are an output; otherwise only their sums, to keep transfers small. */
  readonly heatmaps?: boolean;
}

/** Class whose evidence is explained: defective. */
const explained = 1;

/**
 * One batch in inference mode.
 *
 * Inputs: `labels`, `images` or `trunk`, and `aoi` if the loss uses it or there is an explainer, as for training; state:
 * `model/<variable>` and, with averages, `ema/<variable>`, unchanged. Outputs: `logits` [N, classes], `score` [N] (softmax
 * probability of class 1), `perSample` [N] (loss as trained), and with an explainer, for class 1 and resized to the
 * input by bilinear interpolation with half-pixel centres: `heatMass` [N] (sum of the heatmap), `heatInside` [N] (sum
 * inside the area of interest) and, if asked for, `heatmap` [N, H, W] (>= 0, not normalised).
 */
export function evaluateProgram(parts: EvaluateParts): Program {
  const { frozen = 0, averages = false } = parts;
  return (inputs, state) => ({ outputs: evaluation(parts, inputs, inferencePass(state, frozen, averages)) });
}

/**
 * One batch of any objective in inference mode. State as of {@link evaluateProgram}; outputs are the objective's.
 * @param frozen leading stages that are left out where the input is what they made of the images
 * @param thorough true: with what the metrics read
 */
export function objectiveEvaluateProgram(
  objective: Pick<Objective, 'evaluate'>,
  { frozen, averages, thorough }: { readonly frozen: number; readonly averages: boolean; readonly thorough: boolean },
): Program {
  return (inputs, state) => ({ outputs: objective.evaluate(inputs, inferencePass(state, frozen, averages), thorough) });
}

function inferencePass(state: NamedTensors, frozen: number, averages: boolean): ForwardPass {
  const variables = { ...pickPrefix(modelPrefix, state), ...(averages ? pickPrefix(emaPrefix, state) : {}) };
  return { scope: inferenceScope(variables), variables, frozen };
}

/** The outputs of {@link evaluateProgram}, inside a program. */
export function evaluation(
  { model, loss, explainer, heatmaps = false }: Omit<EvaluateParts, 'frozen' | 'averages'>,
  inputs: NamedTensors,
  { scope, variables, frozen }: ForwardPass,
): NamedTensors {
  const { start, labels, aoi } = programInputs(inputs, model.classes);
  const view = batchView(model, start, scope, { frozen: 'trunk' in start ? frozen : 0, variables });
  const { logits } = view;
  const { perSample } = loss.compute(lossInputs(loss, { view, labels, ...(aoi === undefined ? {} : { aoi }) }));
  const heat =
    explainer === undefined ? {} : explain(explainer, view, tensorNamed(inputs, 'aoi') as tf.Tensor3D, heatmaps);
  return { logits, score: columnOf(tf.softmax(logits), explained), perSample, ...heat };
}

function explain(explainer: Explainer, view: BatchView, aoi: tf.Tensor3D, heatmaps: boolean): NamedTensors {
  const [count, classes] = view.logits.shape;
  const oneHot = Array.from({ length: classes }, (_, index) => (index === explained ? 1 : 0));
  const target = tf.tensor2d(
    Array.from({ length: count }, () => oneHot),
    [count, classes],
  );
  const coarse = explainer.heatmap(explainerView(explainer, view), target);
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
