/** Tables of an experiment as text, for the page and for files of other forms. */
import type { Interval, MeanEstimate } from '@foveate/statistics';
import { count, fixed, percent, range, signed } from '../format.js';
import { fewestSeeds, significance } from './result.js';
import type {
  ArmDifference,
  ExperimentCell,
  ExperimentMeasure,
  ExperimentResult,
  MeasureResult,
  PublishedFigure,
} from './result.js';

/** A table of texts. */
export interface TextTable {
  readonly caption: string;
  /** Above the heads of the rows. */
  readonly corner: string;
  readonly columns: readonly string[];
  /** Each with its head. */
  readonly rows: readonly (readonly string[])[];
}

/** A figure of a measure: shares in per cent. */
export function written(value: number, { isShare }: Pick<ExperimentMeasure, 'isShare'>): string {
  return isShare ? percent(value) : fixed(value, 3);
}

/** A difference: of shares in points. */
export function writtenDifference(value: number, { isShare }: Pick<ExperimentMeasure, 'isShare'>): string {
  return isShare ? signed(100 * value, 1) : signed(value, 3);
}

/** What every arm reached: a row for each data set and model, a column for each arm. */
export function armTable(
  { measure, cells }: MeasureResult,
  { arms, seeds, published }: Pick<ExperimentResult, 'arms' | 'seeds' | 'published'>,
): TextTable {
  const seedsText = count(seeds.length, 'seed');
  // Of shares and areas under curves nothing lies beyond 0 and 1, though a t interval may.
  const within = (at: number) => (measure.isBounded ? Math.min(1, Math.max(0, at)) : at);
  const interval = (one: Interval | null) =>
    one === null ? '' : ` (${range(one, (at) => written(within(at), measure))})`;
  // Where a measure is not defined, such as the worst group without groups, a row would be dashes.
  const defined = cells.filter((cell) => cell.arms.some(({ estimate }) => estimate !== null));
  const rows = defined.map((cell) => [
    cellName(cell, cells),
    ...cell.arms.map(({ estimate, values }) => {
      if (estimate === null) return '–';
      const some = estimate.n < values.length ? `, ${String(estimate.n)} of ${String(values.length)} seeds` : '';
      return `${written(estimate.mean, measure)}${interval(estimate.interval)}${some}`;
    }),
  ]);
  const known = published.filter((one) => one.measure === measure.key);
  const heads = [...new Set(known.map(publishedHead))];
  const publishedRows = heads.map((head) => [
    head,
    ...arms.map(({ name }) => {
      const found = known.find((one) => publishedHead(one) === head && one.arm === name);
      return found === undefined ? '–' : `${written(found.value, measure)}${interval(found.interval)}`;
    }),
  ]);
  return {
    caption: `${measure.title}: ${seeds.length === 1 ? 'one seed' : `mean over ${seedsText} (95% t interval)`}${known.length === 0 ? '' : `; published figures${known.some(({ interval: one }) => one !== null) ? ' with a Wilson interval' : ''}`}`,
    corner: 'Data',
    columns: arms.map(({ name }) => name),
    rows: [...rows, ...publishedRows],
  };
}

/** Where figures were published, and for which model where that is told. */
function publishedHead({ source, model }: PublishedFigure): string {
  return `published: ${source}${model === undefined ? '' : `, ${model}`}`;
}

/** What every comparison shows: a row for each. */
export function differenceTable(
  { measure, cells }: MeasureResult,
  { seeds }: Pick<ExperimentResult, 'seeds'>,
): TextTable {
  const tested = cells.flatMap(({ differences }) => differences.filter(({ adjusted }) => adjusted !== null)).length;
  const correction = tested > 1 ? `, p by Holm's correction over ${count(tested, 'comparison')}` : '';
  return {
    caption: `${measure.title}${measure.isShare ? ', in points' : ''}: differences by seed over ${count(seeds.length, 'seed')}${correction}`,
    corner: 'Data',
    columns: [
      'Compared',
      'Difference',
      '95% over seeds',
      '95% over seeds and images',
      'signed-rank p',
      'p, corrected',
      'Shown',
    ],
    rows: cells.flatMap((cell) =>
      cell.differences
        .filter(({ estimate }) => estimate !== null)
        .map((one) => [
          cellName(cell, cells),
          `${one.arm} − ${one.baseline}`,
          one.estimate === null ? '–' : writtenDifference(one.estimate.mean, measure),
          intervalText(one.estimate, measure),
          one.bootstrap === null ? '–' : range(one.bootstrap.interval, (at) => writtenDifference(at, measure)),
          one.signedRank === null ? '–' : one.signedRank.toFixed(3),
          one.adjusted === null ? '–' : one.adjusted < 0.001 ? '<0.001' : one.adjusted.toFixed(3),
          findingText(one),
        ]),
    ),
  };
}

function intervalText(estimate: MeanEstimate | null, measure: ExperimentMeasure): string {
  const interval = estimate?.interval ?? null;
  return interval === null ? '–' : range(interval, (at) => writtenDifference(at, measure));
}

/** Seeds beyond which nobody asks how many exactly. */
const mostSeeds = 1000;

function findingText({ finding, seedsNeeded, estimate, adjusted }: ArmDifference): string {
  if (finding !== 'not shown') return finding;
  if (estimate === null || estimate.n < fewestSeeds) return 'no difference shown: too few seeds';
  if (estimate.deviation === 0) return 'no difference shown: the same in every seed';
  // Shown but for the images: more seeds would not help.
  if (seedsNeeded === null && adjusted !== null && adjusted < significance)
    return 'no difference shown: other test images might turn it';
  if (seedsNeeded === null) return 'no difference shown';
  const needed =
    seedsNeeded > mostSeeds ? `more than ${count(mostSeeds, 'seed')}` : `some ${count(seedsNeeded, 'seed')}`;
  return `no difference shown; ${needed} would be needed`;
}

/** Data, and the model where there are several. */
export function cellName({ data, model }: ExperimentCell, cells: readonly ExperimentCell[]): string {
  return cells.every((cell) => cell.model === model) ? data : `${data}, ${model}`;
}
