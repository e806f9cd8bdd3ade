/** Images that a data set holds more than once. */

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
