import { random, type Sample, type SourceItem } from '@foveate/contracts';
import { folded, good, typeNamed } from '../_type-names.js';

/**
 * Keeps at most so many samples of a type, chosen by the seed and each sample's id alone: neither the order nor other
 * samples' types change the draw. Order and skips stay.
 * @param limit largest number of samples that show a defect type, `good` for defect-free samples; types not named are all kept; capitals do not matter
 */
export function limitPerType(
  items: readonly SourceItem[],
  limit: Readonly<Record<string, number>>,
  seed: number,
): SourceItem[] {
  const dropped = new Set<string>();
  for (const [type, count] of Object.entries(limit)) {
    items
      .flatMap((item) => ('sample' in item && shows(item.sample, type) ? [item.sample.id] : []))
      .map((id) => ({ id, key: random(seed, 'limit', id).uint32() }))
      .sort((a, b) => a.key - b.key || (a.id < b.id ? -1 : 1))
      .slice(count)
      .forEach(({ id }) => dropped.add(id));
  }
  return items.filter((item) => !('sample' in item) || !dropped.has(item.sample.id));
}

function shows({ defectTypes }: Sample, type: string): boolean {
  if (typeNamed(type) === good) return defectTypes.length === 0;
  return defectTypes.some((one) => folded(one) === folded(type));
}
