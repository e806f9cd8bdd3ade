import { compare, type Comparison } from '../comparison.js';
import { percent, pValue, range, signed } from '../format.js';
import { html, type Content, type Markup } from '../html.js';
import type { NamedRun } from '../identity.js';
import { verdict } from '../verdict.js';
import { section, table, type Row } from './table.js';

/**
 * The first run against each other one: the answer, then the figures. With two runs the page's header has already given
 * the answer in one sentence, and it is not repeated. Null with a single run.
 */
export function comparisonSection(runs: readonly NamedRun[]): Markup | null {
  const [first, ...others] = runs;
  if (first === undefined || others.length === 0) return null;
  const alone = others.length === 1;
  const blocks = others.map((other) => block(first, other, compare(first, other), alone));
  const several =
    !alone &&
    html`<p class="note">
      ${others.length} comparisons were made; the p-values are not adjusted for that. With more comparisons, one below
      0.05 by chance becomes more likely.
    </p>`;
  return section('comparison', 'Is the difference real?', [blocks, several]);
}

function block(first: NamedRun, other: NamedRun, comparison: Comparison | string, alone: boolean): Markup {
  if (typeof comparison === 'string') {
    return html`<div class="verdict">
      <p class="headline">${other.name} and ${first.name}: no paired comparison.</p>
      <p>${comparison}</p>
    </div>`;
  }
  const words = verdict(first.name, other.name, comparison);
  return html`<div class="verdict">
      ${!alone && html`<p class="headline">${words.headline}</p>`}
      <ul>
        ${words.details.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
    </div>
    ${table({
      caption: `${other.name} minus ${first.name}, on the same ${comparison.n} test images`,
      corner: 'Figure',
      columns: ['Difference', '95% interval', 'p-value'],
      rows: rows(comparison),
      figures: true,
    })}
    ${agreement(first, other, comparison)}`;
}

function rows(comparison: Comparison): readonly Row[] {
  const points = (value: number): string => `${signed(100 * value, 1)}`;
  const accuracy: Row = {
    head: 'Accuracy (points)',
    cells: [
      points(comparison.accuracyDifference),
      html`${range(comparison.accuracyInterval, points)} ${method('Newcombe')}`,
      html`${pValue(comparison.accuracyP)} ${method('exact McNemar')}`,
    ],
  };
  const { auroc } = comparison;
  if (auroc === null) return [accuracy];
  const undefinedText: Content = html`<span class="muted">not defined</span>`;
  return [
    accuracy,
    {
      head: 'ROC AUC',
      cells: [
        signed(auroc.difference, 3),
        auroc.interval === null
          ? undefinedText
          : html`${range(auroc.interval, (value) => signed(value, 3))} ${method('DeLong')}`,
        auroc.p === null ? undefinedText : html`${pValue(auroc.p)} ${method('paired DeLong')}`,
      ],
    },
  ];
}

function method(name: string): Markup {
  return html`<span class="interval">${name}</span>`;
}

function agreement(first: NamedRun, other: NamedRun, { counts, n }: Comparison): Markup {
  const cell = (value: number): Content => html`${value} <span class="interval">${percent(value / n)}</span>`;
  return table({
    caption: 'How often both runs were right on the same image',
    corner: '',
    columns: [`${other.name} right`, `${other.name} wrong`],
    rows: [
      { head: `${first.name} right`, cells: [cell(counts.bothRight), cell(counts.onlyFirstRight)] },
      { head: `${first.name} wrong`, cells: [cell(counts.onlySecondRight), cell(counts.bothWrong)] },
    ],
    figures: true,
  });
}
