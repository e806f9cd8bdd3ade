/** The one event stream of a run. The terminal, the files and later the web page subscribe to it. */
import type { Decision } from './decision.js';
import type { DuplicateCluster } from './duplicates.js';
import type { MetricValue } from './learning-plugins.js';
import type { RunRecord } from './run-record.js';
import type { Label, Skip, SplitName } from './sample.js';

/** Samples by split and label. */
export type DataCounts = Readonly<Record<SplitName, { readonly good: number; readonly defective: number }>>;

/** One line of the learning curve. */
export interface EpochRecord {
  /** Counts from 1. */
  readonly epoch: number;
  readonly train: {
    readonly loss: number;
    readonly accuracy: number;
    readonly parts: Readonly<Record<string, number>>;
  };
  /** AUROC is null where the split has one class only; runs of earlier versions do not have it. */
  readonly validation: {
    readonly loss: number;
    readonly accuracy: number;
    readonly auroc?: number | null;
    /** Figures of the metrics, in epochs in which they were measured. */
    readonly metrics?: Measures;
  };
  /** Step size of the last update, before the factors of parameter groups; missing in runs of earlier versions. */
  readonly learningRate?: number;
  /** Wall time of the epoch, validation included. */
  readonly seconds: number;
  /** Training images per second, validation excluded. */
  readonly imagesPerSecond: number;
  /** Share of the epoch's time spent waiting for batches, in [0, 1]; missing in runs of earlier versions. */
  readonly dataWait?: number;
  /** Samples, of training and validation, whose features of frozen stages were read from the cache or computed. */
  readonly trunk?: { readonly read: number; readonly computed: number; readonly secondsSaved: number };
}

/** A training that ended before its last epoch. */
export interface EarlyStop {
  /** The last one trained. */
  readonly epoch: number;
  /** One sentence. */
  readonly reason: string;
}

/** A test image explained for the report. Paths are relative to the run folder. */
export interface Explanation {
  readonly id: string;
  readonly label: Label;
  /** Softmax probability of class 1 (defective). */
  readonly score: number;
  readonly aoiShare: number | null;
  /** Network input as the model saw it. PNG. */
  readonly imagePath: string;
  /** Grey PNG, 255 inside. */
  readonly aoiPath: string;
  /** Grey PNG at input size, 255 = the hottest value of the image. */
  readonly heatmapPath: string;
}

/** Figures of one split. */
export type Measures = Readonly<Record<string, MetricValue>>;

/** What happens in a run, in the order it happens. */
export type RunEvent =
  | { readonly type: 'run-start'; readonly folder: string; readonly resumedFromEpoch: number | null }
  /** Samples decoded and labelled so far, for large data sets. */
  | { readonly type: 'loading'; readonly done: number; readonly total: number }
  | {
      readonly type: 'data';
      readonly counts: DataCounts;
      readonly skips: readonly Skip[];
      readonly duplicates: readonly DuplicateCluster[];
      /** Number of images by where their areas of interest came from; absent where nobody has looked or told. */
      readonly areas?: Readonly<Record<string, number>>;
    }
  /** Bytes of pretrained weights that have come so far. */
  | { readonly type: 'fetching'; readonly received: number; readonly total: number | null }
  /** The run has begun: what is known of it before the first step, in a resumed one with what was done before. */
  | { readonly type: 'begin'; readonly record: RunRecord }
  | { readonly type: 'engine'; readonly description: string }
  | {
      readonly type: 'step';
      readonly epoch: number;
      readonly epochs: number;
      /** Counts from 1 within the epoch. */
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly parts: Readonly<Record<string, number>>;
      /** Step size, before the factors of parameter groups. */
      readonly learningRate: number;
      /** Running means over the epoch so far. */
      readonly meanLoss: number;
      readonly meanAccuracy: number;
      readonly imagesPerSecond: number;
      /** Of the whole training. */
      readonly secondsLeft: number;
    }
  | { readonly type: 'epoch'; readonly epochs: number; readonly record: EpochRecord; readonly best: boolean }
  | { readonly type: 'checkpoint'; readonly path: string; readonly kind: 'best' | 'last' }
  /** Something the user should look at; the run goes on. */
  | { readonly type: 'warning'; readonly message: string }
  /** How the work is done, where it is not as one would think. */
  | { readonly type: 'notice'; readonly message: string }
  | ({ readonly type: 'early-stop' } & EarlyStop)
  /** What was chosen on the validation split, with the weights of the best epoch. */
  | { readonly type: 'decision'; readonly decision: Decision }
  | { readonly type: 'interrupted'; readonly epoch: number; readonly step: number }
  | { readonly type: 'explained'; readonly explanations: readonly Explanation[] }
  | { readonly type: 'measured'; readonly split: SplitName; readonly measures: Measures }
  /** What came out of a pipeline that gives no trained model. */
  | { readonly type: 'passed'; readonly port: string; readonly items: number; readonly skips: readonly Skip[] }
  | { readonly type: 'report'; readonly path: string }
  /** The last event of a run that failed; its stream ends in this error. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'run-end'; readonly folder: string; readonly status: 'completed' | 'interrupted' };
