/**
 * Keras weights in HDF5, read in a thread of their own: nothing stops the HDF5 library once a damaged file leads it in a
 * circle, but the thread can be ended.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { unpackError } from '@foveate/contracts';
import { invalid } from '../weights-file.js';
import type { KerasH5Content } from './hdf5-contents.js';
import type { Hdf5Answer, Hdf5Question } from './hdf5-thread.js';

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
  const workerData: Hdf5Question = { bytes, where };
  // Flags of this process, say those of a test runner, are not for the worker.
  const worker = new Worker(createRequire(import.meta.url).resolve('#hdf5-thread'), { workerData, execArgv: [] });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<Hdf5Answer>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(invalid(where, 'HDF5 file takes too long to read', { got: `more than ${milliseconds / 1000} s` }));
      }, milliseconds);
      worker.once('message', resolve);
      worker.once('error', (cause: unknown) => {
        reject(invalid(where, 'HDF5 file cannot be read', { got: String(cause), cause }));
      });
      worker.once('exit', (code) => {
        reject(invalid(where, 'HDF5 file cannot be read', { got: `the reading thread ended with code ${code}` }));
      });
    });
    if ('error' in answer) throw unpackError(answer.error);
    return answer.content;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
