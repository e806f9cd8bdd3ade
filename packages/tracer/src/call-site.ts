/** Where in the program's own source an operation was called. */
import { fileURLToPath } from 'node:url';

const ownFolder = new URL('.', import.meta.url).href;
const ownPath = fileURLToPath(ownFolder);

/**
 * The source line under way: the first stack frame outside tfjs, Node and this package.
 * @returns for example `src/models/custom-cnn.ts:31`, or `unknown`
 */
export function callSite(): string {
  const foreign = (frame: string): boolean =>
    !/@tensorflow[\\/]tfjs|tfjs-core[\\/]src|node:|<anonymous>\)?$/.test(frame) &&
    // The tests of this package hold programs, too.
    (frame.includes('.spec.') || (!frame.includes(ownFolder) && !frame.includes(ownPath)));
  const frame = (new Error().stack ?? '').split('\n').slice(1).find(foreign);
  const place = /\(?(?:file:\/\/)?([^()\s]+):(\d+):\d+\)?$/.exec(frame ?? '');
  if (place === null) return 'unknown';
  return `${(place[1] as string).split('/').slice(-3).join('/')}:${place[2]}`;
}
