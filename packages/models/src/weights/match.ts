/** Finds the tensor of each variable in a file. */
import type { VariableSpec } from '@foveate/contracts';
import { own } from './conventions.js';
import { namesOf, type WeightNaming } from './naming.js';
import { positionalNaming } from './positional.js';
import type { WeightsEntry } from './weights-file.js';

/** Which tensor of a file belongs to which variable. */
export interface Match {
  readonly naming: WeightNaming;
  /** What stands before all names, for example `module.`. */
  readonly prefix: string;
  readonly found: ReadonlyMap<VariableSpec, WeightsEntry>;
}

/**
 * Namings a file for these variables may have: this library's own, those given, and that of Keras files without names.
 */
export function possibleNamings(
  variables: readonly VariableSpec[],
  namings: readonly WeightNaming[],
): readonly WeightNaming[] {
  const keras = namings.find(({ scheme }) => scheme === 'keras');
  return [own, ...namings, ...(keras === undefined ? [] : [positionalNaming(variables, keras)])];
}

/**
 * The naming that explains most of a file, with what the file puts before all names. No tensor is given to two variables.
 * @returns undefined when no naming explains anything
 */
export function bestMatch(
  variables: readonly VariableSpec[],
  entries: readonly WeightsEntry[],
  namings: readonly WeightNaming[],
): Match | undefined {
  const matches = namings.flatMap((naming) => {
    const names = variables.map((spec) => [spec, candidates(spec, naming)] as const);
    return prefixesOf(names, entries).map((prefix): Match => ({
      naming,
      prefix,
      found: pairs(names, prefix, entries),
    }));
  });
  const best = matches.reduce<Match | undefined>(
    (a, b) => (a !== undefined && a.found.size >= b.found.size ? a : b),
    undefined,
  );
  return best === undefined || best.found.size === 0 ? undefined : best;
}

type Names = readonly (readonly [VariableSpec, readonly string[]])[];

function pairs(names: Names, prefix: string, entries: readonly WeightsEntry[]): Match['found'] {
  const left = new Map(entries.map((entry) => [entry.name, entry]));
  const found = new Map<VariableSpec, WeightsEntry>();
  for (const [spec, list] of names) {
    const entry = list.map((name) => left.get(prefix + name)).find((value) => value !== undefined);
    if (entry === undefined) continue;
    found.set(spec, entry);
    left.delete(entry.name);
  }
  return found;
}

function candidates({ name }: VariableSpec, naming: WeightNaming): readonly string[] {
  return naming.scheme === own.scheme ? [name] : namesOf(name, naming);
}

/** None, and what stands before the name of the first variable that is found at the end of a tensor's name. */
function prefixesOf(names: Names, entries: readonly WeightsEntry[]): readonly string[] {
  const first = names.find(([, list]) => list.length > 0)?.[1] ?? [];
  const prefixes = entries.flatMap(({ name }) =>
    first.flatMap((end) => (name.endsWith(end) ? [name.slice(0, -end.length)] : [])),
  );
  return [...new Set(['', ...prefixes])];
}
