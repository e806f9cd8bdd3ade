import { definePlugin, fail, type AoiOrigin, type Mask, type Raster } from '@foveate/contracts';
import { maskArea, readImage, readMask } from '@foveate/image';
import { refusalTexts, registrar, transformMask, type RefusalReason } from '@foveate/registration';
import { resolve } from 'node:path';
import { z } from 'zod';
import { checked } from './_checked.js';

/** What to do about it. */
const advices: Readonly<Record<RefusalReason, string>> = {
  flat: 'Leave the image out',
  unlike:
    'Leave the image out, widen angle and scale if it may be turned or scaled further, or take a reference that looks more like it',
  ambiguous:
    'Take a reference that shows more of what does not repeat itself, or lower leastConfidence if either place will do',
};

/** A mask drawn once on a reference image, moved onto every image by registering the two. */
export const registeredAoi = definePlugin({
  meta: {
    kind: 'aoi',
    id: 'registered',
    contract: '^2',
    summary: 'A mask drawn on one image, moved to where its content lies in every other.',
  },
  options: z.strictObject({
    reference: z.string().min(1).describe('Path of the image that the mask is drawn on.'),
    mask: z.string().min(1).describe('Path of the mask: white where the area of interest is, as large as the image.'),
    angle: z.number().min(0).max(180).default(15).describe('Degrees to either side that images may be turned.'),
    scale: z.number().min(0).max(1).default(0.2).describe('Share by which images may be larger or smaller.'),
    leastConfidence: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('Confidence of a registration below which an image has no area of interest and is left out.'),
    mostLost: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('Share of the mask that may lie off an image; where it is more, the image is left out.'),
  }),
  register: async ({ reference, mask, mostLost, ...options }, { baseFolder }) => {
    const image = await readImage(resolve(baseFolder, reference));
    const area = await readMask(resolve(baseFolder, mask));
    checkPair(image, area, resolve(baseFolder, mask));
    const find = registrar(image, options);
    return {
      areaOfInterest: async (sample, images) => {
        const { width, height } = images.image;
        const unregistered = (what: string, advice: string) =>
          fail({
            code: 'DATA_INVALID',
            what: `The area of interest cannot be moved onto '${sample.id}': ${what}`,
            reason: 'aoi-unregistered',
            advice,
          });
        const { accepted, reason = 'unlike', confidence, transform } = find(images.image);
        if (!accepted) {
          const sure = `confidence ${confidence.toFixed(2)}, at least ${options.leastConfidence} is needed`;
          throw unregistered(`${refusalTexts[reason]} (${sure})`, advices[reason]);
        }
        const { mask: moved, lost } = transformMask(area, transform, width, height);
        if (lost > mostLost) {
          throw unregistered(
            `${Math.round(100 * lost)}% of it lies off the image (confidence ${confidence.toFixed(2)})`,
            'Leave the image out, or raise mostLost',
          );
        }
        const origin: AoiOrigin = { source: 'registration', detail: reference, confidence };
        return { ...checked(moved, sample, images), origin };
      },
    };
  },
});

/** @throws FoveateError `CONFIG_INVALID` where a mask does not belong to its image, or is empty */
function checkPair(image: Raster, mask: Mask, where: string): void {
  const size = ({ width, height }: Raster): string => `${width}x${height}`;
  if (size(mask) !== size(image)) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'The mask has another size than the reference that it is drawn on',
      where,
      expected: size(image),
      got: size(mask),
      advice: 'Draw the mask on the reference at its full size',
    });
  }
  if (maskArea(mask) > 0) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'The mask of the reference is black all over',
    where,
    advice: 'Paint the area of interest white',
  });
}
