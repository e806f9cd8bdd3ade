import { isFoveateError } from '@foveate/contracts';
import { unzipSync } from 'fflate';
import { invalid, unpackedLimit } from '../weights-file.js';

/** Whether bytes begin as a zip archive. */
export function isZip(bytes: Uint8Array): boolean {
  return [0x50, 0x4b, 0x03, 0x04].every((byte, index) => bytes[index] === byte);
}

/**
 * The files of an archive by name, unpacked in memory.
 * @throws FoveateError `WEIGHTS_INVALID` when it is damaged or would grow absurdly large
 */
export function unzip(bytes: Uint8Array, where: string): ReadonlyMap<string, Uint8Array> {
  const limit = unpackedLimit(bytes.length);
  let total = 0;
  try {
    const files = unzipSync(bytes, {
      // The size is what the directory of the archive says; fflate writes no more than that.
      filter: ({ originalSize }) => {
        total += originalSize;
        if (total > limit)
          throw invalid(where, 'Archive is absurdly large once unpacked', { got: `${total} bytes or more` });
        return true;
      },
    });
    return new Map(Object.entries(files));
  } catch (cause) {
    throw isFoveateError(cause) ? cause : invalid(where, 'Archive is damaged', { cause });
  }
}
