import { splitNames, type AppliedPreset, type Skip } from '@foveate/contracts';
import { differingSettings, settingText } from '../differences.js';
import { count, duration, grouped } from '../format.js';
import { html, type Content, type Markup } from '../html.js';
import { badge, type NamedRun } from '../identity.js';
import { areasOfInterest } from './areas.js';
import { duplicateImages } from './duplicates.js';
import { each, listed } from './found.js';
import { section, table, type Row } from './table.js';

/** What was run: settings side by side, data, what was left out, and the full configuration. */
export function settingsSection(runs: readonly NamedRun[]): Markup {
  const columns = runs.map(badge);
  return section('settings', 'What was run', [
    table({ caption: 'Settings', corner: 'Setting', columns, rows: settings(runs) }),
    furtherDifferences(runs),
    table({ caption: 'Images by split and label', corner: 'Split', columns, rows: counts(runs), figures: true }),
    areasOfInterest(runs),
    skips(runs),
    duplicateImages(runs),
    runs.map(
      (named) =>
        html`<details>
          <summary>Full configuration of ${named.name}</summary>
          <pre>${JSON.stringify(named.run.record.config, null, 2)}</pre>
        </details>`,
    ),
  ]);
}

function settings(runs: readonly NamedRun[]): readonly Row[] {
  const row = (head: string, write: (named: NamedRun) => string): readonly Row[] => {
    const texts = runs.map(write);
    if (texts.every((text) => text === '')) return [];
    const cell = (text: string): Content => (text === '' ? 'none' : lines(text));
    const differs = new Set(texts).size > 1;
    return [{ head: differs ? html`${head} <span class="differs">differs</span>` : head, cells: texts.map(cell) }];
  };
  const packages = [...new Set(runs.flatMap(({ run }) => Object.keys(run.record.versions)))].sort();
  return [
    ...row('Preset', ({ run: { record } }) => presetText(record.preset)),
    ...row('Loss', ({ run }) => run.record.loss.id),
    ...row('Loss options', ({ run }) => options(run.record.loss.options)),
    ...row('Model', ({ run: { record } }) => `${record.model.id}, ${grouped(record.model.parameters)} parameters`),
    ...row('Model options', ({ run }) => options(run.record.model.options)),
    ...row('Input', ({ run: { record } }) => `${record.data.width} × ${record.data.height} pixels`),
    ...row('Seed', ({ run }) => String(run.record.seed)),
    ...row('Epochs', ({ run: { record } }) => epochs(record.epochs.length, record.bestEpoch)),
    ...row('State', ({ run }) => run.record.status),
    ...row('Engine', ({ run: { record } }) => `${record.engine.id}: ${record.engine.description}`),
    ...row('Versions', ({ run }) => packages.map((name) => `${name} ${run.record.versions[name] ?? '–'}`).join('\n')),
    // Two runs never start at the same moment: no row to mark as different.
    { head: 'Started', cells: runs.map(({ run }) => run.record.startedAt.replace(/T(\d\d:\d\d).*Z$/, ' $1 UTC')) },
    {
      head: 'Took',
      cells: runs.map(
        ({ run: { record } }) =>
          `${duration(record.timing.totalSeconds)}, ${Math.round(record.timing.imagesPerSecond)} images/s in training`,
      ),
    },
  ];
}

function presetText(preset: AppliedPreset | undefined): string {
  return preset === undefined ? '' : `${preset.id}, filled in: ${preset.filledIn.join(', ') || 'nothing'}`;
}

/** Keys that the table of settings has rows for. */
const inSettings = ['preset', 'loss', 'model', 'seed', 'engine', 'data.size'];
const mostRows = 30;

/** What else differs between runs, by key of the configuration. Null when nothing does. */
function furtherDifferences(runs: readonly NamedRun[]): Content {
  const differing = differingSettings(runs.map(({ run }) => run)).filter(
    ({ key }) => !inSettings.some((own) => key === own || key.startsWith(`${own}.`)),
  );
  if (differing.length === 0) return null;
  const left = differing.length - mostRows;
  return [
    table({
      caption: 'What else differs in the configurations',
      corner: 'Key',
      columns: runs.map(badge),
      rows: differing.slice(0, mostRows).map(({ key, values }) => ({ head: key, cells: values.map(settingText) })),
    }),
    left > 0 && html`<p class="note">And ${left} more; the full configurations are below.</p>`,
  ];
}

function epochs(done: number, best: number | null): string {
  return best === null ? String(done) : `${done}, best ${best}`;
}

function options(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}

function lines(text: string): Content {
  return text.split('\n').map((line, i) => (i === 0 ? line : [html`<br />`, line]));
}

function counts(runs: readonly NamedRun[]): readonly Row[] {
  return splitNames.map((split) => ({
    head: split,
    cells: runs.map(({ run }) => {
      const { good, defective } = run.record.data.counts[split];
      return html`${grouped(good + defective)}
        <span class="interval">${grouped(good)} good, ${grouped(defective)} defective</span>`;
    }),
  }));
}

function skips(runs: readonly NamedRun[]): Content {
  return each<Skip>(
    runs,
    (data) => data.skips,
    (who, list) => {
      if (list.length === 0) return html`<p class="note">${who}No image was left out.</p>`;
      const reasons = [...new Set(list.map((skip) => skip.reason))];
      return html`<h3>${who}${count(list.length, 'image or file', 'images or files')} left out</h3>
        ${reasons.map((reason) => skipsOf(reason, list))}`;
    },
  );
}

function skipsOf(reason: string, list: readonly Skip[]): Markup {
  const those = list.filter((skip) => skip.reason === reason);
  const more = those.length - listed;
  return html`<details>
    <summary>${those.length} × ${reason}</summary>
    <ul class="paths">
      ${those.slice(0, listed).map((skip) => html`<li><code>${skip.path}</code> ${skip.message}</li>`)}
      ${more > 0 && html`<li>and ${more} more, listed in run.json</li>`}
    </ul>
  </details>`;
}
