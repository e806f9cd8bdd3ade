import type { Mask } from '@foveate/contracts';

/** What is inside at least one of some masks of one size; a single mask is returned as it is. */
export function unionOf(masks: readonly Mask[]): Mask {
  const [first, ...others] = masks;
  if (first === undefined) throw new RangeError('the union of no masks');
  if (others.length === 0) return first;
  const data = first.data.slice();
  for (const mask of others) {
    for (let pixel = 0; pixel < data.length; pixel++) if (mask.data[pixel] !== 0) data[pixel] = 255;
  }
  return { ...first, data };
}
