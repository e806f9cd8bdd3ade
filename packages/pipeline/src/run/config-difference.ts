/** What separates two configurations of the same run. */
import { fail } from '@foveate/contracts';
import type { RunRecord } from '@foveate/run-record';

/** Keys that cannot change a number of the run, with all below them, and the one that lengthens it. */
const harmless = [
  'baseFolder',
  'data.lock',
  'data.lockMismatch',
  'data.workers',
  'data.prefetch',
  'data.cache',
  'data.cacheMegabytes',
  'explain.images',
  'training.trunkCache',
  'training.logs',
  'training.epochs',
];

function isHarmless(key: string): boolean {
  return harmless.some((known) => key === known || key.startsWith(`${known}.`));
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
export function essentials(written: RunRecord['config']): ReadonlyMap<string, string> {
  const entries = flatten(written, '').filter(([key]) => !isHarmless(key));
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Refuses to go on with a run under another configuration.
 * @throws FoveateError `RUN_INVALID` naming the differing keys
 */
export function requireSameConfig(previous: RunRecord['config'], next: RunRecord['config'], folder: string): void {
  const before = essentials(previous);
  const now = essentials(next);
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
    advice: 'Resume with the same configuration, or start a new run with --out',
  });
}
