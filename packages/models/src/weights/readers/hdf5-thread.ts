/** The thread that reads HDF5 files. */
import { serve } from '@foveate/threads';
import { readHdf5 } from './hdf5-contents.js';

/** What can be asked of it. */
export interface Hdf5Calls {
  readonly readHdf5: typeof readHdf5;
}

serve((): Hdf5Calls => ({ readHdf5 }));
