/** A run's data and its records: how samples are written down and found again. */
import { fail } from '@foveate/contracts';
import type { AssignedSample } from '@foveate/contracts';
import type { SampleRecord } from '@foveate/run-record';
import { lastValueFrom, toArray } from 'rxjs';
import { ingest } from '../ingest.js';
import type { RunScope } from '../run-scope.js';
import { dataSet, type DataSet } from '../split.js';
import { slotsFor } from '../worker/pixel-work.js';

/** How each sample was labelled and placed, for `samples.jsonl`. */
export function sampleRecords(samples: readonly AssignedSample[]): readonly SampleRecord[] {
  return samples.map(
    ({ id, split: part, label, defectTypes, reason, shareInside, attributes, aoiOrigin, verdicts, decoy }) => ({
      id,
      split: part,
      label,
      defectTypes,
      reason,
      shareInside: shareInside ?? null,
      ...(attributes === undefined ? {} : { attributes }),
      ...(aoiOrigin === undefined ? {} : { aoiOrigin }),
      ...(verdicts === undefined ? {} : { verdicts }),
      ...(decoy === undefined ? {} : { decoy }),
    }),
  );
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
export async function recordedData(run: RunScope, records: readonly SampleRecord[]): Promise<DataSet> {
  const items = await lastValueFrom(ingest(run).pipe(toArray()));
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
    const { label, reason, shareInside, attributes, decoy, split: part } = record;
    return {
      ...sample,
      label,
      reason,
      split: part,
      ...(shareInside === null ? {} : { shareInside }),
      // Stages add to those of the source.
      ...(attributes === undefined ? {} : { attributes }),
      ...(decoy === undefined ? {} : { decoy }),
    };
  });
  const slotOf = slotsFor(samples, await run.work.open(samples.length));
  return dataSet(
    samples.map((sample) => {
      const slot = slotOf(sample);
      return { sample, ...(slot === undefined ? {} : { slot }) };
    }),
  );
}
