/** Batch: which samples make a batch and in what order; the batches themselves are made as the trainer pulls them. */
import { random } from '@foveate/contracts';
import type { AssignedSample, Batch, SplitName } from '@foveate/contracts';
import { pull } from '../flow/pull.js';
import type { DataWork } from '../workers/data-work.js';
import type { Stored } from './sample-store.js';

/** What batches are made from. */
export interface BatchStage {
  readonly samples: readonly Stored<AssignedSample>[];
  readonly work: Pick<DataWork, 'batch' | 'threads'>;
  readonly batchSize: number;
  /** Batches in existence at most, the consumer's included. */
  readonly prefetch: number;
  readonly seed: number;
  /** Drawings of each sample's augmentation; absent: a new one in every epoch. */
  readonly augmentVariants?: number;
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** Which drawing of the augmentation an epoch sees; both count from 1. */
export function variantOf(epoch: number, variants: number | undefined): number {
  return variants === undefined ? epoch : ((epoch - 1) % variants) + 1;
}

/**
 * Training batches of one epoch, shuffled and augmented; the last may be smaller. Order and content depend on seed and
 * epoch alone.
 * @param fromStep batches of the epoch to leave out, those a run did before it was stopped
 * @param wanted with `images: false` the images of the batches are empty, for a consumer that has what it made of them
 *   under sample and variant
 */
export function trainingBatches(
  stage: BatchStage,
  epoch: number,
  fromStep: number,
  { images }: { readonly images: boolean } = { images: true },
): AsyncIterable<Batch> {
  const train = random(stage.seed, 'order', epoch).shuffle(ofSplit(stage.samples, 'train'));
  const variant = variantOf(epoch, stage.augmentVariants);
  const plans = chunks(train, stage.batchSize).map((samples) => ({ samples, variant, images }));
  return batches(stage, plans.slice(fromStep));
}

/** Batches of a split in order of ids, not augmented. */
export function evaluationBatches(stage: BatchStage, split: SplitName): AsyncIterable<Batch> {
  const plans = chunks(ofSplit(stage.samples, split), stage.batchSize).map((samples) => ({ samples, images: true }));
  return batches(stage, plans);
}

function batches({ work, prefetch }: BatchStage, plans: readonly Parameters<DataWork['batch']>[0][]) {
  return pull(plans, (plan) => work.batch(plan), prefetch, work.threads);
}

function ofSplit(samples: BatchStage['samples'], split: SplitName): BatchStage['samples'] {
  return samples.filter(({ sample }) => sample.split === split);
}
