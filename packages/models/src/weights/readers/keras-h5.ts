/**
 * Keras weights in HDF5, read in a thread of their own: nothing stops the HDF5 library once a damaged file leads it in a
 * circle, but the thread can be ended.
 */
import { createRequire } from 'node:module';
import { Thread } from '@foveate/threads';
import { invalid } from '../weights-file.js';
import type { KerasH5Content } from './hdf5-contents.js';
import type { Hdf5Calls } from './hdf5-thread.js';

/** Far more than the largest file in the registry needs. */
const patience = 60_000;

/** Whether bytes begin with the HDF5 signature. */
export function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, index) => bytes[index] === byte);
}

/**
 * @param milliseconds how long it may take
 * @throws FoveateError `WEIGHTS_INVALID`, also when it takes too long
 */
export async function readKerasH5(bytes: Uint8Array, where: string, milliseconds = patience): Promise<KerasH5Content> {
  const thread = new Thread<Hdf5Calls>({
    file: createRequire(import.meta.url).resolve('#hdf5-thread'),
    data: undefined,
    stopped: (cause) => invalid(where, 'HDF5 file cannot be read', { got: cause.message, cause }),
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(invalid(where, 'HDF5 file takes too long to read', { got: `more than ${milliseconds / 1000} s` }));
    }, milliseconds);
  });
  try {
    return await Promise.race([thread.call('readHdf5', [bytes, where]), tooLong]);
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}
