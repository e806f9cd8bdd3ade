/** Services of the data side: sources, areas of interest, labels, splits and augmentation. */
import type { RandomStream } from './random.js';
import type { Mask } from './raster.js';
import type { AssignedSample, LabelledSample, Sample, SampleImages, Skip, Label } from './sample.js';

/** Where images come from. Streams descriptions, never pixels. */
export interface SampleSource {
  /**
   * All samples in a stable order (sorted by id), with what had to be left out in between.
   * @throws FoveateError `PATH_MISSING` or `DATA_INSUFFICIENT` when there is nothing to read
   */
  scan(): AsyncIterable<SourceItem>;
}

/** What a source yields. */
export type SourceItem = { readonly sample: Sample } | { readonly skip: Skip };

/** Gives the area of interest of an image. */
export interface AoiProvider {
  /**
   * The area of interest at the size of `images.image`.
   * @throws FoveateError `DATA_INVALID` when the sample has none and none can be made
   */
  areaOfInterest(sample: Sample, images: SampleImages): Promise<Mask>;
}

/** What a labeller decides. */
export type LabelDecision =
  { readonly label: Label; readonly reason: string; readonly shareInside?: number } | { readonly skip: Skip };

/** Decides whether a sample counts as defective. */
export interface Labeller {
  /** True when `decide` needs pixels; otherwise `images` and `aoi` are not read and not passed. */
  readonly needsPixels: (sample: Sample) => boolean;
  decide(sample: Sample, pixels?: { readonly images: SampleImages; readonly aoi: Mask }): LabelDecision;
}

/** Divides labelled samples into train, validation and test. */
export interface Splitter {
  /**
   * Same samples and seed, same split, whatever the order of `samples`.
   * @throws FoveateError `DATA_INSUFFICIENT` when a split would lack a class
   */
  assign(samples: readonly LabelledSample[], seed: number): readonly AssignedSample[];
}

/** Image and area of interest that travel together through augmentation; same width and height. */
export interface AugmentedImages {
  readonly image: SampleImages['image'];
  readonly aoi: Mask;
}

/** One transform of image and masks. Pure: all chance comes from `random`. */
export interface Augmentation {
  apply(input: AugmentedImages, random: RandomStream): AugmentedImages;
}
