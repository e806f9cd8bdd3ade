import { join } from 'node:path';
import { fail } from '@foveate/contracts';
import { resolveInside } from '@foveate/contracts/node';

/**
 * A path in the folder of a store, which may come from someone else.
 * @param parts of which none may be a link that leads out, whether the next is there or not
 * @throws FoveateError `DATA_INVALID` where one does
 */
export function insideStore(folder: string, ...parts: readonly string[]): string {
  try {
    parts.forEach((_, at) => resolveInside(folder, join(...parts.slice(0, at + 1))));
  } catch (cause) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'A link leads out of the mask store',
      where: join(folder, ...parts),
      reason: 'store-damaged',
      advice: 'Put what it leads to into the folder in place of the link',
      cause,
    });
  }
  return join(folder, ...parts);
}
