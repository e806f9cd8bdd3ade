import { nearestNames } from '@foveate/contracts';

/** Advice that names the nearest of `known`, or lists them when none is near; undefined when there are none. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const [name] = nearestNames(word, known);
  return name === undefined ? `Known: ${[...known].sort().join(', ')}.` : `Did you mean '${name}'?`;
}
