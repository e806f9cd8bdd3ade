/** What came out of an experiment, as data. */
import type { Bootstrapped, Interval, MeanEstimate } from '@foveate/statistics';

/** A figure of a run that is compared. */
export interface ExperimentMeasure {
  readonly key: string;
  readonly title: string;
  /** What it is, where the title does not say it. */
  readonly note?: string;
  readonly better: 'higher' | 'lower';
  /** Shares are written in per cent. */
  readonly isShare: boolean;
  /** Whether it lies in [0, 1]. */
  readonly isBounded: boolean;
}

/** What one arm reached. */
export interface ArmResult {
  readonly arm: string;
  /** By seed, in the order of the experiment's; null where it is missing or not defined. */
  readonly values: readonly (number | null)[];
  /** Mean over the seeds with a t interval; null without any. */
  readonly estimate: MeanEstimate | null;
}

/** A difference is shown when chance alone would give one as large less often than this, among all comparisons of a measure. */
export const significance = 0.05;

/** Seeds below which no difference counts as shown: a deviation of two values is hardly known. */
export const fewestSeeds = 3;

/** What a comparison shows. Better and worse go by the measure's own direction. */
export type Finding = 'better' | 'worse' | 'not shown';

/** An arm compared with another, seed by seed. */
export interface ArmDifference {
  readonly arm: string;
  readonly baseline: string;
  /** Of the paired differences arm minus baseline; null where there is no pair. */
  readonly estimate: MeanEstimate | null;
  /** Interval over seeds and test images, both drawn anew; null for measures and cells where that was not done. */
  readonly bootstrap: Bootstrapped | null;
  /** Of the exact signed-rank test; null without pairs. */
  readonly signedRank: number | null;
  /** p of the paired t test by Holm's correction over all comparisons of this measure; null where there is no p. */
  readonly adjusted: number | null;
  readonly finding: Finding;
  /** Seeds that would show the difference seen, with a chance of 80%; null where these are enough, or nothing was seen. */
  readonly seedsNeeded: number | null;
}

/** All arms on the same data, with the same model. */
export interface ExperimentCell {
  readonly data: string;
  readonly model: string;
  /** Images of the first seed. */
  readonly trainImages: number;
  readonly testImages: number;
  readonly arms: readonly ArmResult[];
  readonly differences: readonly ArmDifference[];
}

/** A measure, and what it is in every cell. */
export interface MeasureResult {
  readonly measure: ExperimentMeasure;
  readonly cells: readonly ExperimentCell[];
}

/** A figure that was published elsewhere, beside that of the experiment. */
export interface PublishedFigure {
  readonly arm: string;
  readonly model?: string | undefined;
  readonly measure: string;
  readonly value: number;
  /** Wilson, of an accuracy where the number of images is known. */
  readonly interval: Interval | null;
  readonly source: string;
}

/** What came out of an experiment. */
export interface ExperimentResult {
  readonly name: string;
  readonly title?: string | undefined;
  readonly question?: string | undefined;
  readonly seeds: readonly number[];
  /** What each arm sets, as `a.b=c` texts. */
  readonly arms: readonly { readonly name: string; readonly settings: readonly string[] }[];
  readonly baselines: readonly string[];
  readonly measures: readonly MeasureResult[];
  readonly published: readonly PublishedFigure[];
  /** Runs that are missing, and why. */
  readonly missing: readonly { readonly run: string; readonly why: string }[];
  /** Comparisons that were refused, and why. */
  readonly refused: readonly string[];
  /** Of all runs together. */
  readonly trainingSeconds: number;
}
