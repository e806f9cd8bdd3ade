/** Whether the runs of a seed can be compared: same test images, same labels, same software. */
import type { FinishedRun } from './finished-run.js';
import { runName } from './plan.js';

/**
 * Runs that can be compared with those of the same data, model and seed, of which the first sets the measure; and a sentence on each
 * of the others.
 */
export function comparableRuns(runs: readonly FinishedRun[]): {
  readonly comparable: readonly FinishedRun[];
  readonly refused: readonly string[];
} {
  const first = new Map<string, FinishedRun>();
  const comparable: FinishedRun[] = [];
  const refused: string[] = [];
  for (const run of runs) {
    const { data, model, seed } = run.plan;
    const key = JSON.stringify([data, model, seed]);
    const other = first.get(key) ?? run;
    first.set(key, other);
    const why = differenceOf(run, other);
    if (why === undefined) comparable.push(run);
    else refused.push(`${runName(run.plan)}, cannot be compared with ${runName(other.plan)}: ${why}.`);
  }
  return { comparable, refused };
}

function differenceOf(run: FinishedRun, other: FinishedRun): string | undefined {
  const versions = Object.entries(run.record.versions).filter(([name, at]) => other.record.versions[name] !== at);
  const [version] = versions;
  if (version !== undefined) {
    const [name, at] = version;
    return `it was made with ${name} ${at}, the other with ${other.record.versions[name] ?? 'none'}; do one of them again`;
  }
  const { images } = run;
  if (images.length !== other.images.length)
    return `it was tested on ${String(images.length)} images, the other on ${String(other.images.length)}`;
  const at = images.findIndex(({ id, label }, i) => id !== other.images[i]?.id || label !== other.images[i]?.label);
  if (at === -1) return undefined;
  const [a, b] = [images[at], other.images[at]];
  return a?.id === b?.id
    ? `they label the test image ${a?.id ?? ''} differently`
    : `they were tested on different images, such as ${a?.id ?? ''} and ${b?.id ?? ''}`;
}
