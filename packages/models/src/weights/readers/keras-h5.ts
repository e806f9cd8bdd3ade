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

/** When to give up. */
interface Limits {
  /** How long it may take. */
  readonly milliseconds?: number;
  readonly signal?: AbortSignal | undefined;
}

/** @throws FoveateError `WEIGHTS_INVALID`, also when it takes too long; the signal's reason when it was told to stop */
export async function readKerasH5(
  bytes: Uint8Array,
  where: string,
  { milliseconds = patience, signal }: Limits = {},
): Promise<KerasH5Content> {
  // From now on an event tells; of what was before there is none.
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(milliseconds);
  const stop = AbortSignal.any([timeout, ...(signal ? [signal] : [])]);
  const thread = new Thread<Hdf5Calls>({
    file: createRequire(import.meta.url).resolve('#hdf5-thread'),
    data: undefined,
    stopped: (cause) => invalid(where, 'HDF5 file cannot be read', { got: cause.message, cause }),
  });
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason as Error));
  });
  try {
    return await Promise.race([thread.call('readHdf5', [bytes, where]), stopped]);
  } catch (error) {
    if (error !== timeout.reason) throw error;
    throw invalid(where, 'HDF5 file takes too long to read', { got: `more than ${milliseconds / 1000} s` });
  } finally {
    await thread.terminate();
  }
}
