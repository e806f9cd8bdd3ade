/** Images that a data set holds more than once. */

/** What an image is told apart by, and found alike: plain data that can be sent between threads. */
export interface Fingerprint {
  /** SHA-256 of size and pixels, hexadecimal: the same for the same pixels, whatever file format they came in. */
  readonly pixels: string;
  /** Low frequencies of brightness, of unit length in all; all 0 for an image without contrast. */
  readonly look: Float32Array;
}

/** Samples whose images are the same, or nearly. */
export interface DuplicateCluster {
  /** Sorted. */
  readonly ids: readonly string[];
  /** 1 where all have the same pixels; otherwise the least similarity, in (0, 1), of the pairs that make it one cluster. */
  readonly similarity: number;
  /** True when its samples do not all have the same label. */
  readonly labelsDiffer: boolean;
  /**
   * False for images that were left as they are because they are too many for copies: a product whose parts cannot be
   * told apart by their looks, say.
   */
  readonly treated: boolean;
}
