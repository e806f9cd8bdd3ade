/** Export: the trained network as `model.onnx` in the run folder, which predictors open without anything that trains. */
import type { RunConfig } from '@foveate/assembly';
import { defineStage, messageOf, type Decision, type Model } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import { exportOnnx } from '@foveate/export';
import { runFiles } from '@foveate/run-record/node';
import { join } from 'node:path';
import type { OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { scopeOf, type RunScope } from './run-scope.js';
import { onTrained, type TrainedModel } from './train.js';

/** What is exported. */
export interface ExportModelOptions {
  /** The heatmap of the run's explainer becomes an output, unless it runs the network again for it. */
  readonly heatmap: boolean;
}

/**
 * Writes `model.onnx`: images as bytes in, score, logits and heatmap out. A model that the format cannot hold is a warning, not
 * an error: the run has its weights.
 */
export function exportModel(
  run: RunScope,
  { heatmap }: ExportModelOptions,
): OperatorFunction<TrainedModel, TrainedModel> {
  return onTrained(run, async ({ network: { model, explainer }, evaluator: { variables }, decision }) => {
    if (run.folder === undefined) return;
    const { settings, keeper } = run;
    try {
      const bytes = exportOnnx({
        model,
        variables,
        normalise: true,
        precision: 'float32',
        metadata: modelMetadata(settings, model, keeper?.record()?.bestEpoch, decision),
        ...(decision.temperature === undefined ? {} : { temperature: decision.temperature }),
        // One that runs the network again would do so for every prediction.
        ...(heatmap && !explainer.uses.includes('forward') ? { explainer } : {}),
      });
      await writeAtomically(join(run.folder, runFiles.model), bytes);
    } catch (error) {
      const reason = messageOf(error);
      run.emit({
        type: 'warning',
        message: `The model could not be written as ONNX, so that foveate predict has none: ${reason}`,
      });
    }
  });
}

/**
 * What a model file says of itself, by key: what a stranger who finds it wants to know, and the values of 16-bit images that
 * became black and white (`valueRange`, as `0,4095`), and what is painted outside of areas of interest (`outside`, as `mean`),
 * without which other scores come out; the score from which an image is called defective (`threshold`), and the temperature that
 * is in the scores.
 * @param epoch of the weights
 */
export function modelMetadata(
  { name, model: { id: model }, loss, seed, data: { source, outside } }: RunConfig,
  { height, width }: Pick<Model, 'height' | 'width'>,
  epoch: number | null | undefined,
  { threshold, temperature }: Decision,
): Readonly<Record<string, string>> {
  const { valueRange } = source.options;
  return {
    name,
    classes: 'good,defective',
    size: `${String(height)}x${String(width)}`,
    model,
    loss: loss.id,
    epoch: String(epoch ?? ''),
    seed: String(seed),
    threshold: String(threshold),
    ...(temperature === undefined ? {} : { temperature: String(temperature) }),
    ...(outside === undefined ? {} : { outside }),
    ...(Array.isArray(valueRange) ? { valueRange: valueRange.join(',') } : {}),
  };
}

/** Writes the network as ONNX. */
export const exportStage = defineStage({
  meta: {
    kind: 'stage',
    id: 'export',
    contract: '^2',
    summary: 'Writes the network as model.onnx, which predictors open.',
  },
  takes: 'trained-model',
  gives: 'trained-model',
  options: z.strictObject({
    heatmap: z
      .boolean()
      .default(true)
      .describe('Whether the heatmap of the explainer becomes an output, unless it runs the network again.'),
  }),
  register: (options, { run }) => exportModel(scopeOf(run), options),
});
