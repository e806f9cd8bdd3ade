import { fail, type SourceItem } from '@foveate/contracts';
import { folded, good, typeNamed } from '../_type-names.js';
import { limitPerType } from './limit-per-type.js';

/**
 * The items with at most so many samples of a type. Without limits they stream; to choose, all must be known.
 * @throws FoveateError `CONFIG_INVALID` when a limit names a type that no sample has
 */
export async function* limited(
  items: AsyncIterable<SourceItem>,
  limit: Readonly<Record<string, number>>,
  seed: number,
): AsyncGenerator<SourceItem> {
  if (Object.keys(limit).length === 0) {
    yield* items;
    return;
  }
  const list: SourceItem[] = [];
  const types = new Set<string>([good]);
  for await (const item of items) {
    list.push(item);
    if ('sample' in item) item.sample.defectTypes.forEach((type) => types.add(type));
  }
  refuseUnknownTypes(Object.keys(limit), types);
  yield* limitPerType(list, limit, seed);
}

/** @throws FoveateError `CONFIG_INVALID` naming the first limited type that is not among the others */
export function refuseUnknownTypes(limitedTypes: readonly string[], types: ReadonlySet<string>): void {
  const known = new Set([...types].map((type) => folded(typeNamed(type))));
  const unknown = limitedTypes.find((type) => !known.has(folded(typeNamed(type))));
  if (unknown === undefined) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'A limit is set for a type that no image has',
    where: 'source.limit',
    expected: [...types].map((type) => `'${type}'`).join(', '),
    got: `'${unknown}'`,
    advice: `Limits go by type, not by folder; defect-free images are '${good}'`,
  });
}
