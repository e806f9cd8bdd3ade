/** Which images are held out: for early stopping and for the calibration. */
import { fail, random } from '@foveate/contracts';

/** Images to learn from, and those that are kept from the network. */
export interface HoldOut<T> {
  readonly training: readonly T[];
  readonly validation: readonly T[];
}

/** Fewest images that are held out. */
const fewest = 2;

/**
 * Holds out whole groups, drawn by the seed, until the share is reached, and at least two images. A function of seed, groups
 * and ids alone, whatever the order.
 * @param share in (0, 1)
 * @throws FoveateError `DATA_INSUFFICIENT` when nothing would be left to learn from
 */
export function heldOut<T extends { readonly id: string; readonly group: string }>(
  images: readonly T[],
  share: number,
  seed: number,
): HoldOut<T> {
  const wanted = Math.max(fewest, Math.round(share * images.length));
  const groups = [...new Set(images.map(({ group }) => group))].sort();
  const chosen = new Set<string>();
  let count = 0;
  for (const group of random(seed, 'hold-out').shuffle(groups)) {
    if (count >= wanted) break;
    chosen.add(group);
    count += images.filter((image) => image.group === group).length;
  }
  const sorted = [...images].sort((a, b) => (a.id < b.id ? -1 : 1));
  const training = sorted.filter(({ group }) => !chosen.has(group));
  if (training.length > 0 && count >= fewest)
    return { training, validation: sorted.filter(({ group }) => chosen.has(group)) };
  throw fail({
    code: 'DATA_INSUFFICIENT',
    what: 'There are too few images with masks',
    where: 'images',
    expected: `at least one to learn from and ${String(fewest)} to hold out${groups.length === images.length ? '' : ', of other groups'}`,
    got:
      groups.length === images.length
        ? String(images.length)
        : `${String(images.length)}, of ${String(groups.length)} groups`,
    advice: 'Mark more images, or lower training.holdOut',
  });
}
