/** Which keys of a configuration the numbers of a run depend on. */
import { writtenConfig, type RunConfig } from '@foveate/assembly';
import { fail } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';
import { createHash } from 'node:crypto';

/** Keys that cannot change a number of the run, with all below them, and the one that lengthens it. */
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
  'training.epochs',
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
function resultKeys(written: RunRecord['config']): ReadonlyMap<string, string> {
  const entries = flatten(written, '').filter(([key]) => !isIgnored(key));
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A hash of everything in a configuration that changes the numbers of a run. */
export function configFingerprint(config: RunConfig): string {
  return createHash('sha256')
    .update(JSON.stringify([...resultKeys(writtenConfig(config, ''))]))
    .digest('hex');
}

/**
 * Refuses to go on with a run under another configuration.
 * @param advice what to do instead
 * @throws FoveateError `RUN_INVALID` naming the differing keys
 */
export function requireSameConfig(
  previous: RunRecord['config'],
  next: RunRecord['config'],
  folder: string,
  advice = 'Resume with the same configuration, or start a new run with --out',
): void {
  const before = resultKeys(previous);
  const now = resultKeys(next);
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
