/** A finished run opened again: to evaluate it anew or to show it new images. */
import { join, resolve } from 'node:path';
import { fail, isFoveateError } from '@foveate/contracts';
import type {
  AssignedSample,
  Mask,
  Measures,
  Raster,
  RunRecord,
  Sample,
  SampleRecord,
  SplitName,
} from '@foveate/contracts';
import { emptyMask, readImage } from '@foveate/image';
import { checkpointPath, evaluate, loadModelState } from '@foveate/trainer';
import type { ExplainedSample } from '@foveate/trainer';
import { buildServices } from '../assembly/container.js';
import type { Services } from '../assembly/container.js';
import { withPackages } from '../assembly/third-party.js';
import { readConfig } from '../config/read.js';
import type { ConfigSetting } from '../config/read.js';
import type { RunConfig } from '../config/run-config.js';
import { checkLock } from '../lock/check-lock.js';
import { evaluationBatches } from '../stages/5-batch.js';
import type { Evaluator } from '../stages/7-explain.js';
import { rastersOf } from '../stages/7-explain.js';
import { measure } from '../stages/8-measure.js';
import { LocalWork } from '../workers/data-work.js';
import { batchStage, recordedData } from './data.js';
import { readJsonLines } from './jsonl.js';
import { buildNetwork } from './network.js';
import type { Network } from './network.js';
import { readRunRecord, runFiles } from './run-folder.js';

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

/** A finished run with all that is needed to use it. */
export interface TrainedRun {
  readonly config: RunConfig;
  readonly record: RunRecord;
  readonly services: Services;
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
  const config = await readConfig(join(folder, runFiles.config), [], setting);
  const registry = await withPackages(setting.registry, config.plugins, config.baseFolder, 'given');
  const services = await buildServices(config, registry);
  const network = await buildNetwork(config, services);
  try {
    const variables = await loadModelState(checkpointPath(folder, 'best'), network.model);
    return await work({ config, record, services, network, evaluator: { ...network, variables, signal } });
  } finally {
    network.engine.dispose();
  }
}

/**
 * Measures the best checkpoint of a run again, on the samples the run was made with, which must still be those of the lock,
 * if the data has one.
 * @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, `DATA_INVALID`
 */
export function evaluateRun(
  folder: string,
  split: SplitName,
  setting: ConfigSetting,
  signal: AbortSignal,
): Promise<Evaluation> {
  return withTrainedRun(folder, setting, signal, async ({ config, record, services, network, evaluator }) => {
    const records = await readJsonLines<SampleRecord>(join(folder, runFiles.samples));
    const loaded = await recordedData(config, { services, module: setting.registry.module, folder }, records);
    try {
      const source = await services.get('source');
      const warnings = await checkLock(config, loaded.data.samples, { source, groups: false });
      const { measures } = await measure(evaluator, batchStage(config, loaded), network.metrics, split);
      return { folder, name: record.name, split, epoch: record.bestEpoch, measures, warnings };
    } finally {
      await loaded.close();
    }
  });
}

/** The area of interest of a lone image, or undefined when the run takes areas from its data set. */
async function lonelyAoi(services: Services, file: string, image: Raster): Promise<Mask | undefined> {
  const provider = await services.get('aoi');
  try {
    return await provider.areaOfInterest({ id: file, defectTypes: [] }, { image, defects: [] });
  } catch (error) {
    if (isFoveateError(error) && error.code === 'DATA_INVALID') return undefined;
    throw error;
  }
}

/**
 * Classifies and explains image files with the best checkpoint of a run.
 * @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, `DATA_INVALID` naming the file
 */
export function explainImages(
  folder: string,
  files: readonly string[],
  setting: ConfigSetting,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  return withTrainedRun(folder, setting, signal, async ({ config, services, evaluator }) => {
    const inputs: { readonly file: string; readonly image: Raster; readonly aoi: Mask | undefined }[] = [];
    for (const file of files) {
      const image = await readImage(resolve(file));
      inputs.push({ file, image, aoi: await lonelyAoi(services, file, image) });
    }
    const samples = inputs.map((_, index): AssignedSample => ({
      id: String(index),
      ref: index,
      defectTypes: [],
      split: 'test',
      label: 0,
      reason: 'not labelled',
    }));
    const inputOf = ({ ref }: Sample) => inputs[ref as number] as (typeof inputs)[number];
    const work = new LocalWork({
      source: { load: async (sample) => ({ image: inputOf(sample).image, defects: [] }) },
      aoi: { areaOfInterest: async (sample, { image }) => inputOf(sample).aoi ?? emptyMask(image.width, image.height) },
      labeller: await services.get('labeller'),
      operations: [],
      size: config.data.size,
      seed: config.seed,
    });
    const { batchSize } = config.training;
    const feed = { samples: samples.map((sample) => ({ sample })), work, batchSize, prefetch: 1, seed: config.seed };
    const verdicts: Verdict[] = [];
    await evaluate({
      ...evaluator,
      batches: evaluationBatches(feed, 'test'),
      onExplained: (sample) => {
        const input = inputs[verdicts.length];
        if (input === undefined) throw fail({ code: 'RUN_INVALID', what: 'More images came back than were given' });
        verdicts.push(verdictOf(sample, input));
      },
    });
    return verdicts;
  });
}

function verdictOf(
  sample: ExplainedSample,
  { file, image, aoi }: { readonly file: string; readonly image: Raster; readonly aoi: Mask | undefined },
): Verdict {
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
