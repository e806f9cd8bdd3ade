/** The first half of a run: from the source to a verified, labelled and divided data set. */
import { availableParallelism } from 'node:os';
import type { AssignedSample, RunEvent, Sample, SourceItem } from '@foveate/contracts';
import { connect, defer, filter, finalize, from, map, merge, mergeMap, scan, tap, toArray } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import type { RunConfig } from '@foveate/assembly';
import { ingest } from './ingest.js';
import { mask } from './mask.js';
import type { MaskedItem } from './mask.js';
import { deduplicate } from './deduplicate.js';
import { split } from './split.js';
import type { DataSet } from './split.js';
import { Depths } from './data/depth.js';
import type { DepthFound } from './data/depth.js';
import type { Stored } from './data/sample-store.js';
import { openWork } from './worker/open-work.js';
import type { OwnedWork, WorkSetting } from './worker/open-work.js';

/** A data set and whoever works on its pixels. */
export interface LoadedData extends OwnedWork {
  readonly data: DataSet;
  /** The samples of the data set with where they are kept, in its order. */
  readonly stored: readonly Stored<AssignedSample>[];
  /** What its 16-bit images hold; absent when there are none, or they were not looked at. */
  readonly depth?: DepthFound | undefined;
}

/** How far labelling has come. */
export type LoadingEvent = Extract<RunEvent, { readonly type: 'loading' }>;

/**
 * Ingest, mask, deduplicate and split: emits how far it has come, then the data, which the receiver has to close.
 * Unsubscribing before that stops decoding and ends the workers.
 */
export function loadData(config: RunConfig, setting: WorkSetting): Observable<LoadingEvent | LoadedData> {
  return defer(() => setting.services.get('source')).pipe(
    mergeMap((source) => ingest(source)),
    toArray(),
    mergeMap((items) =>
      defer(() => openWork(config, items.length, setting)).pipe(
        mergeMap((owned) => labelAll(config, setting, items, owned)),
      ),
    ),
  );
}

function labelAll(
  config: RunConfig,
  { services }: WorkSetting,
  items: readonly SourceItem[],
  owned: OwnedWork,
): Observable<LoadingEvent | LoadedData> {
  const { work } = owned;
  const samples = items.flatMap((item) => ('sample' in item ? [item.sample] : []));
  const stage = {
    label: (stored: Stored<Sample>) => work.label(stored),
    slotOf: slotsFor(samples, owned),
    // Two for each worker: one decodes while the other is looked at. Without workers the codec's threads still decode.
    concurrency: Math.max(2 * work.threads, availableParallelism()),
  };
  const labelled = new Map<string, Stored>();
  const depths = new Depths();
  const assemble = async (data: DataSet): Promise<LoadedData> => {
    const stored = data.samples.map((sample) => ({ ...labelled.get(sample.id), sample }));
    await work.population(stored.filter(({ sample }) => sample.split === 'train'));
    return { ...owned, data, stored, depth: depths.found };
  };
  let handedOver = false;
  return defer(() => services.get('splitter')).pipe(
    mergeMap((splitter) =>
      from(items).pipe(
        mask(stage),
        tap((item) => {
          if ('skip' in item) return;
          labelled.set(item.sample.id, withoutFingerprint(item));
          depths.add(item.depth);
        }),
        connect((masked) =>
          merge(
            masked.pipe(progress(items.length)),
            masked.pipe(
              deduplicate(config.data.duplicates),
              split(splitter, config.seed),
              mergeMap(assemble),
              tap(() => (handedOver = true)),
            ),
          ),
        ),
      ),
    ),
    finalize(() => {
      if (!handedOver) void owned.close();
    }),
  );
}

/** Only the split asks for fingerprints; what is kept is sent to workers with every batch. */
function withoutFingerprint({ sample, slot, stamps }: Stored): Stored {
  return { sample, ...(slot === undefined ? {} : { slot }), ...(stamps === undefined ? {} : { stamps }) };
}

/** Slots in order of the samples: which of them are kept does not depend on who is decoded first. */
export function slotsFor(
  samples: readonly Sample[],
  { slots }: Pick<OwnedWork, 'slots'>,
): (sample: Sample) => number | undefined {
  const places = new Map(samples.slice(0, slots).map(({ id }, index) => [id, index]));
  return ({ id }) => places.get(id);
}

/** Samples from which on progress is told. */
const many = 200;

/** An event for each percent of a large data set. */
function progress(total: number): OperatorFunction<MaskedItem, LoadingEvent> {
  const step = Math.ceil(total / 100);
  return (items) =>
    items.pipe(
      scan((done) => done + 1, 0),
      filter((done) => total >= many && (done % step === 0 || done === total)),
      map((done) => ({ type: 'loading', done, total })),
    );
}
