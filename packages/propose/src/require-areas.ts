/** Names of areas that people write. */
import { fail, nearestNames } from '@foveate/contracts';
import type { Segmenter } from './segmenter.js';

/**
 * @param where the network, for the message
 * @throws FoveateError `CONFIG_INVALID` for a name that the network does not know
 */
export function requireAreas(wanted: readonly string[], { areas }: Pick<Segmenter, 'areas'>, where: string): void {
  const unknown = wanted.find((name) => !areas.includes(name));
  if (unknown === undefined) return;
  const [near] = nearestNames(unknown, areas);
  throw fail({
    code: 'CONFIG_INVALID',
    what: `The network marks no area '${unknown}'`,
    where,
    expected: areas.join(', '),
    ...(near === undefined ? {} : { advice: `Did you mean '${near}'?` }),
  });
}
