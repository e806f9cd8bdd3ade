/** The thread that reads one HDF5 file. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { packError, type PackedError } from '@foveate/contracts';
import { readHdf5, type KerasH5Content } from './hdf5-contents.js';

/** What the thread is started with. */
export interface Hdf5Question {
  readonly bytes: Uint8Array;
  /** The file's path, for errors. */
  readonly where: string;
}

/** What it answers, once. */
export type Hdf5Answer = { readonly content: KerasH5Content } | { readonly error: PackedError };

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const { bytes, where } = workerData as Hdf5Question;
  const answer = (content: Hdf5Answer): void => port.postMessage(content);
  readHdf5(bytes, where).then(
    (content) => answer({ content }),
    (error: unknown) => answer({ error: packError(error) }),
  );
}
