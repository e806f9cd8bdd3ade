/** How runs are told apart on the page: a name, a colour, a dash pattern and a marker each. */
import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3-shape';
import { html, type Markup } from './html.js';
import type { ReportRun } from './report-run.js';

/** A run with what marks it. Colour never stands alone: charts add dash and marker, tables the name. */
export interface NamedRun {
  readonly run: ReportRun;
  /** Unique on the page. */
  readonly name: string;
  /** Counts from 0. */
  readonly index: number;
}

const symbols = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond];
const dashes = ['none', '7 3', '2 3', '9 3 2 3'];

/** Names of the style sheet's run colours: `run-0` … `run-5`, repeating. */
export function colourClass({ index }: NamedRun): string {
  return `run-${index % 6}`;
}

/** The stroke-dasharray of a run's lines where runs share a chart. */
export function dashPattern({ index }: NamedRun): string {
  return dashes[index % dashes.length] ?? 'none';
}

/** A run's marker at (x, y) of a chart. */
export function marker(named: NamedRun, x: number, y: number): Markup {
  const path = symbol(symbols[named.index % symbols.length] ?? symbolCircle, 64)() ?? '';
  return html`<path
    class="marker ${colourClass(named)}"
    transform="translate(${x.toFixed(2)} ${y.toFixed(2)})"
    d="${path}"
  />`;
}

/** The marker and the name of a run, for text and table heads. */
export function badge(named: NamedRun): Markup {
  return html`<span class="badge"
    ><svg viewBox="-7 -7 14 14" width="12" height="12" aria-hidden="true">${marker(named, 0, 0)}</svg
    >${named.name}</span
  >`;
}

/** Names runs so that no two share a name: by name, else with seed, else with a number. */
export function nameRuns(runs: readonly ReportRun[]): readonly NamedRun[] {
  const plain = runs.map(({ record }) => record.name);
  const seeded = runs.map(({ record }) => `${record.name}, seed ${record.seed}`);
  const unique = (names: readonly string[], name: string): boolean =>
    names.filter((other) => other === name).length === 1;
  return runs.map((run, index) => {
    const name = plain[index] ?? '';
    const withSeed = seeded[index] ?? '';
    if (unique(plain, name)) return { run, name, index };
    return { run, name: unique(seeded, withSeed) ? withSeed : `${name} (${index + 1})`, index };
  });
}
