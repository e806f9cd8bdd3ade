/** The training of a segmenter, from images with masks to a file that proposes masks. */
import type { Augmentation, Engine, MaskLoss, Optimizer, RunEvent, SegmenterFactory } from '@foveate/contracts';
import { makeFolder, writeAtomically } from '@foveate/contracts/node';
import {
  checkpointPath,
  loadModelState,
  readLast,
  trainObjective,
  type Objective,
  type TrainingProgress,
} from '@foveate/trainer';
import { join } from 'node:path';
import { concat, defer, mergeMap, type Observable } from 'rxjs';
import type { z } from 'zod';
import { augmentedBatches, plainBatches, type MaskBatch } from './batches.js';
import { calibrated, evaluateMasks, viewsOf } from './calibrate.js';
import { exportSegmenter } from './export-segmenter.js';
import { fingerprintOf } from './fingerprint.js';
import { heldOut, type HoldOut } from './hold-out.js';
import { mean } from './mask-validation.js';
import { segmentation } from './segmentation-objective.js';
import { refuseOtherData, writeSegmenterRun, type SegmenterRun } from './segmenter-run.js';
import { segmentationSettings, type SegmentationSettings } from './settings.js';
import { preparedImages, type PreparedImage, type TrainingImage } from './training-image.js';

/** Name of the finished network in a run folder. */
export const segmenterFile = 'segmenter.onnx';

/** What the training of a segmenter needs. */
export interface TrainSegmenterOptions {
  /** Taken one by one and kept at network size. */
  readonly images: Iterable<TrainingImage> | AsyncIterable<TrainingImage>;
  readonly engine: Engine;
  readonly segmenter: SegmenterFactory;
  readonly loss: MaskLoss;
  readonly optimizer: Optimizer;
  /** Applied to training images, in this order. */
  readonly augmentations: readonly Augmentation[];
  /** The stream fails with a ZodError when one is out of range. */
  readonly settings?: z.input<typeof segmentationSettings>;
  /** An integer in [0, 2^53): what is held out, initial weights, order and augmentation. */
  readonly seed: number;
  /** Made where it is missing; gets `segmenter.onnx`, `segmenter.json` and the checkpoints. */
  readonly folder: string;
  /** Plugins as chosen, for the record; with other ones a training is not resumed. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** True: go on from the folder's last checkpoint. Default false. */
  readonly resume?: boolean;
  /** Aborted: the training stops as that of `train` does; nothing is exported. */
  readonly signal?: AbortSignal;
}

/** A training that is ready to begin. */
interface Task {
  readonly options: TrainSegmenterOptions;
  readonly settings: SegmentationSettings;
  readonly areas: readonly string[];
  readonly model: ReturnType<SegmenterFactory['build']>;
  readonly objective: Objective<MaskBatch>;
  readonly images: HoldOut<PreparedImage>;
  readonly fingerprint: string;
  /** Of the images and masks alone. */
  readonly data: string;
  readonly startedAt: number;
}

/**
 * Trains a segmenter and exports it. Emits what `train` emits, with `iou` and `areaIou` (by area) among the metrics of each
 * epoch, and at the end `measured` for the images held out. The network of the epoch with the highest IoU is exported to
 * `segmenter.onnx`; its confidence is calibrated on the images held out, which also ended the training: on new images it is
 * a little too high. Nothing happens before the subscription; unsubscribing and `signal` stop it as they stop `train`.
 *
 * The stream fails as that of `train`, and with `DATA_INSUFFICIENT` (too few images, or no mask) or `DATA_INVALID` (pixels or
 * masks that do not fit).
 */
export function trainSegmenter(options: TrainSegmenterOptions): Observable<RunEvent> {
  return defer(() => begin(options)).pipe(
    mergeMap((task) => concat(learning(task), defer(() => finished(task)).pipe(mergeMap((events) => events)))),
  );
}

