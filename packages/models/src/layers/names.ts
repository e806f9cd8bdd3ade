import { fail, nearestNames, type FoveateError } from '@foveate/contracts';

/** Layers that an error lists. */
const most = 5;

/** The error of a layer that a model does not have: which one was probably meant, and the last of those there are. */
export function noSuchLayer(name: string, known: readonly string[], where: string): FoveateError {
  const others = known.filter((candidate) => candidate !== name);
  const [near] = nearestNames(name, others);
  const question = near === undefined ? '' : `Did you mean '${near}'? `;
  return fail({
    code: 'CONFIG_INVALID',
    where,
    what: `Model cannot be cut at a layer '${name}'`,
    ...(others.length > 0 && {
      advice: `${question}The last of the layers that all of the model passes through: ${others.slice(-most).join(', ')}`,
    }),
  });
}
