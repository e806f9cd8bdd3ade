import { distance } from 'fastest-levenshtein';

/** `Did you mean 'x'? `, or nothing when no known name is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, edits: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return nearest === undefined ? '' : `Did you mean '${nearest.name}'? `;
}
