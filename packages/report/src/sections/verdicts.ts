import { rocChart, type MeasuredRun } from '../charts/roc-chart.js';
import { fixed, percent } from '../format.js';
import { html, type Content, type Markup } from '../html.js';
import { badge, colourClass, dashPattern, marker, thresholdText } from '../identity.js';
import { section, table } from './table.js';

/** ROC curves and a confusion matrix per run. Null when no run was measured. */
export function verdictsSection(runs: readonly MeasuredRun[]): Markup | null {
  if (runs.length === 0) return null;
  const curved = runs.filter(({ summary }) => summary.auroc !== null);
  return section(
    'verdicts',
    'Right and wrong',
    html`<div class="verdicts">
      ${
        curved.length > 0 &&
        html`<figure>
          ${rocChart(curved)}
          <figcaption class="legend">
            ${curved.map(
              ({ named, summary }) =>
                html`<span
                  ><svg
                    class="key ${colourClass(named)}"
                    viewBox="0 -7 34 14"
                    width="34"
                    height="14"
                    aria-hidden="true"
                  >
                    <path class="curve" stroke-dasharray="${dashPattern(named)}" d="M0 0H34" />
                    ${marker(named, 17, 0)}
                  </svg>
                  ${named.name}: area ${fixed(summary.auroc?.auroc ?? NaN, 3)}</span
                >`,
            )}
            <span class="muted"
              >Markers: where the threshold ${thresholdText(curved.map(({ named }) => named))} puts each run.</span
            >
          </figcaption>
        </figure>`
      }
      <div class="matrices">${runs.map(matrix)}</div>
    </div>`,
  );
}

/** The confusion matrix of a run. */
export function matrix({ named, summary }: MeasuredRun): Markup {
  const { tn, fp, fn, tp } = summary.confusion;
  const cell = (value: number, row: number, word: string): Content =>
    html`<span class="cell" style="--share: ${row === 0 ? 0 : (value / row).toFixed(3)}"
      ><span class="value">${value}</span>
      <span class="interval">${word}${row > 0 && `, ${percent(value / row, 0)}`}</span></span
    >`;
  return html`<div class="matrix ${colourClass(named)}">
    <h3>${badge(named)}</h3>
    ${table({
      caption: `Confusion matrix of ${named.name}`,
      corner: 'Truly',
      columns: ['called good', 'called defective'],
      rows: [
        { head: 'good', cells: [cell(tn, tn + fp, 'right'), cell(fp, tn + fp, 'false alarm')] },
        { head: 'defective', cells: [cell(fn, fn + tp, 'missed'), cell(tp, fn + tp, 'found')] },
      ],
    })}
  </div>`;
}
