/** Patterns over variable names, as a configuration writes them. */
import { fail, nearestNames, type FoveateError } from '@foveate/contracts';

/** How a pattern is described in options. */
export const patternDescription =
  'Variable names: a glob such as stage7/** (* stays within a part of the name, ** does not), or a /regular expression/.';

/**
 * Those of `names` that fit.
 * @param where configuration key, for errors
 * @throws FoveateError `CONFIG_INVALID` for a broken regular expression, and naming the nearest names when nothing fits
 */
export function namesMatching(pattern: string, names: readonly string[], where: string): readonly string[] {
  const expression = expressionOf(pattern, where);
  const matching = names.filter((name) => expression.test(name));
  if (matching.length === 0) throw noMatch(pattern, names, where);
  return matching;
}

function expressionOf(pattern: string, where: string): RegExp {
  try {
    const body = /^\/(.+)\/$/.exec(pattern)?.[1];
    return new RegExp(body ?? `^${globBody(pattern)}$`);
  } catch (cause) {
    throw fail({ code: 'CONFIG_INVALID', where, what: 'Not a regular expression', got: pattern, cause });
  }
}

function globBody(glob: string): string {
  const special: Readonly<Record<string, string>> = { '**': '.*', '*': '[^/]*', '?': '[^/]' };
  return glob.replace(/\*\*|[*?]|[.+^${}()|[\]\\]/g, (part) => special[part] ?? `\\${part}`);
}

/** Layers are as good a guess as variables: all leading parts of the names count. */
function noMatch(pattern: string, names: readonly string[], where: string): FoveateError {
  const plain = pattern.replace(/[*/^$]+$|^\/|\\/g, '');
  const layers = names.flatMap((name) => {
    const parts = name.split('/');
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  const near = nearestNames(plain, [...new Set(layers)]).slice(0, 3);
  const outer = [...new Set(names.map((name) => name.split('/')[0] ?? name))];
  const quoted = (list: readonly string[]) => list.map((name) => `'${name}'`).join(', ');
  return fail({
    code: 'CONFIG_INVALID',
    where,
    what: `No trainable variable matches '${pattern}'`,
    advice:
      near.length > 0
        ? `The nearest names are ${quoted(near)}; a glob has to match the whole name`
        : `All names lie in ${quoted(outer)}, as in '${outer[0] ?? ''}/**'; a glob has to match the whole name`,
  });
}
