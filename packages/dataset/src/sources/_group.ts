import { fail } from '@foveate/contracts';

/**
 * Group of an id by a regular expression: its first capture group, or else the whole match.
 * @throws FoveateError `CONFIG_INVALID` when `pattern` is no regular expression
 */
export function groupBy(pattern: string): (id: string) => string | undefined {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'The option is not a regular expression',
      where: 'source.group',
      got: pattern,
      advice: "For example 'part(\\d+)' keeps all images of part17 together",
      cause: error,
    });
  }
  return (id) => {
    const match = expression.exec(id);
    return match?.[1] ?? match?.[0];
  };
}
