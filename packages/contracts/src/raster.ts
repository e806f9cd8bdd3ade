/** Pixels in memory. Operations on them live in `@foveate/image`. */

/** An 8-bit image, rows top to bottom, channels interleaved (HWC). */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 1 = grey, 3 = sRGB. */
  readonly channels: 1 | 3;
  /** `width * height * channels` values in [0, 255]. */
  readonly data: Uint8Array;
}

/** Memory for the pixels of a result, with whatever is in it. Who hands it out says how long it holds. */
export type PixelMemory = (bytes: number) => Uint8Array;

/** A binary mask: one value per pixel, 0 = outside, 255 = inside. */
export interface Mask extends Raster {
  readonly channels: 1;
}

/** What can stand outside of an area of interest: the mean colour of the area, the grey 128, or black. */
export const outsideFills = ['mean', 'grey', 'black'] as const;

/** One of {@link outsideFills}. */
export type OutsideFill = (typeof outsideFills)[number];
