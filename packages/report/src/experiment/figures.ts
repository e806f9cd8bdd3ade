/** Charts of an experiment as files. */
import { standaloneSvg } from '../charts/standalone.js';
import { chartsOf } from './render-experiment.js';
import type { ExperimentResult } from './result.js';

/** Every chart as an SVG file, by path; the figures behind it are in `tables/<measure>.csv` and `results.csv`. */
export function experimentFigures({ measures, arms }: ExperimentResult): Readonly<Record<string, string>> {
  const key = arms.map(({ name }) => name);
  return Object.fromEntries(
    measures.flatMap((one) =>
      chartsOf(one).map(({ title, chart }) => [
        `figures/${[one.measure.key, title.replaceAll(/[^\w.-]+/g, '-')].filter((part) => part !== '').join('-')}.svg`,
        standaloneSvg(chart, key),
      ]),
    ),
  );
}
