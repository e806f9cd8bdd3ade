import { accuracyMeasure, heatMeasure, learningCurve, lossMeasure, valueScale } from '../charts/learning-curve.js';
import { html, type Markup } from '../html.js';
import { badge, type NamedRun } from '../identity.js';
import { bestEpochMeaning, courses } from './course.js';
import { section } from './table.js';

/** Loss, accuracy and heat in the area by epoch, a panel per run, on shared scales. Null when no run has finished an epoch. */
export function learningSection(runs: readonly NamedRun[]): Markup | null {
  const trained = runs.filter(({ run }) => run.record.epochs.length > 0);
  if (trained.length === 0) return null;
  const hasHeat = trained.some(({ run }) =>
    run.record.epochs.some((epoch) => heatMeasure.validation(epoch) !== undefined),
  );
  const measures = [lossMeasure, accuracyMeasure, ...(hasHeat ? [heatMeasure] : [])];
  return section(
    'learning',
    'Learning curves',
    html`<p class="legend">
        <span
          ><svg class="key" viewBox="0 0 28 8" width="28" height="8" aria-hidden="true">
            <path class="curve validation" d="M0 4H28" />
          </svg>
          validation</span
        >
        <span
          ><svg class="key" viewBox="0 0 28 8" width="28" height="8" aria-hidden="true">
            <path class="curve train" d="M0 4H28" />
          </svg>
          training</span
        >
        <span
          ><svg class="key" viewBox="0 0 8 14" width="8" height="14" aria-hidden="true">
            <path class="best" d="M4 0V14" />
          </svg>
          best epoch: ${bestEpochMeaning(trained)}, the weights that were tested</span
        >
      </p>
      ${measures.map((measure) => {
        const scale = valueScale(trained, measure);
        return html`<div class="panels">
          ${trained.map(
            (named) =>
              html`<figure>
                <figcaption>${badge(named)}</figcaption>
                ${learningCurve(named, measure, scale)}
              </figure>`,
          )}
        </div>`;
      })}
      ${courses(trained)}`,
  );
}
