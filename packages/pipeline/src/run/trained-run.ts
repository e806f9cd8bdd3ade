/** A finished run opened again: to evaluate it anew or to show it new images. */
import { readConfig, type ConfigSetting, type RunConfig } from '@foveate/assembly';
import type { Measures, Raster, RunRecord, SplitName } from '@foveate/contracts';
import {
  lockFolder,
  missingResults,
  readRunRecord,
  readSampleRecords,
  refuseLinksOut,
  runFiles,
} from '@foveate/run-record/node';
import {
  batchesOf,
  buildNetwork,
  checkLock,
  evaluationBatches,
  measureSplit,
  rastersOf,
  recordedData,
  RunScope,
  writePredictions,
} from '@foveate/stages';
import type { Evaluator, Measured, Network } from '@foveate/stages';
import { checkpointPath, evaluate, loadModelState, type ExplainedSample } from '@foveate/trainer';
import { join } from 'node:path';
import { ImageInputs, type ImageLimits, type ReadInput } from './explained-images.js';

/** Figures of a run's best checkpoint on one split. */
export interface Evaluation {
  readonly folder: string;
  readonly name: string;
  readonly split: SplitName;
  /** Epoch the checkpoint stems from. */
  readonly epoch: number | null;
  readonly measures: Measures;
  /** Differences from the lock of the data, where the configuration only wants to be warned of them. */
  readonly warnings: readonly string[];
}

/** What a trained model says of an image file. */
export interface Verdict {
  readonly file: string;
  /** Softmax probability of class 1 (defective). */
  readonly score: number;
  /** True when the defective class is the more probable one. */
  readonly defective: boolean;
  /** Share of the heatmap's mass in the area of interest; null when the area is not known or the heatmap is empty. */
  readonly aoiShare: number | null;
  /** True when the heatmap is zero everywhere: no place speaks for a defect. */
  readonly emptyHeatmap: boolean;
  /** The image as read. */
  readonly image: Raster;
  /** Grey, at network size, 255 = hottest. */
  readonly heatmap: Raster;
  /** At network size; absent when the run's area of interest cannot be told for a lone image. */
  readonly aoi?: Raster;
}

/** What {@link explainImages} works with. */
export interface ExplainSetting {
  readonly setting: ConfigSetting;
  readonly signal: AbortSignal;
  readonly limits: ImageLimits;
}

/** A finished run with all that is needed to use it. */
export interface TrainedRun {
  readonly config: RunConfig;
  readonly record: RunRecord;
  readonly scope: RunScope;
  readonly network: Network;
  readonly evaluator: Evaluator;
}

/** Opens a run folder, works with it and releases its engine. @throws FoveateError `PATH_MISSING`, `RUN_INVALID` */
export async function withTrainedRun<T>(
  folder: string,
  setting: ConfigSetting,
  signal: AbortSignal,
  work: (run: TrainedRun) => Promise<T>,
): Promise<T> {
  const record = await readRunRecord(folder);
  refuseLinksOut(folder);
  const config = await readConfig(join(folder, runFiles.config), [], setting);
  const scope = await RunScope.open(config, setting.registry, { signal, cacheFolder: folder });
  try {
    const network = await buildNetwork(config, scope.services);
    scope.onClose(() => network.engine.dispose());
    const variables = await loadModelState(checkpointPath(folder, 'best'), network.model);
    return await work({ config, record, scope, network, evaluator: { ...network, variables, signal } });
  } finally {
    await scope.close();
  }
}

/**
 * Measures the best checkpoint of a run again, on the samples the run was made with, which must still be those of the lock,
 * if the data has one. A complete run that lost its predictions gets them again.
 * @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, `DATA_INVALID`, `OUTPUT_UNWRITABLE`; `RUN_LOCKED` when predictions are to
 *   be written and another process writes into the folder
 */
export function evaluateRun(
  folder: string,
  split: SplitName,
  setting: ConfigSetting,
  signal: AbortSignal,
): Promise<Evaluation> {
  return withTrainedRun(folder, setting, signal, async ({ config, record, scope, network, evaluator }) => {
    const data = await recordedData(scope, await readSampleRecords(folder));
    const source = await scope.get('source');
    const warnings = await checkLock(config, data.samples, { source, groups: false });
    const feed = batchesOf(data, scope);
    const measured = (part: SplitName) => measureSplit(evaluator, feed, network.metrics, part);
    const { measures } = await measured(split);
    const lost = record.test !== null && (await missingResults(folder, record)).includes(runFiles.predictions);
    if (lost) await restorePredictions(folder, measured);
    const restored = lost ? [`${runFiles.predictions} was missing and is written again.`] : [];
    return {
      folder,
      name: record.name,
      split,
      epoch: record.bestEpoch,
      measures,
      warnings: [...warnings, ...restored],
    };
  });
}

async function restorePredictions(folder: string, measured: (split: SplitName) => Promise<Measured>): Promise<void> {
  const lock = await lockFolder(folder, 'evaluate');
  try {
    await writePredictions(folder, [await measured('validation'), await measured('test')]);
  } finally {
    await lock.release();
  }
}

/**
 * Classifies and explains image files with the best checkpoint of a run. All files are looked at first; then a few of them
 * are in memory at a time.
 * @param onVerdict is told of each file, in order, and waited for
 * @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, `DATA_INVALID` naming the file, and what `onVerdict` throws
 */
export function explainImages(
  folder: string,
  files: readonly string[],
  onVerdict: (verdict: Verdict) => void | Promise<void>,
  { setting, signal, limits }: ExplainSetting,
): Promise<void> {
  return withTrainedRun(folder, setting, signal, async ({ config, scope, evaluator }) => {
    const { inputs, feed } = await ImageInputs.open(files, config, scope.services, limits);
    let next = 0;
    await evaluate({
      ...evaluator,
      batches: evaluationBatches(feed, 'test'),
      onExplained: (sample) => onVerdict(verdictOf(sample, inputs.take(next++))),
    });
  });
}

function verdictOf(sample: ExplainedSample, { file, image, aoi }: ReadInput): Verdict {
  const { score, aoiShare } = sample.prediction;
  const rasters = rastersOf(sample);
  return {
    file,
    image,
    score,
    defective: score >= 0.5,
    aoiShare: aoi === undefined ? null : (aoiShare ?? null),
    emptyHeatmap: rasters.heatmap.data.every((value) => value === 0),
    heatmap: rasters.heatmap,
    ...(aoi === undefined ? {} : { aoi: rasters.aoi }),
  };
}
