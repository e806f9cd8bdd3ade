/** A validated configuration: what every later step reads. */
import type { AppliedPreset, ChosenPlugin, OutsideFill } from '@foveate/contracts';
import type { TrainingSettings, FeatureCacheOptions } from '@foveate/trainer';
import type { DecisionOptions } from './decision-options.js';

/** How duplicates are treated. */
export interface DuplicatesConfig {
  /** `group`: kept, all in one split; `drop`: one of each label kept; `ignore`: not looked for. */
  readonly treatment: 'group' | 'drop' | 'ignore';
  /** Least similarity of near duplicates; false: only the same pixels count. */
  readonly near: number | false;
}

/** How a run is trained. */
export interface TrainingConfig extends TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  /** Samples of each class come equally often. */
  readonly balancedBatches?: boolean | undefined;
  readonly featureCache?: FeatureCacheOptions | undefined;
}

/** The data half of a configuration. */
export interface DataConfig {
  readonly source: ChosenPlugin;
  readonly aoi: ChosenPlugin;
  readonly label: ChosenPlugin;
  readonly split: ChosenPlugin;
  /** Height and width of the network input in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Images that are there more than once. */
  readonly duplicates: DuplicatesConfig;
  /** Lock file that the data must match, relative to the base folder. */
  readonly lock?: string | undefined;
  readonly lockMismatch: 'error' | 'warn';
  readonly augment: readonly ChosenPlugin[];
  /** What is done to validation images outside of their areas of interest, each by itself. */
  readonly disturb: readonly ChosenPlugin[];
  /** What is painted over what lies outside of the area of interest, the last thing before the network; absent: nothing. */
  readonly outside?: OutsideFill;
  /** Drawings of each image's augmentation; absent: a new one in every epoch. */
  readonly augmentVariants?: number | undefined;
  /** Threads that decode and augment; absent: by processors and data. */
  readonly workers?: number | undefined;
  /** Batches in existence at most, the one being trained on included; at least 1. Absent: by workers. */
  readonly prefetch?: number | undefined;
  /** Where decoded, resized samples are kept. */
  readonly cache: 'memory' | 'file' | 'none';
  /** Most that is kept of them, in MiB. */
  readonly cacheMegabytes: number;
}

/** One run, all defaults and overrides applied, all plugin options validated. */
export interface RunConfig {
  readonly name: string;
  readonly seed: number;
  /** Absolute folder that relative paths in plugin options start from. */
  readonly baseFolder: string;
  /** The preset that filled in what was left out; all it said stands in the other keys. */
  readonly preset?: AppliedPreset;
  /** Third-party plugin packages. */
  readonly plugins: readonly string[];
  /** Stages, in order. */
  readonly pipeline: readonly ChosenPlugin[];
  /** True where the stages are those of the program's defaults. */
  readonly usualPipeline: boolean;
  readonly data: DataConfig;
  readonly model: ChosenPlugin;
  readonly loss: ChosenPlugin;
  readonly optimizer: ChosenPlugin;
  /** Explainer, and how many test images are explained for the report. */
  readonly explain: ChosenPlugin & { readonly images: number };
  readonly metrics: readonly ChosenPlugin[];
  readonly training: TrainingConfig;
  /** Absent: images are called defective from a score of 0.5 on. */
  readonly decision?: DecisionOptions;
  readonly engine: ChosenPlugin;
  /** What follows the run. */
  readonly observers: readonly ChosenPlugin[];
  /** What is to be said of the configuration itself when it is trained. */
  readonly notices?: readonly string[];
}
