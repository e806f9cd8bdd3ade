/** In which settings runs differ. */
import type { ReportRun } from './report-run.js';

/** A setting that runs do not share. */
export interface DifferingSetting {
  /** Path in the configuration, such as `loss.omega`. */
  readonly key: string;
  /** What each run has there, in the order of the runs; undefined where it has nothing. */
  readonly values: readonly unknown[];
}

/** What changes no figure, and what is told elsewhere. */
const ignored = [
  'name',
  'baseFolder',
  'plugins',
  'data.lock',
  'data.lockMismatch',
  'data.workers',
  'data.prefetch',
  'data.cache',
  'data.cacheMegabytes',
  'explain.images',
  'training.featureCache',
  'training.logs',
];

/** The order in which settings tell runs apart. */
const telling = ['preset', 'loss', 'model', 'seed', 'data', 'optimizer', 'training'];

const isBelow = (key: string, outer: string): boolean => key === outer || key.startsWith(`${outer}.`);

/** Lists are values: what stands at a position of one has no name. */
function leaves(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

function settingsOf({ record: { config, preset, loss, model, seed } }: ReportRun): ReadonlyMap<string, unknown> {
  const chosen = { loss: { id: loss.id, ...loss.options }, model: { id: model.id, ...model.options } };
  const all = { ...config, ...chosen, preset: preset?.id, seed };
  return new Map(leaves(all, '').filter(([key]) => !ignored.some((outer) => isBelow(key, outer))));
}

/**
 * The settings that are not the same in all runs, those first that tell most. Where runs use different plugins, the plugin is
 * named and not its options, which differ by nature.
 */
export function differingSettings(runs: readonly ReportRun[]): readonly DifferingSetting[] {
  const settings = runs.map(settingsOf);
  const keys = [...new Set(settings.flatMap((one) => [...one.keys()]))];
  const differing = keys
    .map((key): DifferingSetting => ({ key, values: settings.map((one) => one.get(key)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
  const replaced = differing.filter(({ key }) => key.endsWith('.id')).map(({ key }) => key.slice(0, -'.id'.length));
  const rank = (key: string): number => {
    const at = telling.findIndex((outer) => isBelow(key, outer));
    return at === -1 ? telling.length : at;
  };
  return differing
    .filter(({ key }) => key.endsWith('.id') || !replaced.some((outer) => isBelow(key, outer)))
    .toSorted((a, b) => rank(a.key) - rank(b.key));
}

/** The value of a setting in a few words: of plugins the ids. */
export function settingText(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    return value.map(settingText).join(value.every((item) => typeof item === 'object') ? ' + ' : ', ');
  }
  if (typeof value === 'object' && value !== null && 'id' in value) return String(value.id);
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}
