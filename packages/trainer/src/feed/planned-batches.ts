/** Batches of which it is known what is in them before they are made. */
import type { Batch } from '@foveate/contracts';
import type { SampleBatch } from '../objective.js';

/** A source of batches that can say what it will make, and make some of it. */
export interface PlannedBatches extends AsyncIterable<Batch> {
  /** Ids of the samples of each batch, in order. */
  readonly plan: readonly (readonly string[])[];
  /**
   * Which form of the samples it makes: equal ids and equal variant, equal pixels and label. Null when there is no telling,
   * as where each epoch draws its own augmentation.
   */
  readonly variant: string | null;
  /** Makes the batches at these positions of the plan, in the order given. */
  only(positions: readonly number[]): AsyncIterable<Batch>;
}

/** Batches whose pixels may have been seen before. */
export type RepeatableBatches = PlannedBatches & { readonly variant: string };

/** True for batches that know their plan and make the same pixels every time. */
export function isRepeatable(batches: AsyncIterable<SampleBatch>): batches is RepeatableBatches {
  const { variant = null } = batches as Partial<PlannedBatches>;
  return variant !== null;
}
