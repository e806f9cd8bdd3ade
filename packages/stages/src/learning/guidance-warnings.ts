/** What keeps a loss from guiding a network by areas of interest, said before it trains. */
import type { AssignedSample } from '@foveate/contracts';
import { describeModel } from './describe-model.js';
import type { RunScope } from '../run-scope.js';
import type { DataSet } from '../split.js';
import type { Network } from './network.js';

/** Training images whose areas are looked at. */
const maxLookedAt = 64;

/** Sizes of areas of interest at network size. */
interface Areas {
  /** Pixels inside, one for each image looked at. */
  readonly inside: readonly number[];
  /** Pixels of an image. */
  readonly pixels: number;
}

/**
 * Warnings for a network whose loss uses areas of interest; none for other losses.
 */
export async function guidanceWarnings(
  { loss, model }: Pick<Network, 'loss' | 'model'>,
  data: Pick<DataSet, 'stored' | 'samples'>,
  { work, settings }: Pick<RunScope, 'work' | 'settings'>,
): Promise<readonly string[]> {
  if (!loss.uses.includes('aoi')) return [];
  const { batchSize } = settings.training;
  const train = data.stored.filter(({ sample }) => sample.split === 'train');
  // Evenly spaced, so that every folder is among them.
  const step = Math.max(1, Math.floor(train.length / maxLookedAt));
  const lookedAt = train.filter((_, index) => index % step === 0).slice(0, maxLookedAt);
  const inside: number[] = [];
  for (let from = 0; from < lookedAt.length; from += batchSize) {
    const batch = await work.data.batch({ samples: lookedAt.slice(from, from + batchSize) });
    const pixels = batch.height * batch.width;
    for (let index = 0; index < batch.ids.length; index++) {
      inside.push(batch.aoi.subarray(index * pixels, (index + 1) * pixels).reduce((sum, value) => sum + value, 0));
    }
    work.data.reuse(batch);
  }
  const areas = { inside, pixels: model.height * model.width };
  const [rows = 1, columns = 1] = describeModel(model).featureMap;
  return [
    ...wholeImage(areas),
    ...smallerThanCell(areas, [model.height / rows, model.width / columns]),
    // In a whole image no defect lies outside.
    ...(inside.every((area) => area === areas.pixels) ? [] : onTrust(data.samples)),
  ];
}

function wholeImage({ inside, pixels }: Areas): readonly string[] {
  const whole = inside.filter((area) => area === pixels).length;
  if (whole === 0) return [];
  return [
    `The area of interest is the whole image in ${share(whole, inside.length, 'training images looked at')}: nothing is ` +
      'outside of it, so the loss has nothing to guide. Say in data.aoi where to look, or train with loss ce.',
  ];
}

function smallerThanCell({ inside }: Areas, [height, width]: readonly [number, number]): readonly string[] {
  const small = inside.filter((area) => area > 0 && area < height * width).length;
  if (small === 0) return [];
  return [
    `The area of interest is smaller than one cell of the heatmap (${round(width)} x ${round(height)} pixels) in ` +
      `${share(small, inside.length, 'training images looked at')}: a heatmap that coarse cannot tell inside from ` +
      'outside. Use a larger data.size, or a model with a finer feature map.',
  ];
}

function onTrust(samples: readonly AssignedSample[]): readonly string[] {
  const defective = samples.filter(({ split, label }) => split === 'train' && label === 1);
  const unmeasured = defective.filter(({ verdicts = [] }) => verdicts.every(({ shareInside }) => shareInside === null));
  if (unmeasured.length === 0) return [];
  return [
    `Nobody measured where the defect is in ${share(unmeasured.length, defective.length, 'defective training images')} ` +
      '(no mask, or data.label does not look at it): that it lies inside the area of interest is taken on trust. Where it does not, the ' +
      'network is taught to look away from it. Give masks of the defects and label by them, or look at the images first: ' +
      'foveate dataset inspect --sheet.',
  ];
}

function share(count: number, total: number, what: string): string {
  return count === total ? `all ${String(total)} ${what}` : `${String(count)} of ${String(total)} ${what}`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
