import { fail } from '@foveate/contracts';
import { compare } from './comparison.js';
import { count, fixed, grouped, percent } from './format.js';
import { Gallery } from './gallery.js';
import { groupSentence, groupsOf } from './groups.js';
import { filters } from './heatmap.js';
import { html, type Markup } from './html.js';
import { badge, nameRuns, type NamedRun } from './identity.js';
import { pageText } from './page-text.js';
import type { ReportRun } from './report-run.js';
import { comparisonSection } from './sections/comparison.js';
import { defectTypesSection } from './sections/defect-types.js';
import { explanationsSection } from './sections/explanations.js';
import { figuresSection, type RunFigures } from './sections/figures.js';
import { groupsSection } from './sections/groups.js';
import { learningSection } from './sections/learning.js';
import { notices } from './sections/notices.js';
import { settingsSection } from './sections/settings.js';
import { verdictsSection } from './sections/verdicts.js';
import { summarise } from './summary.js';
import { verdict } from './verdict.js';

/** How a report is made. */
export interface ReportOptions {
  /** Heading of the page; by default the names of the runs. */
  readonly title?: string;
  /** What the runs are about, for readers who do not know; shown below the heading. */
  readonly introduction?: string;
  /** Images with at least this score are called defective, in [0, 1]; default: as the decision of each run has it. */
  readonly threshold?: number;
}

/**
 * One self-contained HTML page on one run, or on several compared with the first: no network, no scripts, pictures and
 * charts inline. All test figures are computed from the predictions. The same input gives the same text.
 * @param runs in the order they are shown; the first is the one the others are compared with
 * @throws FoveateError `RUN_INVALID` without runs or when an image of a run cannot be read
 */
export function renderReport(runs: readonly ReportRun[], options: ReportOptions = {}): string {
  const named = nameRuns(runs, options.threshold);
  const [first] = named;
  if (first === undefined) throw fail({ code: 'RUN_INVALID', what: 'a report needs at least one run' });
  const title = options.title ?? new Intl.ListFormat('en-GB').format(named.map(({ name }) => name));
  const figures = named.map((item): RunFigures => ({ named: item, summary: summarise(item.run, item.threshold) }));
  const measured = figures.flatMap(({ named: item, summary }) => (summary === null ? [] : [{ named: item, summary }]));
  const { width, height } = first.run.record.data;
  const gallery = new Gallery({ width, height });
  const pictures = { gallery, width, height };
  const groups = groupsOf(named);
  const sections = [
    notices(figures),
    figuresSection(figures, groups),
    groupsSection(groups, pictures),
    comparisonSection(named),
    explanationsSection(named, pictures),
    verdictsSection(measured),
    defectTypesSection(named),
    learningSection(named),
    settingsSection(named),
  ];
  return pageText({
    title: `${title} – Foveate report`,
    definitions: [filters(width), gallery.definitions()],
    header: header(title, figures, { introduction: options.introduction, ofGroups: groupSentence(groups) }),
    main: sections,
    footer: 'Made by Foveate from the run folders alone.',
  });
}

function header(
  title: string,
  figures: readonly RunFigures[],
  { introduction, ofGroups }: { readonly introduction: string | undefined; readonly ofGroups: string | null },
): Markup {
  const lead = answer(figures) ?? ofGroups;
  return html`<header>
    <p class="kicker">Foveate ${figures.length > 1 ? 'comparison' : 'report'}</p>
    <h1>${title}</h1>
    ${introduction !== undefined && html`<p>${introduction}</p>`} ${lead !== null && html`<p class="lead">${lead}</p>`}
    <ul class="runs">
      ${figures.map(({ named }) => html`<li>${badge(named)} <span class="muted">${describe(named)}</span></li>`)}
    </ul>
  </header>`;
}

/** What a reader in a hurry takes home; null when there is nothing to say, or too much for a sentence. */
function answer([first, second, third]: readonly RunFigures[]): string | null {
  if (first === undefined || third !== undefined) return null;
  if (second !== undefined) {
    const comparison = compare(first.named, second.named);
    return typeof comparison === 'string' ? null : verdict(first.named.name, second.named.name, comparison).headline;
  }
  const { summary } = first;
  if (summary === null) return null;
  const area = summary.auroc === null ? '' : `, ROC AUC ${fixed(summary.auroc.auroc, 3)}`;
  return `Right on ${summary.correct} of ${count(summary.n, 'test image')} (${percent(summary.accuracy)})${area}.`;
}

function describe({ run: { record } }: NamedRun): string {
  const { counts, skips, width, height } = record.data;
  const total = Object.values(counts).reduce((sum, { good, defective }) => sum + good + defective, 0);
  const left = skips.length === 0 ? '' : ` (${grouped(skips.length)} left out)`;
  const preset = record.preset === undefined ? '' : `preset ${record.preset.id}, `;
  return (
    `${preset}loss ${record.loss.id}, model ${record.model.id}, ${width} × ${height} pixels, seed ${record.seed}, ` +
    `${count(record.epochs.length, 'epoch')}, ${count(total, 'image')}${left}`
  );
}
