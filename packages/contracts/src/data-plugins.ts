/** Services of the data side: sources, areas of interest, labels, splits and augmentation. */
import type { RandomStream } from './random.js';
import type { Mask, PixelMemory, Raster } from './raster.js';
import type { AoiOrigin, DefectMask, LabelledSample, Sample, SampleImages, Skip, Label, SplitName } from './sample.js';

/** Where images come from. Streams descriptions; pixels come one sample at a time. */
export interface SampleSource {
  /**
   * All samples, in an order that is the same at every scan, with what had to be left out in between. A stream: sources
   * of a million samples do not hold them.
   * @throws FoveateError `PATH_MISSING` or `DATA_INSUFFICIENT` when there is nothing to read
   */
  scan(): AsyncIterable<SourceItem>;
  /**
   * Decodes a sample. Depends on the options of the source and on the sample alone: it may run in another thread, where
   * nothing was scanned.
   * @throws FoveateError `DATA_INVALID` naming the file, when it cannot be decoded or a mask does not fit
   */
  load(sample: Sample): Promise<SampleImages>;
  /**
   * Decodes an image file that is not of the data set as those of the data set are: with the same limits and the same
   * range of values. Absent: the source has no such options.
   * @param limits.maxPixels largest accepted width x height, in place of the source's own
   * @throws FoveateError `PATH_MISSING` or `DATA_INVALID` naming the file
   */
  readImage?(path: string, limits?: { readonly maxPixels?: number }): Promise<Raster>;
}

/** What a source yields. */
export type SourceItem = { readonly sample: Sample } | { readonly skip: Skip };

/** The area of interest of an image. */
export interface AreaOfInterest extends Mask {
  /** Absent: nothing is known but the plugin that gave it. */
  readonly origin?: AoiOrigin;
}

/** Gives the area of interest of an image. */
export interface AoiProvider {
  /**
   * The area of interest at the size of `images.image`.
   * @throws FoveateError `DATA_INVALID` when the sample has none and none can be made
   */
  areaOfInterest(sample: Sample, images: SampleImages): Promise<AreaOfInterest>;
}

/** What a labeller decides. */
export type LabelDecision =
  Pick<LabelledSample, 'label' | 'reason' | 'shareInside' | 'verdicts'> | { readonly skip: Skip };

/** Decides whether a sample counts as defective. */
export interface Labeller {
  /** True when `decide` needs pixels; otherwise `images` and `aoi` are not read and not passed. */
  readonly needsPixels: (sample: Sample) => boolean;
  decide(sample: Sample, pixels?: { readonly images: SampleImages; readonly aoi: Mask }): LabelDecision;
}

/** Divides labelled samples into train, validation and test. */
export interface Splitter {
  /**
   * Same samples and seed, same split, whatever the order of `samples`. Samples of one group get the same split, and a
   * sample keeps the one that the source prescribes.
   * @returns the split of each sample, in their order
   * @throws FoveateError `DATA_INSUFFICIENT` when a split would lack a class
   */
  assign(samples: readonly LabelledSample[], seed: number): readonly SplitName[];
}

/** What travels together through augmentation; all of the same width and height. */
export interface AugmentedImages {
  /** sRGB, 3 channels. */
  readonly image: SampleImages['image'];
  readonly aoi: Mask;
  /** Empty when the labels do not need them. */
  readonly defects: readonly DefectMask[];
}

/**
 * What an augmentation can change: `photometric` leaves all masks alone; `geometric` moves image and masks together, and
 * `content` adds or hides something, so that after either the label is derived again.
 */
export type AugmentationEffect = 'photometric' | 'geometric' | 'content';

/** What an augmentation may ask for while it is applied. */
export interface AugmentationContext {
  /**
   * Another training sample at network size.
   * @param choice in [0, 1): its place among the training samples, those of one label if `label` is given
   * @returns undefined when there is none
   */
  other(choice: number, label?: Label): Promise<AugmentedImages | undefined>;
  /**
   * Memory for results, which is used again once the sample is done with: what is augmented for training is thrown away
   * some milliseconds later, and to have the garbage collected costs as much as the work. Absent: results are kept.
   */
  readonly memory?: PixelMemory;
}

/** One transform of image and masks. Chance is drawn first, as values that say all about what will be done. */
export interface Augmentation<Parameters = unknown> {
  readonly effect: AugmentationEffect;
  /**
   * Draws what is done to one sample: JSON values, the replay record. undefined: nothing this time. Pure.
   * @param size of the images, in pixels
   */
  draw(random: RandomStream, size: { readonly width: number; readonly height: number }): Parameters | undefined;
  /** Does it. Pure: the same parameters, the same result, whatever the thread. */
  apply(
    input: AugmentedImages,
    parameters: Parameters,
    context: AugmentationContext,
  ): AugmentedImages | Promise<AugmentedImages>;
}
