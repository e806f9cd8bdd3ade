import { classNames } from '@foveate/contracts';
import { type SampleRecord } from '@foveate/run-record';
import { wilsonInterval } from '@foveate/statistics';
import { percent, range } from '../format.js';
import { html, type Markup } from '../html.js';
import { badge, type NamedRun } from '../identity.js';
import { isRight, testPredictions } from '../summary.js';
import { section, table } from './table.js';

/** Verdicts by defect type, for runs that recorded their samples. Null when none did, or there is one type only. */
export function defectTypesSection(runs: readonly NamedRun[]): Markup | null {
  const counted = runs.map((named) => ({ named, tallies: tally(named) }));
  const kinds = [...new Set(counted.flatMap(({ tallies }) => [...tallies.keys()]))].sort();
  if (kinds.length < 2) return null;
  return section(
    'types',
    'By type of defect',
    html`${table({
      caption: 'Test images judged right, by type of defect and label, with 95% confidence intervals (Wilson)',
      corner: 'Defect, label',
      columns: counted.map(({ named }) => badge(named)),
      rows: kinds.map((kind) => ({
        head: kind,
        cells: counted.map(({ tallies }) => {
          const found = tallies.get(kind);
          if (found === undefined) return '–';
          const interval = range(wilsonInterval(found.right, found.n), (value) => percent(value));
          return html`${percent(found.right / found.n)}
            <span class="interval">${found.right} of ${found.n}, ${interval}</span>`;
        }),
      })),
      figures: true,
    })}`,
  );
}

interface Tally {
  readonly right: number;
  readonly n: number;
}

function tally({ run, threshold }: NamedRun): ReadonlyMap<string, Tally> {
  const samples = new Map((run.samples ?? []).map((sample) => [sample.id, sample]));
  const tallies = new Map<string, Tally>();
  for (const prediction of testPredictions(run)) {
    const sample = samples.get(prediction.id);
    if (sample === undefined) continue;
    const kind = kindOf(sample);
    const { right, n } = tallies.get(kind) ?? { right: 0, n: 0 };
    tallies.set(kind, { right: right + (isRight(prediction, threshold) ? 1 : 0), n: n + 1 });
  }
  return tallies;
}

function kindOf({ defectTypes, label }: SampleRecord): string {
  return `${defectTypes.length === 0 ? 'no defect' : [...defectTypes].sort().join(' + ')}, ${classNames[label]}`;
}
