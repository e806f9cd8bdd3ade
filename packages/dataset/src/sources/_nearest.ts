import { nearestNames } from '@foveate/contracts';

/** `Did you mean 'x'? `, or nothing when no known name is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const [nearest] = nearestNames(word, known);
  return nearest === undefined ? '' : `Did you mean '${nearest}'? `;
}
