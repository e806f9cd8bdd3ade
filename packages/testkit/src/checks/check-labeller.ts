import type { LabelDecision, Mask, Plugin, Sample, SampleImages } from '@foveate/contracts';
import { messageOf } from '@foveate/contracts';
import { block, picture } from './pictures.js';
import { broken, builtAndDescribed, frozen, same, type CheckSetting } from './broken.js';

/** A sample, and what its source and its area of interest make of it. */
export interface LabelledCase {
  readonly sample: Sample;
  readonly images: SampleImages;
  readonly aoi: Mask;
}

/** Settings of {@link checkLabeller}. */
export interface LabellerSetting extends CheckSetting {
  /** What is judged; by default a good image and defects inside, outside and across the border of the area. */
  readonly cases?: readonly LabelledCase[];
}

const [width, height] = [24, 20];
const aoi = block(width, height, { left: 0, right: 12 });

function labelledCase(id: string, defects: Readonly<Record<string, { left: number; right: number }>>): LabelledCase {
  return {
    sample: { id, defectTypes: Object.keys(defects) },
    images: {
      image: picture(width, height, id),
      defects: Object.entries(defects).map(([type, place]) => ({ type, mask: block(width, height, place) })),
    },
    aoi,
  };
}

const usual: readonly LabelledCase[] = [
  labelledCase('good', {}),
  labelledCase('inside', { scratch: { left: 2, right: 8 } }),
  labelledCase('outside', { scratch: { left: 16, right: 22 } }),
  labelledCase('across', { scratch: { left: 8, right: 16 } }),
  labelledCase('two', { scratch: { left: 2, right: 6 }, spot: { left: 18, right: 20 } }),
];

/**
 * Checks a labeller: a label with a reason or a skip with all its parts, shares in [0, 1], a verdict for each defect type,
 * no look at pixels that it does not ask for, and the same decision again.
 * @throws FoveateError `PLUGIN_INVALID` naming what is broken
 */
export async function checkLabeller(plugin: Plugin<'labeller'>, setting: LabellerSetting = {}): Promise<void> {
  const labeller = await builtAndDescribed(plugin, setting);
  for (const { sample, images, aoi: area } of setting.cases ?? usual) {
    const of = frozen(structuredClone(sample));
    const decide = (): LabelDecision => {
      try {
        return labeller.needsPixels(of)
          ? labeller.decide(of, structuredClone({ images, aoi: area }))
          : labeller.decide(of);
      } catch (error) {
        throw broken(plugin, `It throws for sample '${of.id}': ${messageOf(error)}`);
      }
    };
    const decision = decide();
    if (!same(decide(), decision)) throw broken(plugin, `Sample '${of.id}' is judged differently the second time`);
    checkDecision(plugin, of, decision);
  }
}

function checkDecision(plugin: Plugin, { id, defectTypes }: Sample, decision: LabelDecision): void {
  const on = `Sample '${id}'`;
  if ('skip' in decision) {
    const { path, reason, message } = decision.skip;
    if (![path, reason, message].every((part) => typeof part === 'string' && part !== ''))
      throw broken(plugin, `${on}: a skip lacks its path, reason or message`, { got: decision.skip });
    return;
  }
  const { label, reason, shareInside = 0, verdicts } = decision;
  if (![0, 1].includes(label)) throw broken(plugin, `${on}: the label is neither 0 nor 1`, { got: label });
  if (defectTypes.length === 0 && label !== 0) throw broken(plugin, `${on} has no defects and is labelled defective`);
  if (typeof reason !== 'string' || reason === '') throw broken(plugin, `${on}: the label has no reason`);
  if (!(shareInside >= 0 && shareInside <= 1))
    throw broken(plugin, `${on}: shareInside is not in [0, 1]`, { got: shareInside });
  if (
    verdicts !== undefined &&
    !same(
      verdicts.map(({ type }) => type),
      [...defectTypes],
    )
  )
    throw broken(plugin, `${on}: there is not one verdict for each defect type, in their order`, {
      expected: defectTypes,
      got: verdicts.map(({ type }) => type),
    });
}
