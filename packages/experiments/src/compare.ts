/** What the runs of an experiment show: every arm against the baselines, seed by seed. */
import { fewestSeeds } from '@foveate/report';
import type { ArmDifference, ArmResult, ExperimentCell, ExperimentMeasure, MeasureResult } from '@foveate/report';
import { holm, meanEstimate, nestedBootstrap, pairsNeeded, signedRankTest } from '@foveate/statistics';
import type { FinishedRun } from './finished-run.js';
import { imageMeasures, type ImageMeasure, type TestImage } from './measures.js';

/** A difference is shown when chance alone would give one as large less often than this, among all comparisons together. */
const significance = 0.05;

/** Draws of the bootstrap. */
const rounds = 1000;

/** Names of what was run. */
export interface Axes {
  readonly arms: readonly string[];
  readonly data: readonly string[];
  readonly models: readonly string[];
  readonly seeds: readonly number[];
  readonly baselines: readonly string[];
}

/** A comparison of one measure before it is corrected for the others. */
type Uncorrected = Omit<ArmDifference, 'adjusted' | 'finding' | 'seedsNeeded'>;

/**
 * Compares runs that were found comparable. Measures that are not defined for any run are left out.
 */
export function compareRuns(
  runs: readonly FinishedRun[],
  measures: readonly ExperimentMeasure[],
  axes: Axes,
): readonly MeasureResult[] {
  return measures
    .filter(({ key }) => runs.some(({ values }) => typeof values[key] === 'number'))
    .map((measure) => ({ measure, cells: cellsOf(runs, measure, axes) }));
}

function cellsOf(runs: readonly FinishedRun[], measure: ExperimentMeasure, axes: Axes): readonly ExperimentCell[] {
  const cells = axes.data.flatMap((data) =>
    axes.models.map((model) => {
      const of = runs.filter(({ plan }) => plan.data === data && plan.model === model);
      return { data, model, bySeed: bySeedAndArm(of, axes), first: of[0] };
    }),
  );
  const compared = cells.map(({ bySeed }) => differencesIn(bySeed, measure, axes));
  const tested = compared.flat().flatMap(({ estimate }) => (typeof estimate?.p === 'number' ? [estimate.p] : []));
  const adjusted = holm(tested).values();
  return cells.map(({ data, model, bySeed, first }, index) => {
    const { train, test } = first?.record.data.counts ?? {};
    return {
      data,
      model,
      trainImages: (train?.good ?? 0) + (train?.defective ?? 0),
      testImages: (test?.good ?? 0) + (test?.defective ?? 0),
      arms: axes.arms.map((arm) => armResult(arm, bySeed, measure)),
      differences: (compared[index] ?? []).map((one) =>
        corrected(one, one.estimate?.p == null ? null : (adjusted.next().value ?? null), measure, tested.length),
      ),
    };
  });
}

/** Runs of one cell: of each seed those that are there, by arm. */
type BySeed = readonly ReadonlyMap<string, FinishedRun>[];

function bySeedAndArm(runs: readonly FinishedRun[], { seeds }: Axes): BySeed {
  return seeds.map(
    (seed) => new Map(runs.filter(({ plan }) => plan.seed === seed).map((run) => [run.plan.arm, run] as const)),
  );
}

function armResult(arm: string, bySeed: BySeed, { key }: ExperimentMeasure): ArmResult {
  const values = bySeed.map((runs) => runs.get(arm)?.values[key] ?? null);
  const defined = values.filter((value) => value !== null);
  return { arm, values, estimate: defined.length === 0 ? null : meanEstimate(defined) };
}

function differencesIn(bySeed: BySeed, measure: ExperimentMeasure, { arms, baselines }: Axes): readonly Uncorrected[] {
  return baselines.flatMap((baseline) =>
    arms.filter((arm) => !baselines.includes(arm)).map((arm) => difference(arm, baseline, bySeed, measure)),
  );
}

interface Pair {
  readonly run: FinishedRun;
  readonly other: FinishedRun;
  readonly difference: number;
}

function difference(arm: string, baseline: string, bySeed: BySeed, measure: ExperimentMeasure): Uncorrected {
  const pairs = bySeed.flatMap((runs): Pair[] => {
    const [run, other] = [runs.get(arm), runs.get(baseline)];
    const [a, b] = [run?.values[measure.key], other?.values[measure.key]];
    return run === undefined || other === undefined || typeof a !== 'number' || typeof b !== 'number'
      ? []
      : [{ run, other, difference: a - b }];
  });
  const differences = pairs.map((pair) => pair.difference);
  const ofImages = imageMeasures.find(({ key, isDrawnAnew }) => isDrawnAnew && key === measure.key);
  return {
    arm,
    baseline,
    estimate: pairs.length === 0 ? null : meanEstimate(differences),
    signedRank: pairs.length === 0 ? null : signedRankTest(differences).p,
    bootstrap: ofImages === undefined || pairs.length === 0 ? null : drawnAnew(pairs, ofImages),
  };
}

/** The mean difference over seeds and images that are both drawn anew, images within label and group. */
function drawnAnew(pairs: readonly Pair[], { of }: ImageMeasure) {
  const at = (images: readonly TestImage[], indices: readonly number[]) =>
    of(indices.map((index) => images[index] as TestImage));
  return nestedBootstrap(
    pairs.map(({ run }) => strataOf(run.images)),
    (drawn) => {
      let sum = 0;
      for (const { training, images } of drawn) {
        const pair = pairs[training] as Pair;
        const [a, b] = [at(pair.run.images, images), at(pair.other.images, images)];
        if (a === null || b === null) return null;
        sum += a - b;
      }
      return sum / drawn.length;
    },
    { seed: 1, rounds },
  );
}

function strataOf(images: readonly TestImage[]): readonly (readonly number[])[] {
  const strata = new Map<string, number[]>();
  for (const [index, { label, group, onlyOutside }] of images.entries()) {
    const key = `${group ?? String(label)} ${String(onlyOutside)}`;
    const members = strata.get(key);
    if (members === undefined) strata.set(key, [index]);
    else members.push(index);
  }
  return [...strata.values()];
}

/**
 * Shown is what holds over the seeds after correction and, where images were drawn anew too, over both: coarse measures vary little over
 * few seeds by luck alone.
 * @param comparisons all of the measure, for which the seeds that are needed allow too
 */
function corrected(
  one: Uncorrected,
  adjusted: number | null,
  { better }: ExperimentMeasure,
  comparisons: number,
): ArmDifference {
  const { n = 0, mean = 0, deviation = null } = one.estimate ?? {};
  const { low, high } = one.bootstrap?.interval ?? { low: mean, high: mean };
  const isShown = adjusted !== null && adjusted < significance && n >= fewestSeeds && low * high > 0;
  const isBetter = better === 'higher' ? mean > 0 : mean < 0;
  // Less than rounding leaves is no effect.
  const effect = deviation === null || deviation === 0 || Math.abs(mean) < 1e-9 ? 0 : mean / deviation;
  return {
    ...one,
    adjusted,
    finding: !isShown ? 'not shown' : isBetter ? 'better' : 'worse',
    seedsNeeded: isShown || effect === 0 ? null : pairsNeeded(effect, { level: 1 - significance / comparisons }),
  };
}
