/** The samples of a multiplied training split: all originals, then variants of them until each class has its number. */
import { createHash } from 'node:crypto';
import { classNames, fail } from '@foveate/contracts';
import type { AugmentedImages, Label } from '@foveate/contracts';
import type { OperationRecord } from '@foveate/stages';
import type { OpenSample, OpenSamples } from './open-samples.js';

/** Wanted number of training samples of each class, indexed by label. */
export type Targets = readonly [good: number, defective: number];

/** One sample of the set, at network size. */
export interface SetItem {
  readonly origin: OpenSample;
  /** Number of the drawing; 0 for the sample as it is. */
  readonly variant: number;
  readonly images: AugmentedImages;
  /** After augmentation. */
  readonly label: Label;
  readonly record: readonly OperationRecord[];
  /** Of the pixels: two items of one split never have the same. */
  readonly pixels: string;
}

/** Drawings of all samples in a row that give nothing new until it is clear that none will. */
const patience = 20;

/** SHA-256 of an image's pixels. */
export function pixelHash({ image }: AugmentedImages): string {
  return createHash('sha256').update(image.data).digest('hex');
}

/**
 * Multiplies training samples. A variant counts for the class it has after augmentation; one whose class is full, and one
 * that looks like an item before, is left out. What comes depends on the samples, the seed and the targets alone.
 * @throws FoveateError `DATA_INSUFFICIENT` when a class has no sample or no more distinct variants; `CONFIG_INVALID` when
 * there are more samples than wanted
 */
export async function* multiply(open: OpenSamples, targets: Targets): AsyncGenerator<SetItem> {
  const train = open.samples.filter(({ sample }) => sample.split === 'train');
  requireFeasible(train, targets);
  const missing: [number, number] = [...targets];
  const seen = new Set<string>();
  for (const origin of train) {
    const images = await open.prepare(origin);
    const pixels = pixelHash(images);
    seen.add(pixels);
    missing[origin.sample.label]--;
    yield { origin, variant: 0, images, label: origin.sample.label, record: [], pixels };
  }
  let idle = 0;
  for (let variant = 1; missing[0] > 0 || missing[1] > 0; variant++) {
    const before = missing[0] + missing[1];
    for (const origin of train) {
      if (missing[origin.sample.label] <= 0) continue;
      const { images, label, record } = await open.augment(origin, variant);
      const pixels = pixelHash(images);
      if (missing[label] <= 0 || seen.has(pixels)) continue;
      seen.add(pixels);
      missing[label]--;
      yield { origin, variant, images, label, record, pixels };
    }
    idle = missing[0] + missing[1] < before ? 0 : idle + 1;
    if (idle === patience) throw exhausted(missing);
  }
}

function requireFeasible(train: readonly OpenSample[], targets: Targets): void {
  for (const label of [0, 1] as const) {
    const count = train.filter(({ sample }) => sample.label === label).length;
    if (count === 0 && targets[label] > 0) {
      throw fail({ code: 'DATA_INSUFFICIENT', what: `The training split has no ${classNames[label]} sample` });
    }
    if (count > targets[label]) {
      throw fail({
        code: 'CONFIG_INVALID',
        what: `The training split has more ${classNames[label]} samples than are wanted`,
        expected: `at most ${String(targets[label])}`,
        got: String(count),
        advice: `Set --${classNames[label]} to ${String(count)} or more; no sample is thrown away`,
      });
    }
  }
}

function exhausted(missing: Targets) {
  const lacking = ([0, 1] as const).filter((label) => missing[label] > 0);
  return fail({
    code: 'DATA_INSUFFICIENT',
    what: 'The augmentations give no more distinct samples of a class that is not full',
    got: lacking.map((label) => `${String(missing[label])} ${classNames[label]} missing`).join(', '),
    advice: 'Add operations to data.augment, or make them more likely or stronger',
  });
}
