import { usualDecision } from './decision.js';
import { fail } from './errors.js';
import type { Measures } from './events.js';
import type { Metric, MetricValue, Prediction } from './learning-plugins.js';

/**
 * Figures of all metrics; of equal keys the later metric's. What is no finite number is not defined.
 * @throws FoveateError `PLUGIN_INVALID` for a value that run.json has no room for
 */
export function measuresOf(
  metrics: readonly Metric[],
  predictions: readonly Prediction[],
  decision = usualDecision,
): Measures {
  const measured: Readonly<Record<string, unknown>> = Object.assign(
    {},
    ...metrics.map((metric) => metric.measure(predictions, decision)),
  );
  return Object.fromEntries(
    Object.entries(measured).map(([key, value]): [string, MetricValue] => {
      if (typeof value !== 'object' || value === null) return [key, figureOf(key, value)];
      return [
        key,
        Object.fromEntries(Object.entries(value).map(([part, one]) => [part, figureOf(`${key}.${part}`, one)])),
      ];
    }),
  );
}

function figureOf(where: string, value: unknown): number | null {
  if (value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  throw fail({
    code: 'PLUGIN_INVALID',
    what: 'A metric gives something else than figures',
    where,
    expected: 'a number, null or a record of them',
    got: typeof value === 'string' ? JSON.stringify(value) : typeof value,
    advice: 'Leave the metric out of the configuration, or report this to its author',
  });
}
