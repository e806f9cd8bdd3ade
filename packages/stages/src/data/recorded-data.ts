/** A run's data and its records: how samples are written down, found again and turned into batches. */
import { fail } from '@foveate/contracts';
import type { AssignedSample } from '@foveate/contracts';
import type { SampleRecord } from '@foveate/run-record';
import { lastValueFrom, toArray } from 'rxjs';
import type { RunConfig } from '@foveate/assembly';
import { ingest } from '../ingest.js';
import { dataSet } from '../split.js';
import type { BatchStage } from './batches.js';
import { openWork } from '../worker/open-work.js';
import type { WorkSetting } from '../worker/open-work.js';
import { slotsFor } from '../load-data.js';
import type { LoadedData } from '../load-data.js';

/** How each sample was labelled and placed, for `samples.jsonl`. */
export function sampleRecords(samples: readonly AssignedSample[]): readonly SampleRecord[] {
  return samples.map(({ id, split: part, label, defectTypes, reason, shareInside, attributes, verdicts }) => ({
    id,
    split: part,
    label,
    defectTypes,
    reason,
    shareInside: shareInside ?? null,
    ...(attributes === undefined ? {} : { attributes }),
    ...(verdicts === undefined ? {} : { verdicts }),
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
 * The data set of an earlier run, from its records: nothing is decoded, labelled or divided anew. The caller closes it.
 * @throws FoveateError `RUN_INVALID` when the source no longer has a recorded sample
 */
export async function recordedData(
  config: RunConfig,
  setting: WorkSetting,
  records: readonly SampleRecord[],
): Promise<LoadedData> {
  const source = await setting.services.get('source');
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
  const data = dataSet(samples, []);
  const owned = await openWork(config, samples.length, setting);
  const slotOf = slotsFor(data.samples, owned);
  const stored = data.samples.map((sample) => {
    const slot = slotOf(sample);
    return { sample, ...(slot === undefined ? {} : { slot }) };
  });
  return { ...owned, data, stored };
}

/** The batch stage of a configuration on loaded data. */
export function batchStage(config: RunConfig, { stored, work }: LoadedData): BatchStage {
  const { augment, prefetch } = config.data;
  // Nothing to draw: every epoch shows the same.
  const augmentVariants = augment.length === 0 ? 1 : config.data.augmentVariants;
  return {
    samples: stored,
    work,
    batchSize: config.training.batchSize,
    // One in use, and one being made by each thread.
    prefetch: prefetch ?? work.threads + 1,
    seed: config.seed,
    ...(augmentVariants === undefined ? {} : { augmentVariants }),
    balanced: config.training.balancedBatches ?? false,
  };
}
