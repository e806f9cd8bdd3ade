/** "Did you mean": the known names near to a misspelt one. */
import { distance } from 'fastest-levenshtein';

/** Letters that have to be changed, put in or taken out; two neighbours that changed places count as one. */
function edits(word: string, name: string): number {
  const swaps = Array.from({ length: Math.max(0, word.length - 1) }, (_, at) => {
    const swapped =
      word.slice(0, at) +
      word
        .slice(at, at + 2)
        .split('')
        .reverse()
        .join('') +
      word.slice(at + 2);
    return 1 + distance(swapped, name);
  });
  return Math.min(distance(word, name), ...swaps);
}

/**
 * Those of `known` that may have been meant by a word, nearest first: at most a third of the letters differ, or two of
 * them, and always fewer than half. A word that has nothing to do with any of them has none.
 */
export function nearestNames(word: string, known: readonly string[]): readonly string[] {
  return known
    .map((name) => ({ name, edits: edits(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits: count }) => {
      const most = Math.max(2, Math.floor(name.length / 3));
      return count <= most && 2 * count < Math.max(word.length, name.length);
    })
    .sort((a, b) => a.edits - b.edits)
    .map(({ name }) => name);
}
