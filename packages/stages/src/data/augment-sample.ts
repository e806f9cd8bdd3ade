/**
 * Augment: transforms of image and masks together, reproducible sample by sample, with a record that says what was done
 * and can do it again.
 */
import { fail, random } from '@foveate/contracts';
import type {
  AugmentationContext,
  AugmentedImages,
  Augmentation,
  Label,
  LabelDecision,
  Labeller,
  LabelledSample,
} from '@foveate/contracts';

/** An augmentation under the id of its plugin, by which records name it. */
export interface Operation {
  readonly id: string;
  readonly augmentation: Augmentation;
}

/** What one operation did to one sample; JSON. */
export interface OperationRecord {
  /** Position in the list of operations. */
  readonly index: number;
  readonly id: string;
  /** What was drawn. */
  readonly parameters: unknown;
  /** Why it was taken back: the reason of a skip, or `aoi-empty`. Absent when it stands. */
  readonly undone?: string;
}

/** One sample and what its augmentation depends on. */
export interface AugmentationSetting {
  /** Seed of the run. */
  readonly seed: number;
  /** Which of the sample's drawings this is: the epoch, or its variant where there are finitely many. */
  readonly epoch: number;
  readonly sample: LabelledSample;
  readonly labeller: Labeller;
  readonly context: AugmentationContext;
}

/** An augmented sample. */
export interface AugmentedSample {
  readonly images: AugmentedImages;
  readonly label: Label;
  /** Every operation that drew something, in order; {@link replay} does them again. */
  readonly record: readonly OperationRecord[];
}

/**
 * Applies the operations in order. The chance of each is a stream of (seed, epoch, sample, position in the list), so a
 * resumed run, another batch order or another number of workers sees the same images.
 *
 * After an operation that moves, adds or hides something the labeller decides again, on the masks as they are now. Its
 * decision replaces the label where it differs from that on the masks just before: a label decided at full size thus
 * changes by what the operation did and not by the rounding of small masks. An operation is taken back when no label
 * could be given after it (a defect that comes to lie between inside and outside), or nothing is left of the area of
 * interest.
 * @param images at network size, with the masks of all defects that have one unless all operations are photometric
 */
export async function augmentSample(
  operations: readonly Operation[],
  images: AugmentedImages,
  { seed, epoch, sample, labeller, context }: AugmentationSetting,
): Promise<AugmentedSample> {
  const decide = decisions(sample, images, labeller);
  const record: OperationRecord[] = [];
  let current = images;
  let label = sample.label;
  let decision: LabelDecision | undefined;
  for (const [index, { id, augmentation }] of operations.entries()) {
    const parameters = augmentation.draw(random(seed, 'augment', epoch, sample.id, index), current.image);
    if (parameters === undefined) continue;
    const next = await augmentation.apply(current, parameters, context);
    let undone: string | undefined;
    if (augmentation.effect !== 'photometric' && next !== current) {
      const after = decide(next);
      if (!next.aoi.data.includes(255)) undone = 'aoi-empty';
      // What the label is anyhow needs no look at what it would have been before.
      else if (outcome(after) !== label && outcome(after) !== outcome(decision ?? decide(current))) {
        if ('skip' in after) undone = after.skip.reason;
        else label = after.label;
      }
      if (undone === undefined) decision = after;
    }
    record.push({ index, id, parameters, ...(undone === undefined ? {} : { undone }) });
    if (undone === undefined) current = next;
  }
  return { images: current, label, record };
}

/**
 * Does again what a record says, on the images it was made from.
 * @param operations those of the record
 * @throws FoveateError `CONFIG_INVALID` when they are others
 */
export async function replay(
  operations: readonly Operation[],
  images: AugmentedImages,
  record: readonly OperationRecord[],
  context: AugmentationContext,
): Promise<AugmentedImages> {
  let current = images;
  for (const { index, id, parameters, undone } of record) {
    const operation = operations[index];
    if (operation?.id !== id) {
      throw fail({
        code: 'CONFIG_INVALID',
        what: 'The record was made with other operations',
        where: `data.augment.${String(index)}`,
        expected: id,
        got: operation?.id ?? 'nothing',
        advice: 'Replay it with the configuration it was made with',
      });
    }
    if (undone === undefined) current = await operation.augmentation.apply(current, parameters, context);
  }
  return current;
}

function outcome(decision: LabelDecision): Label | 'skip' {
  return 'skip' in decision ? 'skip' : decision.label;
}

/**
 * The labeller's decision on changed images. A defect whose mask has become empty has left the image and no longer
 * counts, one that never had a mask still does.
 */
function decisions(
  sample: LabelledSample,
  original: AugmentedImages,
  labeller: Labeller,
): (images: AugmentedImages) => LabelDecision {
  const masked = new Set(original.defects.map(({ type }) => type));
  const unseen = sample.defectTypes.filter((type) => !masked.has(type));
  return (images) => {
    const seen = images.defects.filter(({ mask }) => mask.data.includes(255)).map(({ type }) => type);
    const now = { ...sample, defectTypes: [...new Set([...unseen, ...seen])] };
    return labeller.decide(now, labeller.needsPixels(now) ? { images, aoi: images.aoi } : undefined);
  };
}
