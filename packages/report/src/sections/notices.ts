import { percent } from '../format.js';
import { html, type Markup } from '../html.js';
import type { RunFigures } from './figures.js';

/** What a reader must know before trusting the figures: unfinished runs, figures that do not fit together. */
export function notices(runs: readonly RunFigures[]): Markup | null {
  const sentences = runs.flatMap(noticesOf);
  if (sentences.length === 0) return null;
  return html`<div class="notice" role="note">
    <ul>
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
  </div>`;
}

function noticesOf({ named, summary }: RunFigures): readonly string[] {
  const { name, run } = named;
  const sentences: string[] = [];
  if (run.record.status !== 'completed') {
    sentences.push(
      `${name} is not complete (${run.record.status} after ${run.record.epochs.length} epochs): its figures may change.`,
    );
  }
  const recorded = run.record.test;
  if (recorded === null || summary === null) return sentences;
  const { n, auroc, accuracy } = recorded;
  const differs = (a: unknown, b: number | undefined): boolean =>
    typeof a === 'number' && (b === undefined || Math.abs(a - b) > 1e-9);
  if (differs(n, summary.n) || differs(auroc, summary.auroc?.auroc)) {
    sentences.push(`${name}: run.json and predictions.jsonl do not belong together; this page shows the predictions.`);
  } else if (typeof accuracy === 'number' && differs(accuracy, summary.accuracy)) {
    sentences.push(
      `${name} was measured with another threshold (accuracy ${percent(accuracy)}); this page uses ${named.threshold}.`,
    );
  }
  return sentences;
}
