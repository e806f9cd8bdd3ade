/** The predictor of a run. */
import type { ConfigSetting } from '@foveate/assembly';
import { isFoveateError } from '@foveate/contracts';
import { exportOnnx } from '@foveate/export';
import { openPredictor, type Predictor } from '@foveate/predict';
import { modelMetadata } from '@foveate/stages';
import { withTrainedRun } from './trained-run.js';

/** On the run's own model file; where there is none, or one without heatmap, on the best checkpoint. */
export async function openPredictorOf(folder: string, setting: ConfigSetting, signal: AbortSignal): Promise<Predictor> {
  const options = { heatmap: true };
  const own = await openPredictor(folder, options).catch((error: unknown) => {
    if (isFoveateError(error) && error.code === 'RUN_INVALID') return undefined;
    throw error;
  });
  if (own?.hasHeatmap === true) return own;
  await own?.close();
  const model = await withTrainedRun(
    folder,
    setting,
    signal,
    ({ config, record, network: { model, explainer }, evaluator, decision }) =>
      Promise.resolve(
        exportOnnx({
          model,
          explainer,
          variables: evaluator.variables,
          ...(evaluator.temperature === undefined ? {} : { temperature: evaluator.temperature }),
          normalise: true,
          precision: 'float32',
          metadata: modelMetadata(config, model, record.bestEpoch, decision),
        }),
      ),
  );
  return openPredictor(model, options);
}
