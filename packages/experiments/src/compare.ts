/** What the runs of an experiment show: every arm against the baselines, seed by seed. */
import { fewestSeeds, significance } from '@foveate/report';
import type { ArmDifference, ArmResult, ExperimentCell, ExperimentMeasure, MeasureResult } from '@foveate/report';
import { holm, meanEstimate, pairsNeeded, signedRankTest } from '@foveate/statistics';
import { comparedArms } from './compared-arms.js';
import { DrawnCell, type BySeed } from './drawn-cell.js';
import type { FinishedRun } from './finished-run.js';

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
  const cells = axes.data.flatMap((data) =>
    axes.models.map((model): RunCell => {
      const of = runs.filter(({ plan }) => plan.data === data && plan.model === model);
      const bySeed = bySeedAndArm(of, axes);
      return { data, model, bySeed, drawn: new DrawnCell(bySeed), first: of[0] };
    }),
  );
  return measures
    .filter(({ key }) => runs.some(({ values }) => typeof values[key] === 'number'))
    .map((measure) => ({ measure, cells: cellsOf(cells, measure, axes) }));
}

/** The runs of one data and model. */
interface RunCell {
  readonly data: string;
  readonly model: string;
  readonly bySeed: BySeed;
  readonly drawn: DrawnCell;
  readonly first: FinishedRun | undefined;
}

function cellsOf(cells: readonly RunCell[], measure: ExperimentMeasure, axes: Axes): readonly ExperimentCell[] {
  const compared = cells.map((cell) => differencesIn(cell, measure, axes));
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

function differencesIn(cell: RunCell, measure: ExperimentMeasure, { arms, baselines }: Axes): readonly Uncorrected[] {
  return comparedArms(arms, baselines).map(([arm, baseline]) => difference(arm, baseline, cell, measure));
}

function difference(
  arm: string,
  baseline: string,
  { bySeed, drawn }: RunCell,
  { key }: ExperimentMeasure,
): Uncorrected {
  const pairs = bySeed.flatMap((runs, seed) => {
    const [a, b] = [runs.get(arm)?.values[key], runs.get(baseline)?.values[key]];
    return typeof a !== 'number' || typeof b !== 'number' ? [] : [{ seed, difference: a - b }];
  });
  const differences = pairs.map((pair) => pair.difference);
  return {
    arm,
    baseline,
    estimate: pairs.length === 0 ? null : meanEstimate(differences),
    signedRank: pairs.length === 0 ? null : signedRankTest(differences).p,
    bootstrap: drawn.difference(
      [arm, baseline],
      key,
      pairs.map(({ seed }) => seed),
    ),
  };
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
  const holdsOverSeeds = adjusted !== null && adjusted < significance && n >= fewestSeeds;
  const isShown = holdsOverSeeds && low * high > 0;
  const isBetter = better === 'higher' ? mean > 0 : mean < 0;
  // Less than rounding leaves is no effect.
  const effect = deviation === null || deviation === 0 || Math.abs(mean) < 1e-9 ? 0 : mean / deviation;
  return {
    ...one,
    adjusted,
    finding: !isShown ? 'not shown' : isBetter ? 'better' : 'worse',
    seedsNeeded: holdsOverSeeds || effect === 0 ? null : pairsNeeded(effect, { level: 1 - significance / comparisons }),
  };
}
