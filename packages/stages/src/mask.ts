/**
 * Mask: every sample is decoded once to verify it, find its area of interest and decide its label. What cannot be used
 * becomes a listed skip here, so that later stages may rely on every sample: a file that breaks after this is an error.
 */
import { isFoveateError } from '@foveate/contracts';
import type { LabelledItem, Labeller, LabelledSample, Sample, SourceItem } from '@foveate/contracts';
import { fingerprint } from '@foveate/image';
import { availableParallelism } from 'node:os';
import { defer, from, mergeMap, of, tap, toArray, type OperatorFunction } from 'rxjs';
import { stampsOf, type SampleStore, type Stored } from './data/sample-store.js';
import type { RunScope } from './run-scope.js';
import { slotsFor } from './worker/pixel-work.js';

/** Samples from which on progress is told. */
const largeDataSet = 200;

/** Labels samples, in this thread or in workers. Waits for all of its input; the order of the output is that of completion. */
export function mask(run: Pick<RunScope, 'work' | 'emit'>): OperatorFunction<SourceItem, LabelledItem> {
  return (items) =>
    items.pipe(
      toArray(),
      mergeMap((list) =>
        defer(() => run.work.open(list.length)).pipe(
          mergeMap((owned) => {
            const slotOf = slotsFor(
              list.flatMap((item) => ('sample' in item ? [item.sample] : [])),
              owned,
            );
            // Two for each worker: one decodes while the other is looked at. Without workers the codec's threads still decode.
            const concurrency = Math.max(2 * owned.work.threads, availableParallelism());
            return from(list).pipe(
              mergeMap((item) => {
                if ('skip' in item) return of(item);
                const slot = slotOf(item.sample);
                return owned.work.label({ sample: item.sample, ...(slot === undefined ? {} : { slot }) });
              }, concurrency),
            );
          }),
          progress(list.length, { emit: (event) => run.emit(event) }),
        ),
      ),
    );
}

/** Tells of each percent of a large data set. */
function progress(total: number, { emit }: { emit: RunScope['emit'] }): OperatorFunction<LabelledItem, LabelledItem> {
  const step = Math.ceil(total / 100);
  return (items) =>
    defer(() => {
      let done = 0;
      return items.pipe(
        tap(() => {
          done++;
          if (total >= largeDataSet && (done % step === 0 || done === total)) emit({ type: 'loading', done, total });
        }),
      );
    });
}

/** What a sample is labelled with. */
export interface LabelParts {
  readonly labeller: Labeller;
  readonly store: SampleStore;
  /** True when duplicates are looked for. */
  readonly fingerprints: boolean;
}

/** Decodes, verifies and labels a sample and keeps it; one that cannot be used becomes a skip. */
export async function labelSample(
  stored: Stored<Sample>,
  { labeller, store, fingerprints }: LabelParts,
): Promise<LabelledItem> {
  const { sample } = stored;
  try {
    // First the stamps: a file that changes while it is read differs from them later.
    const stamps = await stampsOf(sample);
    const decoded = await store.decode(sample);
    const decision = labeller.decide(sample, labeller.needsPixels(sample) ? decoded : undefined);
    if ('skip' in decision) return decision;
    await store.keep(stored, decoded);
    // Two spreads would give each of a million samples a hidden class of its own, at three times the memory.
    const { origin: aoiOrigin } = decoded.aoi;
    const labelled: LabelledSample = Object.assign({}, sample, decision, aoiOrigin === undefined ? {} : { aoiOrigin });
    const print = fingerprints ? { fingerprint: fingerprint(decoded.images.image) } : {};
    const { depth } = decoded.images;
    return { ...stored, sample: labelled, stamps, ...print, ...(depth === undefined ? {} : { depth }) };
  } catch (error) {
    if (!isFoveateError(error) || (error.code !== 'DATA_INVALID' && error.code !== 'PATH_MISSING')) throw error;
    const { where, reason } = error.parts;
    return { skip: { path: where ?? sample.id, reason: reason ?? 'unreadable', message: error.message } };
  }
}
