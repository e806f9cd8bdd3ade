/** Measures of runs and splits as tables, with whatever metrics there are; what is not defined is explained. */
import type { Measures, MetricValue } from '@foveate/contracts';
import { wilsonInterval } from '@foveate/statistics';
import { fixed, none, percent } from './format.js';
import { printTable } from './table.js';
import { print } from './terminal.js';

/** Measures with what they are of. */
export interface MeasuredRow {
  /** First cells of the row, the last of which names it. */
  readonly cells: readonly string[];
  /** Null where nothing was measured. */
  readonly measures: Measures | null;
}

interface Column {
  readonly heading: string;
  readonly write: (value: MetricValue | undefined) => string;
}

const known: Readonly<Record<string, Column>> = {
  n: { heading: 'images', write: (value) => (typeof value === 'number' ? String(value) : none) },
  accuracy: { heading: 'accuracy', write: percent },
  auroc: { heading: 'ROC AUC', write: (value) => fixed(value) },
  worstGroup: { heading: 'worst group', write: percent },
  outsideFlips: { heading: 'flips outside', write: percent },
  outsideAccuracy: { heading: 'accuracy disturbed', write: percent },
  outsideAuroc: { heading: 'ROC AUC disturbed', write: (value) => fixed(value) },
  iou: { heading: 'IoU', write: (value) => fixed(value) },
  loss: { heading: 'loss', write: (value) => fixed(value, 4) },
  confusion: { heading: 'confusion', write: counts },
  aoiShare: { heading: 'heatmap in AOI', write: percent },
};

/** Measures that are records of figures, a table each. */
const knownTables: Readonly<Record<string, Column & { readonly figure: string }>> = {
  groups: { heading: 'group', figure: 'accuracy', write: percent },
  recallByType: { heading: 'type of defect', figure: 'recall', write: percent },
};

/** The images that shares of `recallByType` are of; they stand in its table. */
const counted = 'imagesByType';

/** Wilson's interval of a share, and the number of images it is of. */
function ofImages(share: number | null, images: number | null | undefined): readonly string[] {
  if (share === null || typeof images !== 'number') return [none, none];
  const { low, high } = wilsonInterval(Math.round(share * images), images);
  return [`${percent(low)} to ${percent(high)}`, String(images)];
}

/** `tn 20  fp 1  fn 2  tp 17` */
function counts(value: MetricValue | undefined): string {
  if (!isRecord(value)) return none;
  return Object.entries(value)
    .map(([name, count]) => `${name} ${count === null ? none : String(count)}`)
    .join('  ');
}

function isRecord(value: MetricValue | undefined): value is Readonly<Record<string, number | null>> {
  return typeof value === 'object' && value !== null;
}

/** `missedDefects` as `missed defects` */
function words(key: string): string {
  return key.replaceAll(/(?<=[a-z\d])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

function anyFigure(value: MetricValue | undefined): string {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : fixed(value);
}

/** A scalar figure in a few words, as in a line of an epoch. */
export function shortFigure(key: string, value: number): string {
  const column = known[key];
  return column === undefined ? `${words(key)} ${anyFigure(value)}` : `${column.heading} ${column.write(value)}`;
}

/** Keys that have a column: those known first, and of the others all whose values are figures and not records. */
function columnsOf(rows: readonly MeasuredRow[]): readonly (readonly [key: string, column: Column])[] {
  const keys = [...new Set(rows.flatMap(({ measures }) => Object.keys(measures ?? {})))];
  const isColumn = (key: string) => rows.every(({ measures }) => !isRecord(measures?.[key]));
  return [
    ...Object.entries(known).filter(([key]) => keys.includes(key)),
    ...keys
      .filter((key) => !(key in known) && isColumn(key))
      .map((key) => [key, { heading: words(key), write: anyFigure }] as const),
  ];
}

/** Prints measures, one row each, then those that are records, and why some are not defined. */
export function printMeasures(headings: readonly string[], rows: readonly MeasuredRow[]): void {
  const columns = columnsOf(rows);
  printTable(
    [...headings, ...columns.map(([, { heading }]) => heading)],
    rows.map(({ cells, measures }) => [...cells, ...columns.map(([key, { write }]) => write(measures?.[key]))]),
  );
  for (const { cells, measures } of rows) {
    for (const [key, value] of Object.entries(measures ?? {})) {
      if (key in known || key === counted || !isRecord(value)) continue;
      const { heading, figure, write } = knownTables[key] ?? { heading: words(key), figure: '', write: anyFigure };
      const images = key === 'recallByType' ? measures?.[counted] : undefined;
      const further = isRecord(images) ? (name: string, part: number | null) => ofImages(part, images[name]) : () => [];
      print();
      printTable(
        [`${heading}, ${cells.at(-1) ?? ''}`, figure, ...(isRecord(images) ? ['95% interval', 'images'] : [])],
        Object.entries(value).map(([name, part]) => [name, write(part), ...further(name, part)]),
      );
    }
  }
  printUndefined(rows);
}

/** Says below a table what its dashes stand for. */
export function printUndefined(rows: readonly MeasuredRow[]): void {
  const notes = rows.flatMap(undefinedNotes);
  if (notes.length > 0) print(`\n${notes.map((line) => `${none} ${line}`).join('\n')}`);
}

/** Why figures of a row are not defined, a line each. */
export function undefinedNotes({ cells, measures }: MeasuredRow): readonly string[] {
  const name = cells.at(-1) ?? '';
  if (measures === null) return [`${name}: not measured`];
  return Object.entries(measures)
    .filter(([, value]) => value === null)
    .map(([key]) => `${name}: ${known[key]?.heading ?? words(key)} is not defined${reason(key, measures)}`);
}

function reason(key: string, { n, confusion }: Measures): string {
  if (n === 0) return ', there are no images';
  if (key === 'auroc') return ', all images are of one class';
  if (key !== 'aoiShare') return '';
  const { fn, tp } = isRecord(confusion) ? confusion : {};
  if (fn === 0 && tp === 0) return ', there is no defective image';
  return ', the heatmaps of all defective images are empty';
}

/** The verdict that all images got, of a network that tells none apart. */
export function onlyAnswer(measures: Measures | null): 'good' | 'defective' | undefined {
  const confusion = measures?.['confusion'];
  if (typeof confusion !== 'object' || confusion === null) return undefined;
  const { tn, fp, fn, tp } = confusion;
  if (tp === 0 && fp === 0) return 'good';
  return tn === 0 && fn === 0 ? 'defective' : undefined;
}
