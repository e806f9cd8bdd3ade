/** From probabilities to a mask as somebody would draw it. */
import type { Mask, Raster } from '@foveate/contracts';
import { keepParts, majority, withoutHoles } from '@foveate/image';
import { z } from 'zod';

/** Validates {@link MaskFinish} and fills in the defaults. */
export const maskFinish = z.strictObject({
  threshold: z.number().gt(0).max(1).default(0.5).describe('Probability from which a pixel is inside.'),
  smoothing: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe('Each pixel becomes what most of the square around it are, which reaches so many pixels to each side.'),
  fillHoles: z.boolean().default(false).describe('What the mask encloses is inside.'),
  largest: z.int().min(1).optional().describe('So many connected parts are kept, the largest ones; default: all.'),
  least: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Connected parts smaller than this share of the image are left out.'),
});

/** What is done to a proposed mask, in the order of the keys. */
export type MaskFinish = Readonly<z.output<typeof maskFinish>>;

/** @param probability 8-bit grey, 255 is 1 */
export function finishedMask(
  probability: Raster,
  { threshold, smoothing, fillHoles, largest, least }: MaskFinish,
): Mask {
  const raw = thresholded(probability, threshold);
  const smooth = smoothing === 0 ? raw : majority(raw, smoothing);
  const whole = fillHoles ? withoutHoles(smooth) : smooth;
  if (largest === undefined && least === 0) return whole;
  return keepParts(whole, { largest: largest ?? Infinity, least: least * whole.width * whole.height });
}

/** A function of its own: see Decisions in ARCHITECTURE.md on long loops. */
function thresholded({ width, height, data }: Raster, threshold: number): Mask {
  // 255 p is rounded to the nearest byte; ties at the threshold are inside.
  const from = Math.round(255 * threshold);
  const inside = new Uint8Array(width * height);
  for (let pixel = 0; pixel < inside.length; pixel++) inside[pixel] = (data[pixel] as number) >= from ? 255 : 0;
  return { width, height, channels: 1, data: inside };
}
