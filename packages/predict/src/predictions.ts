/** Predictions as a stream: frames in, answers out, in order, with a bound on what is under way. */
import { bufferCount, bufferTime, concatMap, defer, filter, from, mergeMap, type OperatorFunction } from 'rxjs';
import type { Frame, ImagePrediction } from './frame.js';
import type { PreparedFrame } from './prepare.js';
import type { Predictor } from './predictor.js';

/** How a stream is worked on. */
export interface StreamOptions {
  /** Frames decoded at once, which is how many are in memory; default 2. */
  readonly concurrency?: number;
  /** Frames that the network gets at once; default 1. */
  readonly batchSize?: number;
  /** Milliseconds after which a batch is run that is not full; default: it waits for all of its frames. */
  readonly maxWait?: number;
}

/** A frame that could not be classified; the stream goes on. */
export interface FrameError {
  readonly id: string;
  readonly error: Error;
}

/**
 * Classifies frames, in their order. A frame that cannot be decoded gives a {@link FrameError}. RxJS has no back-pressure: of a
 * source that is faster than the network, waiting frames pile up; let it be one that is asked, such as a generator of paths.
 */
export function predictions(
  predictor: Predictor,
  { concurrency = 2, batchSize = 1, maxWait }: StreamOptions = {},
): OperatorFunction<Frame, ImagePrediction | FrameError> {
  return (frames) =>
    frames.pipe(
      mergeMap((frame, index) => defer(() => prepared(predictor, frame, index)), concurrency),
      inOrder(),
      maxWait === undefined ? bufferCount(batchSize) : bufferTime(maxWait, null, batchSize),
      filter((batch) => batch.length > 0),
      concatMap((batch) => from(answers(predictor, batch)).pipe(mergeMap((list) => list))),
    );
}

interface Arrival {
  readonly index: number;
  readonly since: number;
  readonly frame: PreparedFrame | FrameError;
}

async function prepared(predictor: Predictor, frame: Frame, index: number): Promise<Arrival> {
  const since = performance.now();
  const id = frame.id ?? String(index + 1);
  try {
    return { index, since, frame: await predictor.prepare({ ...frame, id }) };
  } catch (error) {
    return { index, since, frame: { id, error: error instanceof Error ? error : new Error(String(error)) } };
  }
}

async function answers(
  predictor: Predictor,
  batch: readonly Arrival[],
): Promise<readonly (ImagePrediction | FrameError)[]> {
  const good = batch.flatMap(({ frame, since }) => ('error' in frame ? [] : [{ frame, since }]));
  const results =
    good.length === 0
      ? []
      : await predictor.run(
          good.map(({ frame }) => frame),
          good.map(({ since }) => since),
        );
  let next = 0;
  return batch.map(({ frame }) => ('error' in frame ? frame : (results[next++] as ImagePrediction)));
}

/** Holds arrivals back until all those before them have come. */
function inOrder(): OperatorFunction<Arrival, Arrival> {
  return (arrivals) =>
    defer(() => {
      const early = new Map<number, Arrival>();
      let next = 0;
      return arrivals.pipe(
        mergeMap((arrival) => {
          early.set(arrival.index, arrival);
          const ready: Arrival[] = [];
          for (let due = early.get(next); due !== undefined; due = early.get(++next)) {
            early.delete(next);
            ready.push(due);
          }
          return ready;
        }),
      );
    });
}
