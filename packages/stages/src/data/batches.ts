/** Batch: which samples make a batch and in what order; the batches themselves are made as the trainer pulls them. */
import type { AssignedSample, SplitName } from '@foveate/contracts';
import type { PlannedBatches } from '@foveate/trainer';
import { pull } from '../flow/pull.js';
import type { DataWork } from '../worker/data-work.js';
import type { RunScope } from '../run-scope.js';
import type { DataSet } from '../split.js';
import { epochOrder } from './epoch-order.js';
import type { Stored } from './sample-store.js';

/** What batches are made from. */
export interface BatchStage {
  readonly samples: readonly Stored<AssignedSample>[];
  readonly work: Pick<DataWork, 'batch' | 'reuse' | 'threads'>;
  readonly batchSize: number;
  /** Batches in existence at most, the consumer's included. */
  readonly prefetch: number;
  readonly seed: number;
  /** Drawings of each sample's augmentation; absent: a new one in every epoch. */
  readonly augmentVariants?: number;
  /** True: the classes take turns in the training batches. */
  readonly balanced?: boolean;
}

/** What batches of a data set are made from, by the settings of a run. */
export function batchesOf({ stored }: Pick<DataSet, 'stored'>, { settings, work, seed }: RunScope): BatchStage {
  const { augment, prefetch } = settings.data;
  // Nothing to draw: every epoch shows the same.
  const augmentVariants = augment.length === 0 ? 1 : settings.data.augmentVariants;
  return {
    samples: stored,
    work: work.data,
    batchSize: settings.training.batchSize,
    // One in use, and one being made by each thread.
    prefetch: prefetch ?? work.data.threads + 1,
    seed,
    ...(augmentVariants === undefined ? {} : { augmentVariants }),
    balanced: settings.training.balancedBatches ?? false,
  };
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
 */
export function trainingBatches(stage: BatchStage, epoch: number, fromStep: number): PlannedBatches {
  const { seed, balanced = false } = stage;
  const train = epochOrder(ofSplit(stage.samples, 'train'), { seed, epoch, balanced });
  const variant = variantOf(epoch, stage.augmentVariants);
  const plans = chunks(train, stage.batchSize).map((samples) => ({ samples, variant }));
  return planned(
    stage,
    plans.slice(fromStep),
    stage.augmentVariants === undefined ? null : `variant ${String(variant)}`,
  );
}

/** Batches of a split in order of ids, not augmented. */
export function evaluationBatches(stage: BatchStage, split: SplitName): PlannedBatches {
  const plans = chunks(ofSplit(stage.samples, split), stage.batchSize).map((samples) => ({ samples }));
  return planned(stage, plans, 'as they are');
}

/**
 * Batches of a split in order of ids, disturbed outside of the areas of interest: the same every time.
 * @param disturbance place in `data.disturb`
 */
export function disturbedBatches(stage: BatchStage, split: SplitName, disturbance: number): PlannedBatches {
  const plans = chunks(ofSplit(stage.samples, split), stage.batchSize).map((samples) => ({ samples, disturbance }));
  return planned(stage, plans, `disturbance ${String(disturbance)}`);
}

type Plan = Parameters<DataWork['batch']>[0];

function planned({ work, prefetch }: BatchStage, plans: readonly Plan[], variant: string | null): PlannedBatches {
  const make = (some: readonly Plan[]) =>
    pull(some, (plan) => work.batch(plan), {
      limit: prefetch,
      atOnce: work.threads,
      release: (batch) => work.reuse(batch),
    });
  return {
    plan: plans.map(({ samples }) => samples.map(({ sample }) => sample.id)),
    variant,
    only: (positions) => make(positions.flatMap((position) => plans[position] ?? [])),
    [Symbol.asyncIterator]: () => make(plans)[Symbol.asyncIterator](),
  };
}

function ofSplit(samples: BatchStage['samples'], split: SplitName): BatchStage['samples'] {
  return samples.filter(({ sample }) => sample.split === split);
}
