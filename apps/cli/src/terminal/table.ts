/** Plain tables. */
import Table from 'cli-table3';
import { colours, print } from './terminal.js';

/** Prints rows under headings, without frames: readable, and easy to cut into columns. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const { bold } = colours(process.stdout);
  const blank = Object.fromEntries(
    ['top', 'bottom', 'left', 'right', 'mid', 'middle'].flatMap((side) =>
      ['', '-mid', '-left', '-right', '-mid-mid'].map((part) => [`${side}${part}`, '']),
    ),
  );
  const table = new Table({
    head: headings.map((heading) => bold(heading)),
    chars: { ...blank, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push([...row]);
  print(
    table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n'),
  );
}
