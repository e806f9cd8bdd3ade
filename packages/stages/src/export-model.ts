/** Export: the trained network as `model.onnx` in the run folder, which predictors open without anything that trains. */
import { defineStage } from '@foveate/contracts';
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
  /** The heatmap of the run's explainer becomes an output. */
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
  return onTrained(run, async ({ network: { model, explainer }, evaluator: { variables } }) => {
    if (run.folder === undefined) return;
    const { settings, keeper } = run;
    try {
      const bytes = exportOnnx({
        model,
        variables,
        normalise: true,
        precision: 'float32',
        metadata: {
          name: settings.name,
          classes: 'good,defective',
          size: `${String(model.height)}x${String(model.width)}`,
          model: settings.model.id,
          loss: settings.loss.id,
          epoch: String(keeper?.record()?.bestEpoch ?? ''),
          seed: String(settings.seed),
        },
        ...(heatmap ? { explainer } : {}),
      });
      await writeAtomically(join(run.folder, runFiles.model), bytes);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      run.emit({
        type: 'warning',
        message: `The model could not be written as ONNX, so that foveate predict has none: ${reason}`,
      });
    }
  });
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
    heatmap: z.boolean().default(true).describe('Whether the heatmap of the explainer becomes an output.'),
  }),
  register: (options, { run }) => exportModel(scopeOf(run), options),
});
