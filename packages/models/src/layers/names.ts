import { fail, type FoveateError } from '@foveate/contracts';
import { distance } from 'fastest-levenshtein';

/** The error of a layer that a model does not have, with the names nearest to it. */
export function noSuchLayer(name: string, known: readonly string[], where: string): FoveateError {
  const nearest = known
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 5)
    .map(({ candidate }) => candidate);
  return fail({
    code: 'CONFIG_INVALID',
    where,
    what: `Model cannot be cut at a layer '${name}'`,
    ...(nearest.length > 0 && {
      advice: `Nearest of the layers that all of the model passes through: ${nearest.join(', ')}`,
    }),
  });
}
