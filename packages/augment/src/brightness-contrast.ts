import { z } from 'zod';
import { definePhotometric, probability } from './define.js';
import { withTones } from './_tones.js';

const strength = z.number().min(0).max(1).default(0.1);

/** Changes light and contrast: v' = 128 + gain (v - 128) + offset. */
export const brightnessContrast = definePhotometric({
  id: 'brightness-contrast',
  summary: 'Varies brightness and contrast.',
  options: z.strictObject({
    brightness: strength.describe('Largest change of brightness, as a share of the full range.'),
    contrast: strength.describe('Largest relative change of contrast about mid-grey.'),
    probability: probability(),
  }),
  draw: (random, { brightness, contrast }) => ({
    offset: 255 * random.uniform(-brightness, brightness),
    gain: 1 + random.uniform(-contrast, contrast),
  }),
  change: (image, { offset, gain }, memory) => withTones(image, (value) => 128 + gain * (value - 128) + offset, memory),
});
