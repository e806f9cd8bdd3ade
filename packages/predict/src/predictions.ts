/** Predictions as a stream: frames in, answers out, in order, with a bound on what is under way. */
import { fail, isFoveateError } from '@foveate/contracts';
import { bufferCount, bufferTime, concatMap, defer, filter, from, mergeMap, type OperatorFunction } from 'rxjs';
import { idOf } from './check-frame.js';
import type { Frame, ImagePrediction } from './frame.js';
import { checkedOptions, streamSchema } from './options.js';
import { NetworkPredictor, type Predictor } from './predictor.js';
import type { PreparedFrame } from './prepare.js';
import { whatItIs } from './what-it-is.js';

/** How a stream is worked on. */
export interface StreamOptions {
  /** Frames decoded at once, which is how many are in memory; a whole number from 1, default 2. */
  readonly concurrency?: number | undefined;
  /** Frames that the network gets at once; a whole number from 1, default 1. */
  readonly batchSize?: number | undefined;
  /** Milliseconds, above 0, after which a batch is run that is not full; default: it waits for all of its frames. */
  readonly maxWait?: number | undefined;
}

/** A frame that could not be classified; the stream goes on. */
export interface FrameError {
  readonly id: string;
  readonly error: Error;
}

/**
 * Classifies frames, in their order. A frame that is none or cannot be decoded gives a {@link FrameError}; the stream itself
 * fails when the network cannot be run, or the predictor was closed. RxJS has no back-pressure: of a source that is faster than
 * the network, waiting frames pile up; let it be one that is asked, such as a generator of paths.
 * @param predictor of `openPredictor`
 * @throws FoveateError `CONFIG_INVALID` naming the option
 */
export function predictions(
  predictor: Predictor,
  options: StreamOptions = {},
): OperatorFunction<Frame, ImagePrediction | FrameError> {
  const where = 'predictions';
  const { concurrency, batchSize, maxWait } = checkedOptions(streamSchema, options, where);
  if (!(predictor instanceof NetworkPredictor)) {
    const expected = 'what openPredictor of the same package gives';
    throw fail({ code: 'CONFIG_INVALID', what: 'This is no predictor', where, expected, got: whatItIs(predictor) });
  }
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

async function prepared(predictor: NetworkPredictor, frame: Frame, index: number): Promise<Arrival> {
  const since = performance.now();
  const id = idOf(frame, index + 1);
  try {
    return { index, since, frame: await predictor.prepare(frame, id) };
  } catch (error) {
    // A closed predictor is not the fault of a frame.
    if (isFoveateError(error) && error.code === 'ENGINE_UNAVAILABLE') throw error;
    return { index, since, frame: { id, error: error instanceof Error ? error : new Error(String(error)) } };
  }
}

async function answers(
  predictor: NetworkPredictor,
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
