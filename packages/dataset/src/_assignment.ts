import { fail, splitNames, type AssignedSample, type LabelledSample, type SplitName } from '@foveate/contracts';

/** The sample with its split. */
export function assigned(sample: LabelledSample, split: SplitName): AssignedSample {
  return { ...sample, split };
}

/**
 * The samples, once every split named and every split in use has both classes.
 * @throws FoveateError `DATA_INSUFFICIENT` with all counts
 */
export function requireBothClasses(
  samples: readonly AssignedSample[],
  needed: readonly SplitName[],
): readonly AssignedSample[] {
  const counts = splitNames.map((name) => {
    const mine = samples.filter((sample) => sample.split === name);
    const defective = mine.filter((sample) => sample.label === 1).length;
    return { name, good: mine.length - defective, defective };
  });
  const lacking = counts.some(
    ({ name, good, defective }) => (needed.includes(name) || good + defective > 0) && (good === 0 || defective === 0),
  );
  if (!lacking) return samples;
  throw fail({
    code: 'DATA_INSUFFICIENT',
    what: 'A split lacks a class',
    expected: 'good and defective samples in each',
    got: counts.map(({ name, good, defective }) => `${name} ${good} good and ${defective} defective`).join('; '),
    advice: 'Add samples of the missing class, or change the shares of the split or the labelling',
  });
}
