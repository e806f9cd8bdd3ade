/** Tables of an experiment: as Markdown and LaTeX to be read, as CSV to be computed with. */
import type { ExperimentMeasure, ExperimentResult, MeasureResult } from '@foveate/report';
import { armTable, differenceTable, type TextTable } from '@foveate/report';
import { comparedArms } from './compared-arms.js';
import type { FinishedRun } from './finished-run.js';
import { pairRows } from './pairs.js';

/** Files by name. */
export type Files = Readonly<Record<string, string>>;

/**
 * Every table of an experiment in every form, all single values, and all pairs.
 * @param comparable those of the runs that are compared
 */
export function tableFiles(
  result: ExperimentResult,
  runs: readonly FinishedRun[],
  comparable: readonly FinishedRun[],
): Files {
  const tables = result.measures.flatMap((one) => [
    { name: `tables/${one.measure.key}`, table: armTable(one, result) },
    ...(differenceCount(one) === 0
      ? []
      : [{ name: `tables/${one.measure.key}-differences`, table: differenceTable(one, result) }]),
  ]);
  const numbers = result.measures.flatMap((one) => [
    [`tables/${one.measure.key}.csv`, csv(armRows(one))] as const,
    ...(differenceCount(one) === 0
      ? []
      : [[`tables/${one.measure.key}-differences.csv`, csv(differenceRows(one))] as const]),
  ]);
  const names = result.arms.map(({ name }) => name);
  return {
    'results.csv': resultsCsv(
      runs,
      result.measures.map(({ measure }) => measure),
    ),
    'pairs.csv': csv(pairRows(comparable, comparedArms(names, result.baselines))),
    ...Object.fromEntries(
      tables.flatMap(({ name, table }) => [
        [`${name}.md`, markdown(table)],
        [`${name}.tex`, latex(table, name)],
      ]),
    ),
    ...Object.fromEntries(numbers),
  };
}

const written = (value: number | null | undefined) => (value == null ? '' : String(value));

/** What every arm reached in every cell, as numbers: mean over seeds with its 95% t interval. */
function armRows({ cells }: MeasureResult): readonly (readonly string[])[] {
  return [
    ['data', 'model', 'arm', 'seeds', 'mean', 'low', 'high', 'deviation'],
    ...cells.flatMap(({ data, model, arms }) =>
      arms.map(({ arm, estimate }) => [
        data,
        model,
        arm,
        ...[estimate?.n ?? 0, estimate?.mean, estimate?.interval?.low, estimate?.interval?.high].map(written),
        written(estimate?.deviation),
      ]),
    ),
  ];
}

/** Every comparison, as numbers: over seeds, and (images) over seeds and images. */
function differenceRows({ cells }: MeasureResult): readonly (readonly string[])[] {
  return [
    [
      ...['data', 'model', 'arm', 'baseline', 'seeds', 'difference', 'low', 'high', 'imagesLow', 'imagesHigh'],
      ...['signedRankP', 'p', 'correctedP', 'finding', 'seedsNeeded'],
    ],
    ...cells.flatMap(({ data, model, differences }) =>
      differences.map(({ arm, baseline, estimate, bootstrap, signedRank, adjusted, finding, seedsNeeded }) => [
        ...[data, model, arm, baseline],
        ...[estimate?.n ?? 0, estimate?.mean, estimate?.interval?.low, estimate?.interval?.high].map(written),
        ...[bootstrap?.interval.low, bootstrap?.interval.high, signedRank, estimate?.p, adjusted].map(written),
        finding,
        written(seedsNeeded),
      ]),
    ),
  ];
}

function differenceCount({ cells }: MeasureResult): number {
  return cells.reduce((sum, { differences }) => sum + differences.length, 0);
}

/** A line for each run and measure. */
function resultsCsv(runs: readonly FinishedRun[], measures: readonly ExperimentMeasure[]): string {
  const keys = measures.map(({ key }) => key);
  return csv([
    ['data', 'model', 'arm', 'seed', 'trainingSeconds', ...keys],
    ...runs.map(({ plan, record, values }) => [
      plan.data,
      plan.model,
      plan.arm,
      String(plan.seed),
      record.timing.totalSeconds.toFixed(1),
      ...keys.map((key) => String(values[key] ?? '')),
    ]),
  ]);
}

/** RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe. */
function csv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => {
    const safe = /^[=@\t\r]|^[+-](?![\d.])/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function markdown({ caption, corner, columns, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `| ${[corner, ...columns].map(() => '---').join(' | ')} |`;
  return `${[caption, '', line([corner, ...columns]), rule, ...rows.map(line)].join('\n')}\n`;
}

/** Characters of a cell that is broken into lines, and columns from which a table is set smaller. */
const [prose, many] = [30, 5];

/** A table of the package booktabs. */
function latex({ caption, corner, columns, rows }: TextTable, name: string): string {
  const widths = columns.map((_, index) =>
    rows.some((row) => (row[index + 1] ?? '').length > prose) ? 'p{3cm}' : 'r',
  );
  const line = (cells: readonly string[]) => `    ${cells.map(escaped).join(' & ')} \\\\`;
  return [
    '% Needs \\usepackage{booktabs}.',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escaped(caption)}}`,
    `  \\label{tab:${name.replace('tables/', '')}}`,
    ...(columns.length > many ? ['  \\footnotesize'] : []),
    `  \\begin{tabular}{l${widths.join('')}}`,
    '    \\toprule',
    line([corner, ...columns]),
    '    \\midrule',
    ...rows.map(line),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

const special: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '±': '$\\pm$',
  '<': '$<$',
  '>': '$>$',
};

function escaped(text: string): string {
  return text.replace(/[\\~^−±<>]|[&%$#_{}]/g, (found) => special[found] ?? `\\${found}`);
}
