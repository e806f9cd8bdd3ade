/** Charts of an experiment as files. */
import { standaloneSvg } from '../charts/standalone.js';
import { chartsOf } from './render-experiment.js';
import type { ExperimentResult } from './result.js';

/** Every chart as an SVG file, by path; the figures behind it are in `tables/<measure>.csv` and `results.csv`. */
export function experimentFigures({ measures, arms }: ExperimentResult): Readonly<Record<string, string>> {
  const key = arms.map(({ name }) => name);
  const files: Record<string, string> = {};
  for (const one of measures) {
    for (const { title, chart } of chartsOf(one)) {
      const name = [one.measure.key, title.replaceAll(/[^\w.-]+/g, '-')].filter((part) => part !== '').join('-');
      const clashes = Object.keys(files).filter((path) => path.startsWith(`figures/${name}`)).length;
      // Titles that differ by their signs alone.
      const free = `figures/${name}.svg` in files ? `${name}-${String(clashes + 1)}` : name;
      files[`figures/${free}.svg`] = standaloneSvg(chart, key);
    }
  }
  return files;
}
