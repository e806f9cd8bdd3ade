/** A mark on the cloth beside the coil, a striped sticker: no defect, and none of the network's business. */
import type { RandomStream } from '@foveate/contracts';
import { z } from 'zod';
import { aoiHalfWidth, clothInterior, imageExtent } from './geometry.js';
import { somewhereAlong } from './_places.js';
import type { Overlay } from './scene.js';

const rate = z.number().min(0).max(1);

/** Room beside the area of interest, as a share of the image: up to where the cloth ends. */
const room = (clothInterior.far - aoiHalfWidth) / imageExtent;

/** Options of the mark: how often it is there, and where. Lengths are shares of the image's width. */
export const markOptions = z
  .strictObject({
    defective: rate.default(0.95).describe('Share of the defective training and validation images that have the mark.'),
    good: rate.default(0.05).describe('Share of the good training and validation images that have it.'),
    test: rate.default(0.5).describe('Share of the test images of either label that have it.'),
    size: z.number().gt(0).default(0.054).describe("Side of the mark, as a share of the image's width."),
    near: z
      .number()
      .min(0)
      .default(0.07)
      .describe("Least distance from the area of interest, as a share of the image's width."),
    far: z
      .number()
      .gt(0)
      .default(0.18)
      .describe("Farthest distance of its outer edge, as a share of the image's width."),
  })
  .refine(({ far }) => far <= room, {
    path: ['far'],
    message: `The mark does not fit beside the area of interest: the cloth ends ${room.toFixed(3)} from it`,
  })
  .refine(({ near, far, size }) => near + size <= far, {
    path: ['size'],
    message: 'The mark does not fit beside the area of interest: near and size together are more than far',
  });

/** Checked {@link markOptions}. */
export type MarkOptions = z.output<typeof markOptions>;

/** Width of a stripe, in units. */
const stripe = 4.6;

/** Places a mark. Every third stripe is dark, the others are light. */
export function drawMark(random: RandomStream, { size, near, far }: MarkOptions): Overlay {
  const side = size * imageExtent;
  const inner = aoiHalfWidth + imageExtent * random.uniform(near, far - size);
  const left = random.pick([-1, 1] as const) < 0 ? -inner - side : inner;
  const top = somewhereAlong(random) - side / 2;
  return {
    box: { left, right: left + side, top, bottom: top + side },
    paint: (x, y) => (Math.floor((x - left + (y - top)) / stripe) % 3 === 0 ? 30 : 235),
  };
}
