/** Accuracy by group of label and attributes, from predictions and samples. */
import { groupName } from '@foveate/contracts';
import { groupAccuracies, type GroupAccuracy } from '@foveate/statistics';
import type { NamedRun } from './identity.js';
import { isRight, testPredictions } from './summary.js';

/** A run with the accuracy of each of its groups. */
export interface RunGroups {
  readonly named: NamedRun;
  readonly groups: readonly GroupAccuracy[];
}

/**
 * The groups of each run's test images.
 * @returns no groups for a run whose samples have no attributes
 */
export function groupsOf(runs: readonly NamedRun[]): readonly RunGroups[] {
  return runs.map((named) => {
    const samples = new Map((named.run.samples ?? []).map((sample) => [sample.id, sample]));
    const known = testPredictions(named.run).flatMap((prediction) => {
      const sample = samples.get(prediction.id);
      if (sample === undefined) return [];
      return [{ prediction, sample, group: groupName(prediction.label, sample.attributes) }];
    });
    if (known.every(({ sample }) => sample.attributes === undefined)) return { named, groups: [] };
    const groups = groupAccuracies(
      known.map(({ prediction, group }) => ({ group, correct: isRight(prediction, named.threshold) })),
    );
    return { named, groups };
  });
}

/** The names of all groups, sorted. */
export function groupNames(runs: readonly RunGroups[]): readonly string[] {
  return [...new Set(runs.flatMap(({ groups }) => groups.map(({ group }) => group)))].sort();
}

/**
 * The group on which runs differ most in accuracy; with one run, the one on which it does worst. Undefined without groups.
 */
export function tellingGroup(runs: readonly RunGroups[]): string | undefined {
  const spread = (name: string): number => {
    const values = runs.flatMap(({ groups }) => groups.filter(({ group }) => group === name)).map((g) => g.accuracy);
    return runs.length === 1 ? -Math.min(...values) : Math.max(...values) - Math.min(...values);
  };
  return groupNames(runs).reduce<string | undefined>(
    (telling, name) => (telling === undefined || spread(name) > spread(telling) ? name : telling),
    undefined,
  );
}

/** One sentence on the telling group, for a reader in a hurry; null without groups. */
export function groupSentence(runs: readonly RunGroups[]): string | null {
  const telling = tellingGroup(runs);
  if (telling === undefined) return null;
  const found = runs.flatMap(({ named, groups }) =>
    groups.filter(({ group }) => group === telling).map((group) => ({ named, group })),
  );
  const [first] = found;
  if (first === undefined) return null;
  const parts = found.map(({ named, group }) => `${named.name} on ${group.correct}`);
  const images = found.every(({ group }) => group.n === first.group.n)
    ? `the ${first.group.n} test images`
    : 'the test images';
  return `Of ${images} “${telling}”, right: ${new Intl.ListFormat('en-GB').format(parts)}.`;
}
