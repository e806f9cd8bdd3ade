/** Plain tables, as wide as the terminal at most. */
import { colours, print, terminalWidth } from './terminal.js';
import { narrowest, widthOf, wrap } from './wrap.js';

const gap = 2;

/** Lines of a cell from which rows are easier to read as lists. */
const tallest = 4;

type Row = readonly string[];

/** Prints rows under headings, without frames: readable, and easy to cut into columns where no terminal limits them. */
export function printTable(headings: Row, rows: readonly Row[]): void {
  print(tableText(headings, rows, terminalWidth(), colours(process.stdout).bold));
}

/**
 * The text of a table: columns where they fit, with their cells in several lines if need be, else a list of each row.
 * @param width columns of the terminal; Infinity without one
 * @param bold how headings are written
 */
export function tableText(
  headings: Row,
  rows: readonly Row[],
  width: number,
  bold: (text: string) => string = String,
): string {
  const widths = columnWidths([headings, ...rows], width);
  if (widths === undefined) return lists(headings, rows, width, bold);
  return [
    ...lines(headings, widths).map((line) => line.replace(/\S.*/, (text) => bold(text))),
    ...rows.flatMap((row) => lines(row, widths)),
  ].join('\n');
}

/** Width of each column; undefined where they do not fit, or only as towers of single words. */
function columnWidths(rows: readonly Row[], width: number): readonly number[] | undefined {
  const columns = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? ''));
  const natural = columns.map((cells) => Math.max(...cells.map(widthOf)));
  const room = width - gap * (columns.length - 1);
  const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0);
  if (sum(natural) <= room) return natural;
  const least = columns.map((cells) => Math.max(...cells.map(narrowest)));
  if (sum(least) > room) return undefined;
  // What is left over the narrowest goes to those that want more, in turn.
  const widths = [...least];
  for (let left = room - sum(least); left > 0; left--) {
    const wanting = widths.map((own, column) => (natural[column] ?? 0) - own);
    const most = wanting.indexOf(Math.max(...wanting));
    widths[most] = (widths[most] ?? 0) + 1;
  }
  const fits = rows
    .slice(1)
    .every((row) => row.every((cell, column) => wrap(cell, widths[column] ?? 0).length <= tallest));
  return fits ? widths : undefined;
}

/** A row as lines, its cells side by side. */
function lines(row: Row, widths: readonly number[]): readonly string[] {
  const cells = widths.map((width, column) => wrap(row[column] ?? '', width));
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, column) => padded(cell[line] ?? '', widths[column] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Each row as a list: its first cell, and below it the others beside their headings. */
function lists(headings: Row, rows: readonly Row[], width: number, bold: (text: string) => string): string {
  const names = headings.slice(1);
  const left = Math.min(Math.max(0, ...names.map(widthOf)), Math.floor(width / 2) - gap);
  const right = Math.max(1, width - left - 2 * gap);
  const list = ([title = '', ...cells]: Row): string =>
    [
      ...wrap(title, width).map(bold),
      ...names.flatMap((name, index) => lines([name, cells[index] ?? ''], [left, right])).map((line) => `  ${line}`),
    ].join('\n');
  return rows.map(list).join('\n');
}
