/** Locks a data set: what a run would read now, to be held against what it reads later. */
import type { Registry, RunConfig } from '@foveate/assembly';
import { fail } from '@foveate/contracts';
import type { DataCounts } from '@foveate/contracts';
import { dataHash, loadData, lockSample, onLoading, RunScope, writeLock } from '@foveate/stages';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { from, lastValueFrom, map, mergeMap, tap, toArray } from 'rxjs';
import { abortable, type TaskContext } from '@foveate/contracts/task';

/** How a lock is made. */
export interface LockOptions {
  readonly file: string;
  /** False: a file that is there is left as it is. */
  readonly overwrite?: boolean;
}

/** What was locked. */
export interface BuiltLock {
  readonly file: string;
  readonly counts: DataCounts;
  readonly samples: number;
  readonly leftOut: number;
  readonly bytes: number;
}

/** @throws FoveateError as a run does when it loads its data; `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE` */
export async function buildLock(
  config: RunConfig,
  registry: Registry,
  options: LockOptions,
  { progress, signal }: TaskContext,
): Promise<BuiltLock> {
  if (options.overwrite !== true && existsSync(options.file)) {
    throw fail({
      code: 'OUTPUT_EXISTS',
      what: 'There is a file already',
      where: options.file,
      advice: 'Choose another with --out, or replace it with --overwrite',
    });
  }
  const uncached = { ...config, data: { ...config.data, cache: 'none' } } as const satisfies RunConfig;
  const scope = await RunScope.open(uncached, registry);
  onLoading(scope, (done, total) => progress('labelled', done, total));
  const { samples, skips, counts } = await lastValueFrom(abortable(loadData(scope), signal)).finally(() =>
    scope.close(),
  );
  const setting = { source: await scope.get('source'), baseFolder: config.baseFolder };
  let done = 0;
  const locked = await lastValueFrom(
    abortable(
      from(samples.entries()).pipe(
        mergeMap(
          ([at, sample]) => from(lockSample(sample, setting)).pipe(map((line) => ({ at, line }))),
          availableParallelism(),
        ),
        tap(() => progress('hashed', ++done, samples.length)),
        toArray(),
        map((list) => list.sort((a, b) => a.at - b.at).map(({ line }) => line)),
      ),
      signal,
    ),
  );
  const { name, seed } = config;
  const header = { name, seed, config: dataHash(config), samples: samples.length, leftOut: skips.length };
  await writeLock(options.file, header, locked);
  const bytes = locked.reduce((sum, { files }) => sum + files.reduce((total, file) => total + file.bytes, 0), 0);
  return { file: options.file, counts, samples: samples.length, leftOut: skips.length, bytes };
}
