/** What became of each sample of a data set. */
import type { AssignedSample, LabelledSample, Sample, Skip } from '@foveate/contracts';
import type { Picture } from '@foveate/report';

/** A sample of the source and what became of it. */
export interface Finding {
  readonly sample: Sample;
  /** Set unless it was left out before it had one. */
  readonly labelled?: LabelledSample | undefined;
  /** Set when it has a split. */
  readonly assigned?: AssignedSample | undefined;
  /** Why it was left out. */
  readonly skip?: Skip | undefined;
}

/** Defect types as one name; `good` for none. */
export function typesOf({ sample }: Finding): string {
  return sample.defectTypes.length === 0 ? 'good' : [...sample.defectTypes].sort().join(' + ');
}

/** What it counts as. */
export function outcomeOf({ labelled, skip }: Finding): Picture['outcome'] {
  if (skip !== undefined || labelled === undefined) return 'left out';
  return labelled.label === 1 ? 'defective' : 'good';
}
