/** Which keys of a configuration the numbers of a run depend on. */
import { writtenConfig, type RunConfig } from '@foveate/assembly';
import { fail } from '@foveate/contracts';
import type { Loss } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { createHash } from 'node:crypto';

/** The key that lengthens a run. */
const lengthKey = 'training.epochs';

/** Keys that cannot change a number of the run, with all below them. */
const ignoredKeys = [
  'baseFolder',
  'data.lock',
  'data.lockMismatch',
  'data.workers',
  'data.prefetch',
  'data.cache',
  'data.cacheMegabytes',
  'explain.images',
  'training.featureCache',
  'training.metricsEvery',
  'training.logs',
  'observers',
];

function isIgnored(key: string): boolean {
  return ignoredKeys.some((known) => key === known || key.startsWith(`${known}.`));
}

function flatten(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length > 0) {
      return entries.flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`));
    }
  }
  return [[path, JSON.stringify(value)]];
}

/** Every value that a run's numbers depend on, by key, in order of keys. */
function resultKeys(written: RunRecord['config'], withLength = false): ReadonlyMap<string, string> {
  const entries = flatten(written, '').filter(([key]) => !isIgnored(key) && (withLength || key !== lengthKey));
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A hash of everything in a configuration that changes the numbers of a run, but how long it trains. */
export function configFingerprint(config: RunConfig): string {
  return createHash('sha256')
    .update(JSON.stringify([...resultKeys(writtenConfig(config, ''))]))
    .digest('hex');
}

/**
 * Refuses to go on with a run under another configuration.
 * @param options.advice what to do instead
 * @param options.withLength whether it must also train as long; otherwise it may go on for longer
 * @throws FoveateError `RUN_INVALID` naming the differing keys
 */
export function requireSameConfig(
  previous: RunRecord['config'],
  next: RunRecord['config'],
  folder: string,
  {
    advice = 'Resume with the same configuration, or start a new run with --out',
    withLength = false,
  }: { readonly advice?: string; readonly withLength?: boolean } = {},
): void {
  const before = resultKeys(previous, withLength);
  const now = resultKeys(next, withLength);
  const keys = [...new Set([...before.keys(), ...now.keys()])].filter((key) => before.get(key) !== now.get(key));
  if (keys.length === 0) return;
  // Another plugin has other options: its name says it.
  const replaced = keys.filter((key) => key.endsWith('.id')).map((key) => key.slice(0, -'id'.length));
  const telling = keys.filter((key) => key.endsWith('.id') || !replaced.some((prefix) => key.startsWith(prefix)));
  throw fail({
    code: 'RUN_INVALID',
    what: 'The run was made with another configuration',
    where: folder,
    expected: telling.map((key) => `${key}=${before.get(key) ?? 'nothing'}`).join(', '),
    got: telling.map((key) => `${key}=${now.get(key) ?? 'nothing'}`).join(', '),
    advice,
  });
}

/**
 * Refuses to lengthen a run whose learning rate or loss depends on how long it is: its first epochs were those of a shorter one.
 * @param training.schedule of the learning rate
 * @throws FoveateError `RUN_INVALID`
 */
export function requireSameLength(
  previous: RunRecord['config'],
  {
    training,
    loss,
    folder,
  }: Pick<RunConfig, 'training'> & { readonly loss: Pick<Loss, 'uses'>; readonly folder: string },
): void {
  const epochs = resultKeys(previous, true).get(lengthKey);
  const why =
    training.schedule?.kind === 'cosine'
      ? 'The learning rate falls to the end of the training'
      : loss.uses.includes('progress')
        ? 'The weight of the guidance grows with the training'
        : undefined;
  if (why === undefined || epochs === String(training.epochs)) return;
  throw fail({
    code: 'RUN_INVALID',
    what: `${why}, so that the run cannot be made longer or shorter`,
    where: folder,
    expected: `training.epochs=${epochs ?? 'nothing'}`,
    got: `training.epochs=${String(training.epochs)}`,
    advice: 'Resume with as many epochs as before, or start a new run with --out',
  });
}
