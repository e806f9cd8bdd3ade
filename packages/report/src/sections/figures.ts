import { worstGroup, type GroupAccuracy } from '@foveate/statistics';
import { duration, figure, fixed, percent, range } from '../format.js';
import type { RunGroups } from '../groups.js';
import { html, type Content, type Markup } from '../html.js';
import { badge, thresholdText, type NamedRun } from '../identity.js';
import type { TestSummary } from '../summary.js';
import { furtherFigures } from './further-figures.js';
import { section, table, type Row } from './table.js';

/** A run with its test figures, null when it has not been measured. */
export interface RunFigures {
  readonly named: NamedRun;
  readonly summary: TestSummary | null;
}

/** The summary table: one column per run. */
export function figuresSection(runs: readonly RunFigures[], groups: readonly RunGroups[]): Markup {
  const worst = groups.map((run) => worstGroup(run.groups));
  const measured = (write: (summary: TestSummary) => Content): readonly Content[] =>
    runs.map(({ summary }) => (summary === null ? html`<span class="muted">not measured</span>` : write(summary)));
  const interval = (text: string): Markup => html`<span class="interval">${text}</span>`;
  const rows: readonly Row[] = [
    { head: 'Test images', cells: measured((s) => html`${s.n} ${interval(`${s.defective} defective`)}`) },
    {
      head: 'Accuracy',
      cells: measured((s) => html`${percent(s.accuracy)} ${interval(range(s.accuracyInterval, (v) => percent(v)))}`),
    },
    {
      head: 'ROC AUC',
      cells: measured((s) =>
        s.auroc === null
          ? 'one class only'
          : html`${fixed(s.auroc.auroc, 3)} ${interval(range(s.auroc, (value) => fixed(value, 3)))}`,
      ),
    },
    ...(worst.every((group) => group === undefined)
      ? []
      : [{ head: 'Worst group', cells: worst.map((group) => (group === undefined ? '–' : worstCell(group))) }]),
    { head: 'Defects missed', cells: measured((s) => html`${s.confusion.fn} ${interval(`of ${s.defective}`)}`) },
    {
      head: 'False alarms',
      cells: measured((s) => html`${s.confusion.fp} ${interval(`of ${s.n - s.defective} good`)}`),
    },
    { head: 'Loss', cells: measured((s) => figure(s.loss)) },
    { head: 'Heatmap inside the area of interest', cells: measured(share) },
    ...furtherFigures(runs.map(({ named }) => named)),
    {
      head: 'Time per epoch',
      cells: runs.map(({ named: { run } }) => {
        const { secondsPerEpoch, totalSeconds } = run.record.timing;
        return html`${duration(secondsPerEpoch)} ${interval(`${duration(totalSeconds)} in all`)}`;
      }),
    },
  ];
  return section(
    'figures',
    'Test figures',
    html`${table({
        caption: 'Figures on the test set, with 95% confidence intervals',
        corner: 'Figure',
        columns: runs.map(({ named }) => badge(named)),
        rows,
        figures: true,
      })}
      <p class="note">
        An image is called defective from a score of ${thresholdText(runs.map(({ named }) => named))}
        on.${baseline(runs)} Intervals: Wilson for accuracy, DeLong on the logit scale for ROC AUC (Newcombe’s where
        DeLong’s variance vanishes). Losses of different loss functions are not the same quantity. Heatmap inside the
        area of interest: mean over defective images.
      </p>`,
  );
}

function worstCell({ group, accuracy }: GroupAccuracy): Content {
  return html`${percent(accuracy)} <span class="interval">${group}</span>`;
}

function share(summary: TestSummary): Content {
  const { aoiShare, emptyHeatmaps } = summary;
  const empty = emptyHeatmaps === 0 ? null : html`<span class="interval">${emptyHeatmaps} empty, left out</span>`;
  return html`${aoiShare === null ? 'no heatmap' : percent(aoiShare)} ${empty}`;
}

/** What an answer without looking would score: the yardstick for every accuracy. */
function baseline(runs: readonly RunFigures[]): string {
  const summaries = runs.map(({ summary }) => summary).filter((summary) => summary !== null);
  const [first] = summaries;
  if (first === undefined) return '';
  const same = summaries.every((summary) => summary.n === first.n && summary.defective === first.defective);
  if (!same) return '';
  const [answer, right] =
    2 * first.defective > first.n ? ['defective', first.defective] : ['good', first.n - first.defective];
  return ` Always answering “${answer}” would be right on ${percent(right / first.n)}.`;
}
