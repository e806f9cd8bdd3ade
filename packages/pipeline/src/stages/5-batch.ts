/** Batch: prepared samples stacked into the arrays a step is fed with, pulled by the trainer at its own pace. */
import { random } from '@foveate/contracts';
import type { AssignedSample, AugmentationContext, Batch, Labeller, SplitName } from '@foveate/contracts';
import { from, map, mergeMap, toArray } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import { pull } from '../flow/pull.js';
import { augmentSample } from './4-augment.js';
import type { Operation } from './4-augment.js';
import type { PreparedSample, SampleStore } from './sample-store.js';

/** Stacks all samples of the stream into one batch, in order of arrival. */
function batch(height: number, width: number): OperatorFunction<PreparedSample, Batch> {
  return (samples) =>
    samples.pipe(
      toArray(),
      map((list) => stack(list, height, width)),
    );
}

/** NHWC in [0, 1], areas of interest NHW in {0, 1}. */
export function stack(samples: readonly PreparedSample[], height: number, width: number): Batch {
  const pixels = height * width;
  const images = new Float32Array(samples.length * pixels * 3);
  const aoi = new Float32Array(samples.length * pixels);
  for (const [index, sample] of samples.entries()) {
    for (let i = 0; i < pixels * 3; i++) images[index * pixels * 3 + i] = (sample.image.data[i] ?? 0) / 255;
    for (let i = 0; i < pixels; i++) aoi[index * pixels + i] = (sample.aoi.data[i] ?? 0) > 127 ? 1 : 0;
  }
  return {
    ids: samples.map(({ id }) => id),
    images,
    aoi,
    labels: Int32Array.from(samples, ({ label }) => label),
    height,
    width,
  };
}

/** What batches are made from. */
export interface BatchStage {
  readonly samples: readonly AssignedSample[];
  readonly store: SampleStore;
  readonly size: readonly [height: number, width: number];
  readonly batchSize: number;
  /** Decoded batches in flight at most, the consumer's included. */
  readonly prefetch: number;
  readonly seed: number;
  /** What training images go through. */
  readonly operations: readonly Operation[];
  /** Decides again where an operation can change a label. */
  readonly labeller: Labeller;
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** Samples decoded at once within a batch: enough to keep the codec's threads busy. */
const decodersPerBatch = 4;

function assemble(stage: BatchStage, samples: readonly AssignedSample[], epoch: number | null): Observable<Batch> {
  const [height, width] = stage.size;
  const place = new Map(samples.map(({ id }, index) => [id, index]));
  return from(samples).pipe(
    mergeMap((sample) => prepare(stage, sample, epoch), decodersPerBatch),
    // Decoding ends in any order; the batch is to be the planned one.
    toArray(),
    mergeMap((list) => list.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))),
    batch(height, width),
  );
}

const alone: AugmentationContext = { other: () => Promise.resolve(undefined) };

async function prepare(stage: BatchStage, sample: AssignedSample, epoch: number | null): Promise<PreparedSample> {
  const prepared = await stage.store.prepare(sample);
  if (epoch === null) return prepared;
  const { seed, labeller } = stage;
  const setting = { seed, epoch, sample, labeller, context: alone };
  const { images, label } = await augmentSample(stage.operations, prepared, setting);
  return { id: sample.id, label, ...images };
}

/**
 * Training batches of one epoch, shuffled and augmented; the last may be smaller. Order and content depend on seed and
 * epoch alone.
 * @param fromStep batches of the epoch to leave out, those a run did before it was stopped
 */
export function trainingBatches(stage: BatchStage, epoch: number, fromStep: number): AsyncIterable<Batch> {
  const train = ofSplit(stage.samples, 'train');
  const plan = chunks(random(stage.seed, 'order', epoch).shuffle(train), stage.batchSize).slice(fromStep);
  return pull(plan, (samples) => assemble(stage, samples, epoch), stage.prefetch);
}

/** Batches of a split in order of ids, not augmented. */
export function evaluationBatches(stage: BatchStage, split: SplitName): AsyncIterable<Batch> {
  const plan = chunks(ofSplit(stage.samples, split), stage.batchSize);
  return pull(plan, (samples) => assemble(stage, samples, null), stage.prefetch);
}

function ofSplit(samples: readonly AssignedSample[], split: SplitName): readonly AssignedSample[] {
  return samples.filter((sample) => sample.split === split);
}
