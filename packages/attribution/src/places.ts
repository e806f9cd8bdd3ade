/** Where heat lies: measures of a heatmap against a mask of the same size. */
import type { Mask } from '@foveate/contracts';

/** Heat of each pixel, row by row, >= 0, not normalised. */
export type Heat = Float32Array;

/** Share of the heat that lies inside, in [0, 1]; null without heat. Wang et al. 2020 call it the energy-based pointing game. */
export function massInside(heat: Heat, { data }: Mask): number | null {
  let [all, inside] = [0, 0];
  heat.forEach((value, pixel) => {
    all += value;
    if (data[pixel] !== 0) inside += value;
  });
  return all > 0 ? inside / all : null;
}

/** The pointing game (Zhang et al. 2018): whether the hottest pixel, the first of several, lies inside; null without heat. */
export function pointsInside(heat: Heat, { data }: Mask): boolean | null {
  const hottest = heat.reduce((best, value, pixel) => (value > (heat[best] as number) ? pixel : best), 0);
  return (heat[hottest] ?? 0) > 0 ? data[hottest] !== 0 : null;
}

/**
 * Intersection over union of a mask and the pixels that have at least a share of the largest heat (Zhou et al. 2016).
 * @param share in (0, 1]
 * @returns in [0, 1]; null without heat
 */
export function overlapAbove(heat: Heat, mask: Mask, share = 0.5): number | null {
  const top = heat.reduce((most, value) => Math.max(most, value), 0);
  return top > 0 ? overlap(mask, (pixel) => (heat[pixel] as number) >= share * top) : null;
}

/**
 * Intersection over union of a mask and the hottest pixels, as many as it has, without a threshold to choose.
 * @param order pixels, hottest first
 * @returns in [0, 1]; null for a mask that is empty
 */
export function overlapOfHottest(order: Uint32Array, mask: Mask): number | null {
  const size = mask.data.reduce((sum, value) => sum + Number(value !== 0), 0);
  const hottest = new Set(order.subarray(0, size));
  return size > 0 ? overlap(mask, (pixel) => hottest.has(pixel)) : null;
}

function overlap({ data }: Mask, isHot: (pixel: number) => boolean): number {
  let [both, either] = [0, 0];
  data.forEach((value, pixel) => {
    const [inside, hot] = [value !== 0, isHot(pixel)];
    if (inside && hot) both++;
    if (inside || hot) either++;
  });
  return both / either;
}
