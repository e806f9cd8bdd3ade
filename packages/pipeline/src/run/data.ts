/** The first half of a run: from the source to a verified, labelled and divided data set. */
import { availableParallelism } from 'node:os';
import { fail } from '@foveate/contracts';
import type { AssignedSample, SampleRecord } from '@foveate/contracts';
import { defer, from, lastValueFrom, map, mergeMap, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Services } from '../assembly/container.js';
import type { RunConfig } from '../config/run-config.js';
import { ingest } from '../stages/1-ingest.js';
import { mask } from '../stages/2-mask.js';
import { dataSet, split } from '../stages/3-split.js';
import type { DataSet } from '../stages/3-split.js';
import type { Operation } from '../stages/4-augment.js';
import type { BatchStage } from '../stages/5-batch.js';
import { SampleStore } from '../stages/sample-store.js';

/** A data set and where its pixels are kept. */
export interface LoadedData {
  readonly data: DataSet;
  readonly store: SampleStore;
}

/** Ingest, mask and split. Emits once; unsubscribing stops decoding. */
export function loadData(config: RunConfig, services: Services): Observable<LoadedData> {
  return defer(() =>
    from(
      Promise.all([services.get('source'), services.get('aoi'), services.get('labeller'), services.get('splitter')]),
    ),
  ).pipe(
    mergeMap(([source, aoi, labeller, splitter]) => {
      const store = new SampleStore({ source, aoi }, config.data.size, config.data.cacheMegabytes);
      return ingest(source).pipe(
        mask({ source, aoi, labeller, store, concurrency: availableParallelism() }),
        split(splitter, config.seed),
        map((data) => ({ data, store })),
      );
    }),
  );
}

/** How each sample was labelled and placed, for `samples.jsonl`. */
export function sampleRecords(samples: readonly AssignedSample[]): readonly SampleRecord[] {
  return samples.map(({ id, split: part, label, defectTypes, reason, shareInside }) => ({
    id,
    split: part,
    label,
    defectTypes,
    reason,
    shareInside: shareInside ?? null,
  }));
}

/**
 * Refuses to go on with a run whose data has changed.
 * @throws FoveateError `RUN_INVALID` naming the first sample that differs
 */
export function requireSameSamples(
  before: readonly SampleRecord[],
  now: readonly AssignedSample[],
  folder: string,
): void {
  const key = ({ id, split: part, label }: { id: string; split: string; label: number }) =>
    `${id} ${part} ${String(label)}`;
  const index = Array.from({ length: Math.max(before.length, now.length) }, (_, at) => at).find((at) => {
    const [old, sample] = [before[at], now[at]];
    return old === undefined || sample === undefined || key(old) !== key(sample);
  });
  if (index === undefined) return;
  throw fail({
    code: 'RUN_INVALID',
    what: 'The data set has changed since the run was started',
    where: folder,
    expected: before[index] === undefined ? 'no further sample' : `${before[index].id} in ${before[index].split}`,
    got: now[index] === undefined ? 'no further sample' : `${now[index].id} in ${now[index].split}`,
    advice: 'Restore the data, or start a new run with --out',
  });
}

/**
 * The data set of an earlier run, from its records: nothing is decoded, labelled or divided anew.
 * @throws FoveateError `RUN_INVALID` when the source no longer has a recorded sample
 */
export async function recordedData(
  config: RunConfig,
  services: Services,
  records: readonly SampleRecord[],
): Promise<LoadedData> {
  const [source, aoi] = await Promise.all([services.get('source'), services.get('aoi')]);
  const items = await lastValueFrom(ingest(source).pipe(toArray()));
  const byId = new Map(items.flatMap((item) => ('sample' in item ? [[item.sample.id, item.sample] as const] : [])));
  const samples = records.map((record): AssignedSample => {
    const sample = byId.get(record.id);
    if (sample === undefined) {
      throw fail({
        code: 'RUN_INVALID',
        what: 'A sample the run was made with is no longer in its source',
        where: record.id,
        advice: 'Restore the data the run was made with',
      });
    }
    const { label, reason, shareInside } = record;
    const decision = { label, reason, ...(shareInside === null ? {} : { shareInside }) };
    return { ...sample, ...decision, split: record.split };
  });
  return {
    data: dataSet(samples, []),
    store: new SampleStore({ source, aoi }, config.data.size, config.data.cacheMegabytes),
  };
}

/** The batch stage of a configuration on loaded data. */
export async function batchStage(
  config: RunConfig,
  services: Services,
  { data, store }: LoadedData,
): Promise<BatchStage> {
  return {
    samples: data.samples,
    store,
    size: config.data.size,
    batchSize: config.training.batchSize,
    prefetch: config.data.prefetch,
    seed: config.seed,
    operations: await operationsOf(config, services),
    labeller: await services.get('labeller'),
  };
}

/** The augmentations of a configuration under their plugins' ids, in order. */
export async function operationsOf(config: RunConfig, services: Services): Promise<readonly Operation[]> {
  const augmentations = await services.list('augmentation');
  return augmentations.map((augmentation, index) => ({ id: config.data.augment[index]?.id ?? '', augmentation }));
}
