/** Whether what a stage gives is what its port says. */

type Loose = Readonly<Record<string, unknown>>;

/** What is wrong with an item, as the end of a sentence; undefined when nothing is, or the port is not one of ours. */
export function portFault(port: string, item: unknown): string | undefined {
  return checks[port]?.(item);
}

const checks: Readonly<Record<string, (item: unknown) => string | undefined>> = {
  sample: (item) => itemFault(item, () => undefined),
  'labelled-sample': (item) => itemFault(item, labelFault),
  'data-set': (item) =>
    isObject(item) && Array.isArray(item['stored']) && Array.isArray(item['samples']) && isObject(item['counts'])
      ? undefined
      : `${described(item)}, which is no data set`,
  'trained-model': (item) =>
    isObject(item) && isObject(item['network']) && isObject(item['evaluator'])
      ? undefined
      : `${described(item)}, which is no trained model`,
};

function itemFault(item: unknown, more: (sample: Loose) => string | undefined): string | undefined {
  if (!isObject(item)) return `${described(item)}, which is no sample and no skip`;
  const { sample, skip } = item;
  if (isObject(skip)) {
    const whole = ['path', 'reason', 'message'].every((key) => typeof skip[key] === 'string');
    return whole ? undefined : 'a skip without path, reason and message';
  }
  if (isObject(item['duplicates'])) return undefined;
  if (!isObject(sample)) return `${described(item)}, which is no sample and no skip`;
  if (typeof sample['id'] !== 'string') return 'a sample without id';
  if (!Array.isArray(sample['defectTypes'])) return 'a sample without defectTypes';
  return more(sample);
}

function labelFault({ label, reason }: Loose): string | undefined {
  if (label !== 0 && label !== 1) return `a sample with label ${described(label)}, which is neither 0 nor 1`;
  return typeof reason === 'string' ? undefined : 'a labelled sample without reason';
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null;
}

function described(value: unknown): string {
  if (isObject(value)) return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no keys'}`;
  return value === undefined ? 'undefined' : JSON.stringify(value);
}
