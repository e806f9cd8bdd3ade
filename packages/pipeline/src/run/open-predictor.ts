/** The predictor of a run. */
import type { ConfigSetting } from '@foveate/assembly';
import { fail, isFoveateError, type Explainer, type PluginContext } from '@foveate/contracts';
import { exportOnnx } from '@foveate/export';
import { openPredictor, type Predictor } from '@foveate/predict';
import { modelMetadata, type RunScope } from '@foveate/stages';
import { withTrainedRun, type TrainedRun } from './trained-run.js';

/** On the run's own model file; where there is none, or one without heatmap, on the best checkpoint. */
export async function openPredictorOf(folder: string, setting: ConfigSetting, signal: AbortSignal): Promise<Predictor> {
  const own = await openPredictor(folder, { heatmap: true }).catch((error: unknown) => {
    if (isFoveateError(error) && error.code === 'RUN_INVALID') return undefined;
    throw error;
  });
  if (own?.hasHeatmap === true) return own;
  await own?.close();
  return withTrainedRun(folder, setting, signal, (run) => openExplaining(run, run.network.explainer));
}

/** What of a run is needed to explain with it. */
type ExplainableRun = Pick<TrainedRun, 'config' | 'record' | 'network' | 'evaluator' | 'decision'>;

/** On the best checkpoint of a run, with the heatmaps of any explainer. */
export function openExplaining(
  { config, record, network: { model }, evaluator: { variables, temperature }, decision }: ExplainableRun,
  explainer: Explainer,
): Promise<Predictor> {
  const bytes = exportOnnx({
    model,
    explainer,
    variables,
    ...(temperature === undefined ? {} : { temperature }),
    normalise: true,
    precision: 'float32',
    metadata: modelMetadata(config, model, record.bestEpoch, decision),
  });
  return openPredictor(bytes, { heatmap: true });
}

/**
 * An explainer by its id: as the run is configured where it is that of the run, and else with the options it has by default.
 * @throws FoveateError `PLUGIN_UNKNOWN`, or `CONFIG_INVALID` where it has an option that must be given
 */
export async function explainerOf(id: string, scope: RunScope): Promise<Explainer> {
  if (scope.settings.explain.id === id) return scope.get('explainer');
  const plugin = await scope.plugin('explainer', id);
  const checked = await plugin.options['~standard'].validate({});
  if (checked.issues !== undefined)
    throw fail({ code: 'CONFIG_INVALID', what: checked.issues[0]?.message ?? 'Options are missing', where: id });
  const context: PluginContext = {
    baseFolder: scope.settings.baseFolder,
    seed: scope.seed,
    get: (kind) => scope.get(kind),
  };
  return (await plugin.register(checked.value as never, context)) as Explainer;
}
