import { fail } from '@foveate/contracts';

/**
 * Group of an id by a regular expression: its first capture group, or else the whole match.
 * @throws FoveateError `CONFIG_INVALID` when `pattern` is no regular expression
 */
export function groupBy(pattern: string): (id: string) => string | undefined {
  const expression = regularExpression(
    pattern,
    'source.group',
    "For example 'part(\\d+)' keeps all images of part17 together",
  );
  return (id) => {
    const match = expression.exec(id);
    return match?.[1] ?? match?.[0];
  };
}

/** @throws FoveateError `CONFIG_INVALID` when `pattern` is no regular expression */
export function regularExpression(pattern: string, where: string, advice: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'The option is not a regular expression',
      where,
      got: pattern,
      advice,
      cause: error,
    });
  }
}
