/** Predictions of a trained model. */
import { fail } from '@foveate/contracts';
import type { Batch, Engine, EngineState, Explainer, HostTensors, Loss, Model, Prediction } from '@foveate/contracts';
import { readsPixels, withPrefix } from '@foveate/tensor';
import { checkVariables } from './checkpoint.js';
import { evaluateProgram } from './evaluate-program.js';
import type { TrunkBatch } from './feed/batch-tensors.js';
import { isRepeatable } from './feed/planned-batches.js';
import { evaluateBatches, predictionsOf, valuesOf, type EvaluatedBatch, type Scored } from './predictions.js';
import type { FeatureCache } from './trunk/feature-cache.js';
import { TrunkFeed } from './trunk/trunk-feed.js';
import { modelPrefix } from './variables.js';

/** One sample with its explanation. Arrays are views that are valid during the call only. */
export interface ExplainedSample {
  readonly prediction: Prediction;
  readonly height: number;
  readonly width: number;
  /** [height, width], evidence for class 1 (defective), >= 0, not normalised. */
  readonly heatmap: Float32Array;
  /** [height, width, 3], what the model saw, sRGB in [0, 1]. */
  readonly image: Float32Array;
  /** [height, width], 0 or 1. */
  readonly aoi: Float32Array;
}

/** What an evaluation needs. */
export interface EvaluateOptions {
  readonly engine: Engine;
  readonly model: Model;
  readonly loss: Loss;
  readonly explainer: Explainer;
  /** The model's variables without prefix, from `loadModelState`. */
  readonly variables: HostTensors;
  readonly batches: AsyncIterable<Batch>;
  /** What logits are divided by to become scores; default 1. */
  readonly temperature?: number;
  /** Keeps the features of the leading `frozen` stages of the model, for batches that repeat. Not used with `onExplained`. */
  readonly trunk?: { readonly cache: FeatureCache; readonly frozen: number };
  /** Called for each sample in order, and waited for. Left out: heatmaps stay in the engine, only their shares come out. */
  readonly onExplained?: (sample: ExplainedSample) => void | Promise<void>;
  /** Ends the evaluation after the running batch; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Predictions in the order of the batches. Everything made in the engine is released at the end.
 * @throws FoveateError `RUN_INVALID` when `variables` are not the model's, or scores or losses are not finite
 */
export async function evaluate(options: EvaluateOptions): Promise<readonly Scored[]> {
  const { engine, model, loss, explainer, variables, batches, temperature, onExplained, signal } = options;
  checkVariables(variables, model.variables, 'weights');
  const state = engine.createState(withPrefix(modelPrefix, variables));
  const used: { dispose(): void }[] = [state];
  try {
    const trunk = trunkFeed(options, state);
    if (trunk !== undefined) used.unshift(trunk.feed);
    const parts = {
      model,
      loss,
      explainer,
      heatmaps: onExplained !== undefined,
      frozen: trunk === undefined ? 0 : trunk.frozen,
    };
    const program = engine.compile(evaluateProgram(parts), state, { constantState: true });
    used.unshift(program);
    const predictions: Scored[] = [];
    signal?.throwIfAborted();
    for await (const evaluated of evaluateBatches(program, trunk?.batches ?? batches)) {
      const ofBatch = predictionsOf(evaluated, temperature);
      requireNumbers(ofBatch);
      predictions.push(...ofBatch);
      if (onExplained !== undefined) {
        for (const [index, prediction] of ofBatch.entries()) {
          await onExplained(explainedSample(evaluated, index, prediction));
        }
      }
      signal?.throwIfAborted();
    }
    return predictions;
  } finally {
    for (const one of used) one.dispose();
  }
}

/** Weights that someone else or a bad disk changed may be numbers that no score comes of. */
function requireNumbers(predictions: readonly Prediction[]): void {
  const bad = predictions.find(({ score, loss }) => !Number.isFinite(score) || !Number.isFinite(loss));
  if (bad === undefined) return;
  throw fail({
    code: 'RUN_INVALID',
    what: 'With these weights the model has no score for an image',
    where: bad.id,
    got: `score ${bad.score}, loss ${bad.loss}`,
    advice: 'Restore best.safetensors, or train again',
  });
}

/** Features in place of images, where that is possible and nobody asks for the images. */
function trunkFeed(
  { engine, model, loss, explainer, variables, batches, trunk, onExplained }: EvaluateOptions,
  state: EngineState,
): { readonly feed: TrunkFeed; readonly frozen: number; readonly batches: AsyncIterable<TrunkBatch> } | undefined {
  if (trunk === undefined || trunk.frozen === 0 || onExplained !== undefined) return undefined;
  if (readsPixels(loss) || readsPixels(explainer) || !isRepeatable(batches)) return undefined;
  const feed = new TrunkFeed({ engine, state, variables, model, ...trunk, aoi: true });
  return { feed, frozen: trunk.frozen, batches: feed.batches(batches) };
}

function explainedSample({ batch, outputs }: EvaluatedBatch, index: number, prediction: Prediction): ExplainedSample {
  if ('trunk' in batch) throw new Error('Explanations show the images, which a batch of features does not have.');
  const { height, width } = batch;
  const heatmaps = valuesOf(outputs, 'heatmap') as Float32Array;
  const size = height * width;
  const part = (values: Float32Array, length: number): Float32Array =>
    values.subarray(index * length, (index + 1) * length);
  return {
    prediction,
    height,
    width,
    heatmap: part(heatmaps, size),
    image: part(batch.images, size * 3),
    aoi: part(batch.aoi, size),
  };
}
