/**
 * Whether heatmaps depend on what was learned: the weights are replaced by random ones, from the head downwards, and a heatmap that
 * stays the same explains nothing of them (Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018, cascading randomisation).
 */
import { random, type HostTensors, type Model } from '@foveate/contracts';
import type { TaskContext } from '@foveate/contracts/task';
import type { RandomisationRow } from '@foveate/report';
import { rankCorrelation } from '@foveate/statistics';
import { explainerOf, openExplaining } from '../run/open-predictor.js';
import type { TrainedRun } from '../run/trained-run.js';
import type { AttributionParts } from './attribution.js';

/** A part of a model, and its variables. */
interface Part {
  readonly name: string;
  readonly variables: ReadonlySet<string>;
}

/**
 * Correlates heatmaps of trained weights with those of more and more random ones.
 * @throws FoveateError `PLUGIN_UNKNOWN`, and of the predictors
 */
export async function randomisationRows(
  run: TrainedRun,
  { explainers, samples, store }: Omit<AttributionParts, 'predictor'>,
  { signal, progress }: TaskContext,
): Promise<readonly RandomisationRow[]> {
  const { model } = run.network;
  const parts = fromTheTop(model);
  const total = explainers.length * (parts.length + 1);
  let done = 0;
  const rows: RandomisationRow[] = [];
  for (const id of explainers) {
    const explainer = await explainerOf(id, run.scope);
    const heatmaps = async (variables: HostTensors) => {
      const predictor = await openExplaining({ ...run, evaluator: { ...run.evaluator, variables } }, explainer);
      const heats: Float32Array[] = [];
      try {
        for (const one of samples) {
          signal.throwIfAborted();
          const { image, aoi } = await store.prepare(one);
          heats.push((await predictor.predict({ image, aoi })).heatmap?.data ?? new Float32Array());
        }
      } finally {
        await predictor.close();
      }
      progress('networks explained', ++done, total);
      return heats;
    };
    const trained = await heatmaps(run.evaluator.variables);
    const steps: { readonly randomised: string; readonly correlation: number | null }[] = [];
    let variables = run.evaluator.variables;
    for (const part of parts) {
      variables = randomised(model, variables, part, run.scope.seed);
      const heats = await heatmaps(variables);
      const correlations = heats
        .map((heat, index) => rankCorrelation(heat, trained[index] ?? []))
        .filter((value) => value !== null);
      const mean = correlations.reduce((sum, value) => sum + value, 0) / correlations.length;
      steps.push({ randomised: part.name, correlation: correlations.length === 0 ? null : mean });
    }
    rows.push({ explainer: id, images: samples.length, steps });
  }
  return rows;
}

/** The parts of a model, the head first and what sees the image last. */
function fromTheTop({ stages = [], variables }: Model): readonly Part[] {
  const staged = new Set(stages.flatMap((stage) => stage.variables));
  const others = variables.map(({ name }) => name).filter((name) => !staged.has(name));
  return [
    ...(others.length === 0 ? [] : [{ name: stages.length === 0 ? 'all' : 'head', variables: new Set(others) }]),
    ...stages
      .filter((stage) => stage.variables.length > 0)
      .map((stage) => ({ name: stage.name, variables: new Set(stage.variables) }))
      .reverse(),
  ];
}

function randomised(model: Model, variables: HostTensors, part: Part, seed: number): HostTensors {
  const fresh = model.variables
    .filter(({ name }) => part.variables.has(name))
    .map(({ name, shape, initial }) => {
      const data = initial(random(seed, 'randomisation', name));
      return [name, { dtype: 'float32', shape, data }] as const;
    });
  return { ...variables, ...Object.fromEntries(fresh) };
}
