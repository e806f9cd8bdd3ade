/** What runs found in their data, as the page tells it. */
import type { Content } from '../html.js';
import type { NamedRun } from '../identity.js';

/** Entries listed one by one: more would bury the page, and run.json has them all. */
export const listed = 20;

/** What each run found, said once for those that found the same; `who` names them where not all did. */
export function each<T>(
  runs: readonly NamedRun[],
  found: (data: NamedRun['run']['record']['data']) => readonly T[],
  write: (who: string, list: readonly T[]) => Content,
): Content {
  const distinct = new Map<string, { readonly names: string[]; readonly list: readonly T[] }>();
  for (const { run, name } of runs) {
    const list = found(run.record.data);
    const key = JSON.stringify(list);
    const known = distinct.get(key);
    if (known === undefined) distinct.set(key, { names: [name], list });
    else known.names.push(name);
  }
  return [...distinct.values()].map(({ names, list }) =>
    write(distinct.size === 1 ? '' : `${names.join(', ')}: `, list),
  );
}
