/** The content of a run folder's `run.json`. */
import type { Decision } from './decision.js';
import type { DuplicateCluster } from './duplicates.js';
import type { DataCounts, EarlyStop, EpochRecord, Explanation, Measures } from './events.js';
import type { AppliedPreset, ChosenPlugin } from './plugin.js';
import type { AoiOrigin, Decoy, DefectVerdict, Label, Skip, SplitName } from './sample.js';

/** Version of the run.json layout. */
export const runRecordVersion = 1;

/** Everything a report or a comparison needs to know of a run. */
export interface RunRecord {
  readonly version: typeof runRecordVersion;
  readonly name: string;
  readonly status: 'running' | 'interrupted' | 'completed';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seed: number;
  /** The preset that filled in what the configuration left out, and where; absent without one. */
  readonly preset?: AppliedPreset;
  readonly loss: ChosenPlugin;
  readonly model: ChosenPlugin & {
    readonly parameters: number;
    /** SHA-256 of the values variables started from, where they were given and not drawn. */
    readonly initialValues?: string;
  };
  readonly engine: ChosenPlugin & { readonly description: string };
  /** The configuration as used, all defaults and overrides applied. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly data: {
    readonly counts: DataCounts;
    readonly skips: readonly Skip[];
    /** Images that are there more than once; absent in runs of older versions. */
    readonly duplicates?: readonly DuplicateCluster[];
    readonly height: number;
    readonly width: number;
  };
  readonly epochs: readonly EpochRecord[];
  /** Epoch whose weights `best.safetensors` holds: best on the validation split by what the training monitors. */
  readonly bestEpoch: number | null;
  /** Only in runs that ended before their last epoch. */
  readonly earlyStop?: EarlyStop;
  /** What was chosen on the validation split; absent: images are called defective from a score of 0.5 on. */
  readonly decision?: Decision;
  /** Warnings and notices of the training, in order. */
  readonly remarks?: readonly string[];
  /** Figures of the best checkpoint; `test` has n, accuracy, auroc, loss, confusion and aoiShare. */
  readonly validation: Measures | null;
  readonly test: Measures | null;
  readonly explanations: readonly Explanation[];
  readonly timing: {
    readonly totalSeconds: number;
    readonly secondsPerEpoch: number;
    readonly imagesPerSecond: number;
  };
}

/** One line of a run folder's `samples.jsonl`: how each sample was labelled and what was predicted. */
export interface SampleRecord {
  readonly id: string;
  readonly split: SplitName;
  readonly label: Label;
  readonly defectTypes: readonly string[];
  readonly reason: string;
  readonly shareInside: number | null;
  /** Absent when the source tells none. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Where its area of interest came from; absent when that was not told. */
  readonly aoiOrigin?: AoiOrigin;
  /** How each of its defects was judged; absent when the labeller does not say. */
  readonly verdicts?: readonly DefectVerdict[];
  /** The mark drawn over it; absent: none. */
  readonly decoy?: Decoy;
}

/** One line of `predictions.jsonl`. */
export interface PredictionRecord {
  readonly id: string;
  readonly split: SplitName;
  readonly label: Label;
  readonly score: number;
  readonly loss: number;
  readonly aoiShare: number | null;
}
