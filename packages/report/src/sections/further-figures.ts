/** What metrics measured that the page does not compute itself. */
import type { MetricValue } from '@foveate/contracts';
import { figure, grouped } from '../format.js';
import { html, type Content } from '../html.js';
import type { NamedRun } from '../identity.js';
import type { Row } from './table.js';

/** Measures that the page computes from predictions and samples. */
const computed: readonly string[] = [
  ...['n', 'accuracy', 'auroc', 'loss', 'confusion', 'aoiShare', 'worstGroup', 'groups'],
  ...['recallByType', 'imagesByType'],
];

/** Figures of metrics that this page knows nothing of: as the run measured them, under their own names. */
export function furtherFigures(runs: readonly NamedRun[]): readonly Row[] {
  const measures = runs.map(({ run }) => run.record.test ?? {});
  const keys = [...new Set(measures.flatMap((one) => Object.keys(one)))].filter((key) => !computed.includes(key));
  return keys.map((key) => ({ head: words(key), cells: measures.map((one) => furtherFigure(one[key])) }));
}

function furtherFigure(value: MetricValue | undefined): Content {
  const number = (one: number): string => (Number.isSafeInteger(one) && one >= 0 ? grouped(one) : figure(one));
  if (value === undefined) return html`<span class="muted">not measured</span>`;
  if (value === null) return html`<span class="muted">not defined</span>`;
  if (typeof value === 'number') return number(value);
  return Object.entries(value).map(
    ([name, part], index) =>
      html`${index > 0 && html`<br />`}${part === null ? html`<span class="muted">not defined</span>` : number(part)}
        <span class="muted">${name}</span>`,
  );
}

/** `missedDefects` as `Missed defects`, `mcc` as `MCC`. */
function words(key: string): string {
  if (key === 'mcc') return 'MCC';
  const spaced = key.replaceAll(/(?<=[a-z\d])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${spaced.slice(0, 1).toUpperCase()}${spaced.slice(1)}`;
}
