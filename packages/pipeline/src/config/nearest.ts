/** "Did you mean": the known name nearest to a misspelt one. */
import { distance } from 'fastest-levenshtein';

/** The nearest of `known`; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, edits: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return best?.name;
}

/** Advice that names the nearest of `known`, or lists them when none is near; undefined when there are none. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const name = nearest(word, known);
  return name === undefined ? `Known: ${[...known].sort().join(', ')}.` : `Did you mean '${name}'?`;
}
