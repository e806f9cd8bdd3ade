/** Frames: what a predictor is given. */
import type { Mask, Raster } from '@foveate/contracts';

/** One picture to be classified. */
export interface Frame {
  /** Names it in answers and errors; default: its number. */
  readonly id?: string;
  /**
   * An image file's bytes (JPEG, PNG, WebP, TIFF, BMP …), or decoded pixels, 8-bit sRGB in 3 channels or grey in 1. Pixels are
   * not copied before the answer: leave them alone until then.
   */
  readonly image: Uint8Array | Raster;
  /**
   * Area of interest at the size of the upright image, 1 channel, 255 inside and 0 outside: then the answer says how much of the
   * heat lies inside. A network that sees nothing of the outside needs it.
   */
  readonly aoi?: Mask;
}

/** What a network says of a frame. */
export interface ImagePrediction {
  readonly id: string;
  /** Softmax probability of class 1 (defective), in [0, 1]. */
  readonly score: number;
  /** True when the score is at least the threshold. */
  readonly defective: boolean;
  /** Where the network looks, at network size, >= 0, not normalised; absent when it was not asked for, or the model has none. */
  readonly heatmap?: Heatmap;
  /** Share of the heat inside the frame's area of interest, in [0, 1]; null when there is no heat, or no heatmap in the model; absent without
   * an area. */
  readonly aoiShare?: number | null;
  /** Milliseconds that each part took. */
  readonly latency: Latency;
}

/** A heatmap, row by row. */
export interface Heatmap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Milliseconds of the parts of a prediction. */
export interface Latency {
  /** Bytes to pixels; 0 for a frame that came as pixels. */
  readonly decode: number;
  /** Pixels to network size. */
  readonly resize: number;
  /** The network; of a batch, its whole time. */
  readonly run: number;
  /** From the call to the answer, waiting included. */
  readonly total: number;
}
