/**
 * Decoded samples at network size. A pure cache under a byte budget: what it holds changes how long a run takes, never
 * what it computes. Nothing is evicted, because an epoch visits every sample once: under any eviction rule a cache that
 * is too small by a little would miss nearly always, while one that keeps what it has hits for its share.
 */
import type { AoiProvider, AugmentedImages, LabelledSample, SampleSource } from '@foveate/contracts';
import { fail } from '@foveate/contracts';
import { resize, resizeMask } from '@foveate/image';

/** A sample decoded and resized to the network input. */
export interface PreparedSample extends AugmentedImages {
  readonly id: string;
  readonly label: LabelledSample['label'];
}

/** Decodes samples, at most once each while the budget lasts. */
export class SampleStore {
  readonly #from: { readonly source: Pick<SampleSource, 'load'>; readonly aoi: AoiProvider };
  readonly #height: number;
  readonly #width: number;
  readonly #budget: number;
  readonly #held = new Map<string, AugmentedImages>();

  /**
   * @param from where samples and their areas of interest come from
   * @param size network input in pixels
   * @param megabytes budget in MiB
   */
  constructor(
    from: { readonly source: Pick<SampleSource, 'load'>; readonly aoi: AoiProvider },
    size: readonly [height: number, width: number],
    megabytes: number,
  ) {
    this.#from = from;
    [this.#height, this.#width] = size;
    this.#budget = megabytes * 1024 * 1024;
  }

  /** Memory held, in bytes: three colour channels and the area of interest of each sample, a byte per pixel and channel. */
  get bytes(): number {
    return this.#held.size * this.#height * this.#width * 4;
  }

  /** Resizes decoded rasters to the network input and keeps them if they fit. The area of interest stays binary. */
  async keep(id: string, { image, aoi }: AugmentedImages): Promise<AugmentedImages> {
    if (aoi.width !== image.width || aoi.height !== image.height) {
      throw fail({
        code: 'DATA_INVALID',
        what: 'The area of interest has another size than its image',
        where: id,
        expected: `${String(image.width)}x${String(image.height)}`,
        got: `${String(aoi.width)}x${String(aoi.height)}`,
      });
    }
    const images: AugmentedImages = {
      image: await resize(image, this.#width, this.#height),
      aoi: resizeMask(aoi, this.#width, this.#height),
      defects: [],
    };
    if (this.bytes + this.#height * this.#width * 4 <= this.#budget) this.#held.set(id, images);
    return images;
  }

  /** A sample at network size. @throws FoveateError `DATA_INVALID` when it cannot be decoded */
  async prepare(sample: LabelledSample): Promise<PreparedSample> {
    let images = this.#held.get(sample.id);
    if (images === undefined) {
      const decoded = await this.#from.source.load(sample);
      const aoi = await this.#from.aoi.areaOfInterest(sample, decoded);
      images = await this.keep(sample.id, { image: decoded.image, aoi, defects: [] });
    }
    return { id: sample.id, label: sample.label, ...images };
  }
}
