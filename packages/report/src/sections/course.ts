import type { EpochRecord } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { duration, figure, grouped } from '../format.js';
import { html, type Markup } from '../html.js';
import type { NamedRun } from '../identity.js';

/** How each training went besides its curves: learning rate, early stop, cached features, what the run remarked. */
export function courses(runs: readonly NamedRun[]): readonly Markup[] {
  return runs.flatMap(({ name, run }) => {
    const sentences = sentencesOf(run.record);
    return sentences.length === 0 ? [] : [html`<p class="note">${name}: ${sentences.join(' ')}</p>`];
  });
}

function sentencesOf({ epochs, earlyStop, remarks = [] }: RunRecord): readonly string[] {
  return [
    ...learningRate(epochs),
    ...(earlyStop === undefined ? [] : [`Stopped after epoch ${earlyStop.epoch}: ${earlyStop.reason}.`]),
    ...trunk(epochs),
    ...remarks,
  ];
}

function learningRate(epochs: readonly EpochRecord[]): readonly string[] {
  const rates = epochs.flatMap(({ learningRate: rate }) => (rate === undefined ? [] : [rate]));
  const [first, last] = [rates[0], rates.at(-1)];
  if (first === undefined || last === undefined) return [];
  const most = Math.max(...rates);
  if (most === Math.min(...rates)) return [`Learning rate ${figure(first)} throughout.`];
  const rise = most > first ? ` by way of ${figure(most)}` : '';
  return [`Learning rate from ${figure(first)}${rise} to ${figure(last)}.`];
}

function trunk(epochs: readonly EpochRecord[]): readonly string[] {
  const sum = (of: (counts: NonNullable<EpochRecord['trunk']>) => number): number =>
    epochs.reduce((total, epoch) => total + (epoch.trunk === undefined ? 0 : of(epoch.trunk)), 0);
  const read = sum((counts) => counts.read);
  if (read === 0) return [];
  const computed = grouped(sum((counts) => counts.computed));
  const saved = duration(sum((counts) => counts.secondsSaved));
  return [
    `Features of frozen stages were computed ${computed} times and read ${grouped(read)} times, which saved ${saved}.`,
  ];
}

const monitors: Readonly<Record<string, string>> = {
  loss: 'lowest validation loss',
  accuracy: 'highest validation accuracy',
  auroc: 'highest validation AUROC',
};

/** What makes an epoch the best one; runs may differ in it. */
export function bestEpochMeaning(runs: readonly NamedRun[]): string {
  const meanings = runs.map(({ run }) => {
    const { monitor = 'loss' } = (run.record.config['training'] ?? {}) as {
      readonly monitor?: string | { readonly key: string; readonly best: string };
    };
    if (typeof monitor !== 'string') return `${monitor.best} validation ${monitor.key}`;
    return monitors[monitor] ?? `highest validation ${monitor}`;
  });
  return [...new Set(meanings)].join(' or ');
}
