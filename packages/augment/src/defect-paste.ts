import { random } from '@foveate/contracts';
import type { AugmentedImages, DefectMask, Mask } from '@foveate/contracts';
import { blended, connectedTo, distanceTo, pixelsOf } from '@foveate/image';
import { z } from 'zod';
import { mergedDefects } from './_merged-defects.js';
import { defineContent, probability } from './define.js';

const side = z.enum(['inside', 'outside']);
type Side = z.infer<typeof side>;

/** Places that are tried before a defect is given up as too large. */
const tries = 32;
/** Width in pixels of the rim around a defect whose mean colour is matched. */
const rim = 3;

/** A defect of the donor: its type, its pixels, and one of them. */
interface Part {
  readonly type: string;
  readonly mask: Mask;
  readonly start: number;
}

/** The connected defect that holds the marked pixel number `share` of all. */
function partAt(defects: readonly DefectMask[], share: number): Part | undefined {
  const marked = defects.map(({ mask }) => pixelsOf(mask));
  let index = Math.floor(share * marked.reduce((sum, { length }) => sum + length, 0));
  for (const [i, { type, mask }] of defects.entries()) {
    const start = marked[i]?.[index];
    if (start !== undefined) return { type, mask: connectedTo(mask, start), start };
    index -= marked[i]?.length ?? 0;
  }
  return undefined;
}

/** How far to move the part so that all of it lies on one side of the area of interest; undefined when it does not fit. */
function placeFor({ mask, start }: Part, aoi: Mask, place: Side, seed: number): readonly [number, number] | undefined {
  const { width, height } = aoi;
  const places = pixelsOf(aoi, place === 'inside');
  if (places.length === 0) return undefined;
  const pixels = pixelsOf(mask);
  const chance = random(seed, 'defect-paste');
  for (let attempt = 0; attempt < tries; attempt++) {
    const target = places[chance.integer(places.length)] as number;
    const dx = (target % width) - (start % width);
    const dy = Math.floor(target / width) - Math.floor(start / width);
    const lands = pixels.every((pixel) => {
      const [x, y] = [(pixel % width) + dx, Math.floor(pixel / width) + dy];
      const within = x >= 0 && y >= 0 && x < width && y < height;
      return within && (aoi.data[y * width + x] !== 0) === (place === 'inside');
    });
    if (lands) return [dx, dy];
  }
  return undefined;
}

/** The donor moved over the image: its pixels, how far they cover, the mark, its colours brought to those around. */
function moved(
  donor: AugmentedImages,
  part: Part,
  under: AugmentedImages,
  [dx, dy]: readonly [number, number],
  feather: number,
) {
  const { width, height } = under.image;
  const distance = distanceTo(part.mask);
  const over = new Uint8ClampedArray(under.image.data);
  const cover = new Float32Array(width * height);
  const mark = new Uint8Array(width * height);
  const reach = Math.max(feather + 1, rim);
  const near: { readonly from: number; readonly to: number }[] = [];
  for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
    for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++) {
      const from = (y - dy) * width + x - dx;
      if ((distance[from] as number) <= reach) near.push({ from, to: y * width + x });
    }
  }
  const around = near.filter(({ from }) => distance[from] !== 0 && (distance[from] as number) <= rim);
  const shift = [0, 1, 2].map((channel) => {
    const sum = around.reduce(
      (total, { from, to }) =>
        total + (under.image.data[to * 3 + channel] as number) - (donor.image.data[from * 3 + channel] as number),
      0,
    );
    return around.length === 0 ? 0 : sum / around.length;
  });
  for (const { from, to } of near) {
    cover[to] = Math.max(0, 1 - (distance[from] as number) / (feather + 1));
    mark[to] = part.mask.data[from] as number;
    for (const [channel, change] of shift.entries()) {
      over[to * 3 + channel] = (donor.image.data[from * 3 + channel] as number) + change;
    }
  }
  const defect: DefectMask = { type: part.type, mask: { width, height, channels: 1, data: mark } };
  return { over, cover, defect };
}

/**
 * Pastes one connected defect of another defective sample, wholly inside or wholly outside the area of interest, with a
 * soft edge and its brightness brought to that of the place. The defect's mask comes along, and the label is derived again.
 * Nothing happens where no other sample has defect masks or the defect does not fit.
 */
export const defectPaste = defineContent({
  id: 'defect-paste',
  summary: 'Pastes a defect of another sample inside or outside the area of interest.',
  options: z.strictObject({
    place: side.default('inside').describe('Side of the area of interest; for both, list the operation twice.'),
    feather: z.number().min(0).max(20).default(2).describe('Width of the soft edge around the defect, in pixels.'),
    probability: probability(0.3),
  }),
  draw: (stream, { place, feather }) => ({
    donor: stream.float(),
    defect: stream.float(),
    seed: stream.uint32(),
    place,
    feather,
  }),
  change: async (input, { donor: choice, defect: share, seed, place, feather }, context) => {
    const donor = await context.other(choice, 1);
    const part = donor && partAt(donor.defects, share);
    const offset = part && placeFor(part, input.aoi, place, seed);
    if (donor === undefined || part === undefined || offset === undefined) return input;
    const { over, cover, defect } = moved(donor, part, input, offset, feather);
    // The soft edge of a defect outside must not reach in.
    if (place === 'outside') for (const pixel of cover.keys()) if (input.aoi.data[pixel] !== 0) cover[pixel] = 0;
    return {
      image: blended(input.image, over, cover),
      aoi: input.aoi,
      defects: mergedDefects(input, [defect], cover),
    };
  },
});
