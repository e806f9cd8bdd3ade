import { usualDecision, messageOf, type MetricValue, type Plugin, type Prediction } from '@foveate/contracts';
import { broken, builtAndDescribed, frozen, same, type CheckSetting } from './broken.js';

const predictions: readonly Prediction[] = frozen(
  Array.from({ length: 12 }, (_, i) => ({
    id: `sample${i}`,
    label: i % 3 === 0 ? (1 as const) : (0 as const),
    score: ((i * 5) % 12) / 12,
    loss: 0.1 * i,
    ...(i % 4 === 0 ? {} : { aoiShare: i / 12 }),
    attributes: { mark: i % 2 === 0 ? 'yes' : 'no' },
    defectTypes: i % 3 === 0 ? [i % 2 === 0 ? 'dent' : 'scratch'] : [],
  })),
);

/**
 * Checks a metric: camelCase keys, finite figures or null, the same for the same predictions in any order, also where there
 * are none or of one class only, with no other keys.
 * @throws FoveateError `PLUGIN_INVALID` naming what is broken
 */
export async function checkMetric(plugin: Plugin<'metric'>, setting: CheckSetting = {}): Promise<void> {
  const metric = await builtAndDescribed(plugin, setting);
  const measure = (given: readonly Prediction[], which: string) => {
    try {
      return metric.measure(given, usualDecision);
    } catch (error) {
      throw broken(plugin, `It throws for ${which}: ${messageOf(error)}`);
    }
  };
  const all = measure(predictions, 'twelve predictions');
  const records: [string, Readonly<Record<string, MetricValue>>][] = [
    ['twelve predictions', all],
    [
      'predictions of one class',
      measure(
        predictions.filter(({ label }) => label === 0),
        'predictions of one class',
      ),
    ],
    ['no predictions', measure([], 'no predictions')],
  ];
  for (const [which, record] of records) {
    for (const [key, value] of Object.entries(record)) {
      if (!/^[a-z][A-Za-z0-9]*$/.test(key)) throw broken(plugin, 'A key is not in camelCase', { got: key });
      const figures = typeof value === 'object' && value !== null ? Object.values(value) : [value];
      const odd = figures.find((figure) => figure !== null && !Number.isFinite(figure));
      if (odd !== undefined)
        throw broken(plugin, `'${key}' of ${which} is neither a finite number nor null`, { got: String(odd) });
    }
    const foreign = Object.keys(record).find((key) => !(key in all));
    if (foreign !== undefined)
      throw broken(plugin, `A key of ${which} is not there otherwise`, { expected: Object.keys(all), got: foreign });
  }
  if (!same(measure(predictions, 'the same predictions again'), all))
    throw broken(plugin, 'The same predictions are measured differently the second time');
  const turned = measure(predictions.toReversed(), 'predictions in another order');
  for (const [key, value] of Object.entries(all)) {
    if (!close(value, turned[key])) throw broken(plugin, `'${key}' depends on the order of the predictions`);
  }
}

/** Equal but for rounding, which depends on the order of a sum. */
function close(a: MetricValue | undefined, b: MetricValue | undefined): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= 1e-9 * (1 + Math.abs(a));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  return Object.keys(a).every((key) => close(a[key], b[key]));
}
