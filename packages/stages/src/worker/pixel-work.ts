/** Who works on the pixels of a run: opened once the number of samples is known, shared by all stages. */
import type { AssignedSample, Sample } from '@foveate/contracts';
import { tmpdir } from 'node:os';
import type { Stored } from '../data/sample-store.js';
import type { RunScope } from '../run-scope.js';
import type { DataWork } from './data-work.js';
import { openWork, type OwnedWork } from './open-work.js';

/** Work on pixels, in this thread or in workers. */
export class PixelWork {
  readonly #scope: Pick<RunScope, 'settings' | 'services' | 'module'>;
  readonly #cacheFolder: string;
  #owned: Promise<OwnedWork> | undefined;
  #opened: OwnedWork | undefined;
  #donors: readonly Stored[] | undefined;

  /** @param cacheFolder where a file of decoded samples may be made */
  constructor(scope: Pick<RunScope, 'settings' | 'services' | 'module'>, cacheFolder = tmpdir()) {
    this.#scope = scope;
    this.#cacheFolder = cacheFolder;
  }

  /**
   * Starts threads and makes room for decoded samples; a second call gives what the first opened.
   * @param samples in the data set
   */
  async open(samples: number): Promise<OwnedWork> {
    const { settings, services, module } = this.#scope;
    this.#owned ??= openWork(settings, samples, { services, module, folder: this.#cacheFolder });
    this.#opened = await this.#owned;
    return this.#opened;
  }

  /** What does the work. @throws Error before {@link PixelWork.open} */
  get data(): DataWork {
    if (this.#opened === undefined) throw new Error('No data was opened.');
    return this.#opened.work;
  }

  /** Tells all threads which training samples content augmentations choose from. */
  async chooseDonors(samples: readonly Stored<AssignedSample>[]): Promise<void> {
    if (this.#donors === samples) return;
    this.#donors = samples;
    await this.data.population(samples.filter(({ sample }) => sample.split === 'train'));
  }

  /** Ends threads and gives memory back; may be called again. */
  async close(): Promise<void> {
    await (await this.#owned?.catch(() => undefined))?.close();
  }
}

/** Slots in order of the samples: which of them are kept does not depend on who is decoded first. */
export function slotsFor(
  samples: readonly Sample[],
  { slots }: Pick<OwnedWork, 'slots'>,
): (sample: Sample) => number | undefined {
  const places = new Map(samples.slice(0, slots).map(({ id }, index) => [id, index]));
  return ({ id }) => places.get(id);
}
