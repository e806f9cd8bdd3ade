import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';

const strength = z.number().min(0).max(1).default(0.1);

/**
 * Changes light and contrast: v' = 128 + (1 + c)(v - 128) + 255 b, rounded and cut to [0, 255], with b and c uniform in
 * plus or minus the options. The area of interest stays.
 */
export const brightnessContrast = definePlugin({
  meta: { kind: 'augmentation', id: 'brightness-contrast', contract: 1, summary: 'Varies brightness and contrast.' },
  options: z.strictObject({
    brightness: strength.describe('Largest change of brightness, as a share of the full range.'),
    contrast: strength.describe('Largest relative change of contrast about mid-grey.'),
  }),
  register: ({ brightness, contrast }) => ({
    effect: 'photometric',
    draw: (random) => ({
      offset: 255 * random.uniform(-brightness, brightness),
      gain: 1 + random.uniform(-contrast, contrast),
    }),
    apply: ({ image, ...masks }, { offset, gain }) => {
      const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => 128 + gain * (value - 128) + offset);
      return { image: { ...image, data: image.data.map((value) => table[value] ?? 0) }, ...masks };
    },
  }),
});
