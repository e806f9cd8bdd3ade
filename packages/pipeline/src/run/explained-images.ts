/** Image files as samples that are read when their turn comes, and forgotten once they were judged. */
import { resolve } from 'node:path';
import { emptyMask, readImage, readImageHeader } from '@foveate/image';
import { fail, isFoveateError } from '@foveate/contracts';
import type { AssignedSample, Mask, Raster, Sample, SampleSource } from '@foveate/contracts';
import type { RunConfig, Services } from '@foveate/assembly';
import { LocalWork } from '@foveate/stages';
import type { BatchStage } from '@foveate/stages';

/** An image in memory. */
export interface ReadInput {
  readonly file: string;
  readonly image: Raster;
  /** Undefined when the run takes areas from its data set. */
  readonly aoi: Mask | undefined;
}

/** Pixels of the images of a batch; two batches are in memory at a time. */
const batchPixels = 3e7;

/** What `readImage` accepts unless it is told otherwise. */
const usualPixels = 1e8;

/** How image files are read. */
export interface ImageLimits {
  /** Largest accepted width x height; without it that of the run's source. */
  readonly maxPixels?: number | undefined;
}

/** Images waiting to be judged, in the order of their files. */
export class ImageInputs {
  readonly #files: readonly string[];
  readonly #maxPixels: number | undefined;
  readonly #read = new Map<number, ReadInput>();

  readonly #source: Pick<SampleSource, 'readImage'>;

  private constructor(
    files: readonly string[],
    maxPixels: number | undefined,
    source: Pick<SampleSource, 'readImage'>,
  ) {
    this.#files = files;
    this.#maxPixels = maxPixels;
    this.#source = source;
  }

  /**
   * Looks at every file before the first is judged, so that a wrong name in a long list costs nothing.
   * @returns the images, and how they are brought into batches
   * @throws FoveateError `PATH_MISSING`, `DATA_INVALID` naming the file
   */
  static async open(
    files: readonly string[],
    config: RunConfig,
    services: Services,
    limits: ImageLimits,
  ): Promise<{ readonly inputs: ImageInputs; readonly feed: BatchStage }> {
    const { maxPixels: own } = config.data.source.options;
    const inputs = new ImageInputs(
      files,
      limits.maxPixels ?? (typeof own === 'number' ? own : undefined),
      await services.get('source'),
    );
    let largest = 1;
    for (const file of files) largest = Math.max(largest, await inputs.#pixelsOf(file));
    const work = new LocalWork({
      source: {
        load: async ({ ref }) => ({ image: (await inputs.#load(ref as number, services)).image, defects: [] }),
      },
      aoi: {
        areaOfInterest: async ({ ref }, { image }) =>
          inputs.#read.get(ref as number)?.aoi ?? emptyMask(image.width, image.height),
      },
      labeller: await services.get('labeller'),
      operations: [],
      size: config.data.size,
      seed: config.seed,
    });
    const batchSize = Math.max(1, Math.min(config.training.batchSize, Math.floor(batchPixels / largest)));
    const samples = files.map((_, index) => ({ sample: sampleOf(index) }));
    return { inputs, feed: { samples, work, batchSize, prefetch: 1, seed: config.seed } };
  }

  /** An image that was read, which is forgotten. */
  take(index: number): ReadInput {
    const input = this.#read.get(index);
    if (input === undefined) throw fail({ code: 'RUN_INVALID', what: 'More images came back than were given' });
    this.#read.delete(index);
    return input;
  }

  async #pixelsOf(file: string): Promise<number> {
    const header = await readImageHeader(resolve(file)).catch(() => undefined);
    // What has no header says best why when it is read.
    const { width, height } = header ?? (await this.#image(file));
    if (width * height > (this.#maxPixels ?? usualPixels)) await this.#image(file);
    return width * height;
  }

  async #load(index: number, services: Services): Promise<ReadInput> {
    const file = this.#files[index] ?? '';
    const image = await this.#image(file);
    const input = { file, image, aoi: await aoiOfStandaloneImage(services, file, image) };
    this.#read.set(index, input);
    return input;
  }

  async #image(file: string): Promise<Raster> {
    const limits = this.#maxPixels === undefined ? {} : { maxPixels: this.#maxPixels };
    try {
      // As the images of the data set are: what is dark in 16 bits is to be scaled the same.
      return await (this.#source.readImage?.(resolve(file), limits) ?? readImage(resolve(file), limits));
    } catch (error) {
      if (!isFoveateError(error) || error.parts.reason !== 'image-too-large') throw error;
      throw fail({
        ...error.parts,
        advice: 'Make it smaller first, or raise the limit with --max-pixels',
        cause: error,
      });
    }
  }
}

function sampleOf(index: number): AssignedSample {
  return { id: String(index), ref: index, defectTypes: [], split: 'test', label: 0, reason: 'not labelled' };
}

/** The area of interest of a lone image, or undefined when the run takes areas from its data set. */
async function aoiOfStandaloneImage(services: Services, file: string, image: Raster): Promise<Mask | undefined> {
  const provider = await services.get('aoi');
  const sample: Sample = { id: file, defectTypes: [] };
  try {
    return await provider.areaOfInterest(sample, { image, defects: [] });
  } catch (error) {
    if (isFoveateError(error) && error.code === 'DATA_INVALID') return undefined;
    throw error;
  }
}
