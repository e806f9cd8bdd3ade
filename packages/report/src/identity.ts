/** How runs are told apart on the page: a name, a colour, a dash pattern and a marker each. */
import { usualDecision } from '@foveate/contracts';
import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3-shape';
import { differingSettings, settingText } from './differences.js';
import { html, type Markup } from './html.js';
import type { ReportRun } from './report-run.js';

/** A run with what marks it. Colour never stands alone: charts add dash and marker, tables the name. */
export interface NamedRun {
  readonly run: ReportRun;
  /** Unique on the page. */
  readonly name: string;
  /** Counts from 0. */
  readonly index: number;
  /** Images with at least this score are called defective. */
  readonly threshold: number;
}

/** Characters of a value that a name can hold, and of all that tells a run from others. */
const [longest, mostWords] = [30, 60];

const symbols = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond];
const dashes = ['none', '7 3', '2 3', '9 3 2 3'];

/** Names of the style sheet's run colours: `run-0` … `run-5`, repeating. */
export function colourClass({ index }: Pick<NamedRun, 'index'>): string {
  return `run-${index % 6}`;
}

/** The stroke-dasharray of a run's lines where runs share a chart. */
export function dashPattern({ index }: NamedRun): string {
  return dashes[index % dashes.length] ?? 'none';
}

/** A run's marker at (x, y) of a chart. */
export function marker(named: Pick<NamedRun, 'index'>, x: number, y: number): Markup {
  const path = symbol(symbols[named.index % symbols.length] ?? symbolCircle, 64)() ?? '';
  return html`<path
    class="marker ${colourClass(named)}"
    transform="translate(${x.toFixed(2)} ${y.toFixed(2)})"
    d="${path}"
  />`;
}

/** The marker and the name of a run, for text and table heads. */
export function badge(named: Pick<NamedRun, 'name' | 'index'>): Markup {
  return html`<span class="badge"
    ><svg viewBox="-7 -7 14 14" width="12" height="12" aria-hidden="true">${marker(named, 0, 0)}</svg
    >${named.name}</span
  >`;
}

/** Settings named even where fewer would tell runs apart: who reads of one difference is to know of the other. */
const alwaysNamed = 2;

/** The thresholds of runs, in words, to four digits. */
export function thresholdText(runs: readonly NamedRun[]): string {
  const texts = runs.map(({ threshold }) => String(Number(threshold.toPrecision(4))));
  const [first = '', ...others] = texts;
  if (others.every((other) => other === first)) return first;
  return runs.map(({ name }, index) => `${texts[index] ?? ''} (${name})`).join(', ');
}

/**
 * Names runs so that no two share a name: by name, else with what differs between them, else with their folders, else with their
 * numbers.
 * @param threshold for all of them; left out: that of each one's decision
 */
export function nameRuns(runs: readonly ReportRun[], threshold?: number): readonly NamedRun[] {
  const names = runs.map(({ record }) => record.name);
  const told = names.map((name, index) => {
    const alike = [...names.keys()].filter((other) => names[other] === name);
    if (alike.length === 1) return name;
    const told = differences(alike.map((other) => runs[other] as ReportRun)).map((parts) => parts.join(', '));
    const folders = alike.map((other) => runs[other]?.folder);
    const isLong = told.some((words) => words.length > mostWords);
    const isTold = new Set(folders).size === alike.length && !folders.includes(undefined);
    const words = (isLong && isTold ? folders : told)[alike.indexOf(index)] ?? '';
    return words === '' ? name : `${name} (${words})`;
  });
  return runs.map((run, index) => {
    const name = told[index] ?? '';
    const isUnique = told.filter((other) => other === name).length === 1;
    const number = `run ${index + 1}`;
    const numbered = name.endsWith(')') ? `${name.slice(0, -1)}, ${number})` : `${name} (${number})`;
    const own = run.record.decision ?? usualDecision;
    return { run, index, name: isUnique ? name : numbered, threshold: threshold ?? own.threshold };
  });
}

/** What tells each of several runs from the others, in a few words; as much of it as it takes. */
function differences(runs: readonly ReportRun[]): readonly (readonly string[])[] {
  const settings = differingSettings(runs);
  const lastPart = (key: string): string => key.replace(/\.id$/, '').split('.').at(-1) ?? key;
  const words = (key: string, value: unknown): string => {
    const isShort = settings.filter((other) => lastPart(other.key) === lastPart(key)).length === 1;
    const what = isShort ? lastPart(key) : key.replace(/\.id$/, '');
    const text = settingText(value);
    return value === undefined ? `no ${what}` : text.length > longest ? `another ${what}` : `${what} ${text}`;
  };
  const told = settings.map(({ key, values }) => values.map((value) => words(key, value)));
  const ofRun = (count: number) => runs.map((_, run) => told.slice(0, count).map((parts) => parts[run] ?? ''));
  for (let count = Math.min(alwaysNamed, told.length); count < told.length; count++) {
    if (new Set(ofRun(count).map((parts) => parts.join())).size === runs.length) return ofRun(count);
  }
  return ofRun(told.length);
}
