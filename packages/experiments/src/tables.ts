/** Tables of an experiment: as CSV, Markdown and LaTeX. */
import type { ExperimentMeasure, ExperimentResult, MeasureResult } from '@foveate/report';
import { armTable, differenceTable, type TextTable } from '@foveate/report';
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
      : [{ name: `tables/${one.measure.key}-differences`, table: differenceTable(one) }]),
  ]);
  return {
    'results.csv': resultsCsv(
      runs,
      result.measures.map(({ measure }) => measure),
    ),
    'pairs.csv': csv(pairRows(comparable, result.baselines)),
    ...Object.fromEntries(
      tables.flatMap(({ name, table }) => [
        [`${name}.md`, markdown(table)],
        [`${name}.tex`, latex(table)],
        [`${name}.csv`, csv([[table.corner, ...table.columns], ...table.rows])],
      ]),
    ),
  };
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

/** A booktabs table. */
function latex({ caption, corner, columns, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `    ${cells.map(escaped).join(' & ')} \\\\`;
  return [
    '\\begin{table}',
    `  \\caption{${escaped(caption)}}`,
    `  \\begin{tabular}{l${'r'.repeat(columns.length)}}`,
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
