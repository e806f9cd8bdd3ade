/** What becomes of the score when pixels are removed or put back in the order of their heat. */
import { random, type Raster } from '@foveate/contracts';
import { resize } from '@foveate/image';
import { impute } from './impute.js';
import type { Heat } from './places.js';

/** Pixels, hottest first; those of one heat in an order that depends on the seed alone. */
export function hottestFirst(heat: Heat, seed: number): Uint32Array {
  const pixels = random(seed, 'attribution', 'order').shuffle([...heat.keys()]);
  return Uint32Array.from(pixels).sort((a, b) => (heat[b] as number) - (heat[a] as number));
}

/** What the removal of pixels says of a heatmap. */
export interface RemovalScores {
  /** Area under the score while the hottest pixels become the mean colour first; low is good (Petsiuk et al. 2018). */
  readonly deletion: number;
  /** Area under the score while the hottest pixels come back into the blurred image first; high is good (the same). */
  readonly insertion: number;
  /**
   * Mean score with the coldest pixels removed less that with the hottest ones removed, by noisy linear imputation; in [-1, 1],
   * high is good (ROAD, Rong et al. 2022; the difference of its two orders).
   */
  readonly road: number;
}

/** How finely. */
export interface RemovalOptions {
  /** Steps from the whole image to none of it. Default 16. */
  readonly steps?: number;
  /** Shares of the pixels that ROAD removes. Default 0.1, 0.3, 0.5, 0.7 and 0.9. */
  readonly shares?: readonly number[];
  /** Of noise, and of the order of pixels of one heat. */
  readonly seed: number;
}

/** Sides of an image are divided by this to blur it. */
const blur = 16;

/** @param score of an image, in [0, 1] */
export async function removalScores(
  image: Raster,
  heat: Heat,
  score: (image: Raster) => Promise<number>,
  { steps = 16, shares = [0.1, 0.3, 0.5, 0.7, 0.9], seed }: RemovalOptions,
): Promise<RemovalScores> {
  const order = hottestFirst(heat, seed);
  const blurred = await resize(
    await resize(image, Math.max(1, Math.round(image.width / blur)), Math.max(1, Math.round(image.height / blur))),
    image.width,
    image.height,
  );
  const area = async (from: Raster, to: Raster) => {
    const scores = [];
    for (let step = 0; step <= steps; step++)
      scores.push(await score(replaced(from, to, order.subarray(0, Math.round((step / steps) * order.length)))));
    return areaUnder(scores);
  };
  let road = 0;
  for (const share of shares) {
    const count = Math.round(share * order.length);
    const without = (pixels: Uint32Array) => {
      const removed = new Uint8Array(order.length);
      for (const pixel of pixels) removed[pixel] = 1;
      return score(impute(image, removed, random(seed, 'attribution', 'noise', share)));
    };
    const hottest = await without(order.subarray(0, count));
    road += ((await without(order.subarray(order.length - count))) - hottest) / shares.length;
  }
  return { deletion: await area(image, evenly(image)), insertion: await area(blurred, image), road };
}

/** Area under a curve whose points lie evenly over [0, 1], by trapezoids. */
export function areaUnder(values: readonly number[]): number {
  const steps = values.length - 1;
  return values.reduce((sum, value, at) => sum + value * (at === 0 || at === steps ? 0.5 : 1), 0) / steps;
}

function replaced(from: Raster, { data: other }: Raster, pixels: Uint32Array): Raster {
  const { channels } = from;
  const data = from.data.slice();
  for (const pixel of pixels)
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++) data[at] = other[at] as number;
  return { ...from, data };
}

/** The image in its mean colour. */
function evenly(image: Raster): Raster {
  const { channels, data } = image;
  const means = Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let at = channel; at < data.length; at += channels) sum += data[at] as number;
    return Math.round((sum * channels) / data.length);
  });
  return { ...image, data: data.map((_, at) => means[at % channels] as number) };
}
