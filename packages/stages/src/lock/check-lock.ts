/** Holds a data set against its lock. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { classNames, fail } from '@foveate/contracts';
import type { AssignedSample, FoveateError } from '@foveate/contracts';
import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import type { RunConfig } from '@foveate/assembly';
import { dataHash, readLock } from './lock-file.js';
import { lockSample } from './locked-sample.js';
import type { HashSetting, LockedSample } from './locked-sample.js';

/** Differences that a message tells one by one. */
const told = 5;

/** What a comparison needs. */
export interface CheckSetting extends Pick<HashSetting, 'source'> {
  /** False where groups are not known any more: they matter only to the splits, which are compared. */
  readonly groups?: boolean;
}

/**
 * Holds samples against the lock that the configuration names, if any.
 * @returns messages where the configuration only wants to be warned of differences
 * @throws FoveateError `DATA_INVALID` naming the first samples that differ, and those of `readLock`
 */
export async function checkLock(
  config: RunConfig,
  samples: readonly AssignedSample[],
  setting: CheckSetting,
): Promise<readonly string[]> {
  const error = await lockMismatch(config, samples, setting);
  if (error === undefined) return [];
  if (config.data.lockMismatch === 'warn') return [error.message];
  throw error;
}

/**
 * Compares ids, labels, splits, groups and the content of every file with the lock that the configuration names.
 * @returns what differs, or undefined when nothing does or no lock is named
 * @throws FoveateError those of `readLock`
 */
export async function lockMismatch(
  config: RunConfig,
  samples: readonly AssignedSample[],
  { source, groups = true }: CheckSetting,
): Promise<FoveateError | undefined> {
  const { lock } = config.data;
  if (lock === undefined) return undefined;
  const path = resolve(config.baseFolder, lock);
  const { pairs, sameConfig } = await paired(path, samples, config);
  const setting = { source, baseFolder: config.baseFolder, groups };
  const differences = await lastValueFrom(
    from(pairs).pipe(
      mergeMap(async (pair) => differenceOf(pair, setting), availableParallelism()),
      mergeMap((difference) => (difference === undefined ? [] : [difference])),
      toArray(),
    ),
  );
  if (differences.length === 0) return undefined;
  const first = differences.sort((a, b) => (a < b ? -1 : 1)).slice(0, told);
  return fail({
    code: 'DATA_INVALID',
    what: `The data is not what was locked: ${String(differences.length)} of ${String(pairs.length)} samples differ`,
    where: path,
    got: [...first, ...(differences.length > told ? [`${String(differences.length - told)} more`] : [])].join('; '),
    reason: 'lock-mismatch',
    advice: `${sameConfig ? '' : 'The configuration of the data has changed as well. '}Restore the data, or lock it anew with foveate dataset build; with data.lockMismatch: warn the run goes on`,
  });
}

interface Pair {
  readonly now: AssignedSample | undefined;
  readonly then: LockedSample | undefined;
}

/** Both lists are in order of ids: they are merged as the lock streams by. */
async function paired(path: string, samples: readonly AssignedSample[], config: RunConfig) {
  const pairs: Pair[] = [];
  let sameConfig = false;
  let next = 0;
  for await (const line of readLock(path)) {
    if ('foveateLock' in line) {
      sameConfig = line.config === dataHash(config);
      continue;
    }
    for (let now = samples[next]; now !== undefined && now.id < line.id; now = samples[++next]) {
      pairs.push({ now, then: undefined });
    }
    const now = samples[next]?.id === line.id ? samples[next++] : undefined;
    pairs.push({ now, then: line });
  }
  pairs.push(...samples.slice(next).map((now) => ({ now, then: undefined })));
  return { pairs, sameConfig };
}

async function differenceOf(
  { now, then }: Pair,
  setting: HashSetting & Required<CheckSetting>,
): Promise<string | undefined> {
  if (now === undefined) return then === undefined ? undefined : `${then.id} is gone`;
  if (then === undefined) return `${now.id} is new`;
  const { id, label, split, group = null } = now;
  if (label !== then.label) return `${id} is ${classNames[label]}, was ${classNames[then.label]} (${now.reason})`;
  if (split !== then.split) return `${id} is in ${split}, was in ${then.split}`;
  if (setting.groups && group !== then.group)
    return `${id} is of group ${group ?? 'none'}, was of ${then.group ?? 'none'}`;
  const { files, drawn } = await lockSample(now, setting);
  if (files.length !== then.files.length || drawn !== then.drawn) return `${id} is made of other files`;
  const changed = files.find(({ sha256 }, index) => sha256 !== then.files[index]?.sha256);
  return changed === undefined ? undefined : `${changed.path} has other content`;
}