async function begin(options: TrainSegmenterOptions): Promise<Task> {
  const { images: given, segmenter, loss, seed, folder, config = {} } = options;
  const settings = segmentationSettings.parse(options.settings ?? {});
  const [height, width] = settings.size;
  const { areas, images: prepared } = await preparedImages(given, { height, width });
  const images = heldOut(prepared, settings.holdOut, seed);
  const model = segmenter.build({ height, width, areas: areas.length });
  await makeFolder(folder);
  const task: Task = {
    options,
    settings,
    areas,
    model,
    objective: segmentation({ model, loss, areas }),
    images,
    fingerprint: fingerprintOf({ config, settings, areas }, prepared),
    data: fingerprintOf({}, prepared),
    startedAt: Date.now(),
  };
  // A training that cannot be gone on with leaves the record that is there.
  if (options.resume === true) await refuseOtherData(folder, task.data);
  else await writeSegmenterRun(folder, recordOf(task, 'running'));
  return task;
}

function recordOf(
  { options, settings, areas, data, images, startedAt }: Task,
  status: SegmenterRun['status'],
  progress?: TrainingProgress,
): SegmenterRun {
  return {
    version: 1,
    status,
    startedAt: new Date(startedAt).toISOString(),
    seed: options.seed,
    config: { ...options.config, settings },
    areas,
    data,
    images: { training: images.training.map(({ id }) => id), validation: images.validation.map(({ id }) => id) },
    epochs: progress?.records ?? [],
    bestEpoch: progress?.course.best?.epoch ?? null,
    calibration: null,
    seconds: (Date.now() - startedAt) / 1000,
  };
}

function learning({ options, settings, objective, images, fingerprint, model }: Task): Observable<RunEvent> {
  const { engine, optimizer, augmentations, seed, folder, segmenter, resume = false, signal } = options;
  const { epochs, steps, batchSize, schedule, ema, earlyStopping, clip, train, frozenBatchNorm, unfreeze, groups } =
    settings;
  const course = { schedule, ema, earlyStopping, clip, train, frozenBatchNorm, unfreeze, groups };
  const epoch = { augmentations, seed, batchSize, steps };
  const start = async () => (await segmenter.pretrained?.(model, { signal })) ?? {};
  return defer(start).pipe(
    mergeMap((initialValues) =>
      trainObjective<MaskBatch>(() => ({
        engine,
        optimizer,
        objective,
        batches: (number, fromStep) => augmentedBatches(images.training, epoch, number, fromStep),
        validationBatches: () => plainBatches(images.validation, batchSize),
        samples: steps * batchSize,
        batchSize,
        epochs,
        settings: { ...course, monitor: 'iou' },
        seed,
        initialValues,
        folder,
        fingerprint,
        resume,
        ...(signal === undefined ? {} : { signal }),
      })),
    ),
  );
}

/** Calibrates, exports and writes the record; of a training that was stopped, the record alone. */
async function finished(task: Task): Promise<readonly RunEvent[]> {
  const { options, settings, objective, model, areas, images } = task;
  const { engine, augmentations, seed, folder, signal } = options;
  const progress = (await readLast(folder))?.progress;
  const isDone = progress !== undefined && (progress.epoch > settings.epochs || progress.course.stopped !== null);
  if (!isDone || signal?.aborted === true) {
    await writeSegmenterRun(folder, recordOf(task, 'interrupted', progress));
    return [];
  }
  const variables = await loadModelState(checkpointPath(folder, 'best'), model);
  const evaluation = { engine, objective, variables, batchSize: settings.batchSize };
  const views = await viewsOf(images.validation, augmentations, seed);
  const seen = await evaluateMasks(evaluation, views);
  const calibration = calibrated(seen, areas.length);
  await writeAtomically(
    join(folder, segmenterFile),
    exportSegmenter(model, variables, { version: 1, areas, calibration }),
  );
  await writeSegmenterRun(folder, { ...recordOf(task, 'completed', progress), calibration });
  // Views begin with the images as they are.
  const plain = seen.slice(0, images.validation.length * areas.length);
  const iou = mean(plain.map((one) => one.iou));
  return [{ type: 'measured', split: 'validation', measures: { iou } }];
}
