import { dotPlot, dotScale } from '../charts/dot-plot.js';
import { count, duration } from '../format.js';
import { Gallery } from '../gallery.js';
import { filters } from '../heatmap.js';
import { html, type Markup } from '../html.js';
import { badge } from '../identity.js';
import { pageText } from '../page-text.js';
import { section, table } from '../sections/table.js';
import { exampleSections, type ExampleRuns } from './examples.js';
import { fewestSeeds, significance } from './result.js';
import type { ExperimentCell, ExperimentResult, MeasureResult } from './result.js';
import { armTable, differenceTable, type TextTable } from './tables.js';
import { findings } from './words.js';

/** Missing runs that are named. */
const mostListed = 10;

/**
 * One self-contained HTML page on an experiment: what is shown, and every measure with charts and tables. The same input gives the
 * same text.
 * @param examples runs whose pictures are shown
 * @throws FoveateError `RUN_INVALID` when a picture of them cannot be read
 */
export async function renderExperiment(
  result: ExperimentResult,
  examples: readonly ExampleRuns[] = [],
): Promise<string> {
  const { name, title = name, question, seeds, arms, measures } = result;
  const { width = 1, height = 1 } = examples[0]?.arms[0]?.run.record.data ?? {};
  const gallery = new Gallery({ width, height });
  const single = await exampleSections(examples, gallery, { width, height });
  return pageText({
    title: `${title} – Foveate experiment`,
    definitions: [filters(width), gallery.definitions()],
    header: html`<header>
      <p class="kicker">Foveate experiment</p>
      <h1>${title}</h1>
      ${question !== undefined && html`<p class="lead">${question}</p>`}
      <ul class="runs">
        ${arms.map(
          ({ name: arm, settings }, index) =>
            html`<li>${badge({ name: arm, index })} <span class="muted">${settings.join(', ')}</span></li>`,
        )}
      </ul>
      <p class="muted">${count(seeds.length, 'seed')}, ${duration(result.trainingSeconds)} of training in all</p>
    </header>`,
    main: [problems(result), shown(result), measures.map((one) => measureSection(one, result)), single, method],
    footer: 'Made by Foveate from the runs of an experiment.',
  });
}

function problems({ missing, refused }: ExperimentResult): Markup | null {
  if (missing.length + refused.length === 0) return null;
  return html`<section class="notice">
    <h2>Not everything is there</h2>
    <ul>
      ${missing.slice(0, mostListed).map(({ run, why }) => html`<li>${run}: ${why}</li>`)}
      ${missing.length > mostListed && html`<li>and ${missing.length - mostListed} runs more</li>`}
      ${refused.map((why) => html`<li>${why}</li>`)}
    </ul>
  </section>`;
}

function shown(result: ExperimentResult): Markup | null {
  const sentences = findings(result);
  if (sentences.length === 0) return null;
  return section(
    'shown',
    'What is shown',
    html`<div class="verdict">
      <ul>
        ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
    </div>`,
  );
}

/** The charts of a measure: one for each part of the data, and model. */
export function chartsOf({
  measure,
  cells,
}: MeasureResult): readonly { readonly title: string; readonly chart: Markup }[] {
  const y = dotScale(cells, measure);
  return panelsOf(cells)
    .filter((panel) => panel.cells.some(({ arms }) => arms.some(({ estimate }) => estimate !== null)))
    .map(({ title, cells: of }, index) => ({
      title,
      chart: dotPlot(`dots-${measure.key}-${String(index)}`, title, of, measure, y),
    }));
}

function measureSection(one: MeasureResult, result: ExperimentResult): Markup {
  const { measure, cells } = one;
  const hasDifferences = cells.some(({ differences }) => differences.length > 0);
  return section(measure.key, measure.title, [
    measure.note !== undefined && html`<p class="note">${measure.note}</p>`,
    html`<p class="legend">${result.arms.map(({ name }, index) => html`<span>${badge({ name, index })}</span>`)}</p>`,
    html`<div class="panels">
      ${chartsOf(one).map(
        ({ title, chart }) =>
          html`<figure>${title !== '' && html`<figcaption>${title}</figcaption>`} ${chart}</figure>`,
      )}
    </div>`,
    ofTexts(armTable(one, result)),
    hasDifferences &&
      html`<details>
        <summary>Differences between arms</summary>
        ${ofTexts(differenceTable(one, result))}
      </details>`,
  ]);
}

/** Cells that share a chart: those with one model, and one name before the slash. */
function panelsOf(
  cells: readonly ExperimentCell[],
): readonly { readonly title: string; readonly cells: readonly ExperimentCell[] }[] {
  const manyModels = new Set(cells.map(({ model }) => model)).size > 1;
  const panels = new Map<string, ExperimentCell[]>();
  for (const cell of cells) {
    const slash = cell.data.indexOf('/');
    const group = slash === -1 ? '' : cell.data.slice(0, slash);
    const title = [group, ...(manyModels ? [cell.model] : [])].filter((part) => part !== '').join(', ');
    panels.set(title, [...(panels.get(title) ?? []), cell]);
  }
  return [...panels].map(([title, of]) => ({ title, cells: of }));
}

function ofTexts({ caption, corner, columns, rows }: TextTable): Markup {
  return table({ caption, corner, columns, rows: rows.map(([head, ...cells]) => ({ head, cells })) });
}

const method = section(
  'method',
  'How this was decided',
  html`<p class="note">
    Arms are compared seed by seed: the runs of a seed share images, split and test. A difference counts as shown when
    there are at least ${fewestSeeds} seeds, a paired t test over them gives p below ${significance} after Holm's
    correction over all comparisons of the measure, and the second interval, where there is one, leaves out zero. That
    interval draws seeds and test images anew (1,000 times, images within label and group, one that several seeds share
    for all of them alike); with few seeds it is rather too narrow, so that it does not decide alone. Seeds that would
    be needed show the difference seen with a chance of 80%, the same correction included. Where all seeds agree to the
    last digit there is no interval, and no p. Charts show every run, the mean of an arm and its 95% t interval.
  </p>`,
);
