import { definePlugin } from '@foveate/contracts';
import { flipHorizontal as mirrorHorizontal, flipVertical as mirrorVertical } from '@foveate/image';
import { z } from 'zod';
import { moved } from './_moved.js';

const options = z.strictObject({
  probability: z.number().min(0).max(1).default(0.5).describe('How likely an image is mirrored.'),
});

/** Mirrors image and area of interest left to right. */
export const flipHorizontal = definePlugin({
  meta: { kind: 'augmentation', id: 'flip-horizontal', contract: 1, summary: 'Mirrors left to right.' },
  options,
  register: ({ probability }) => ({
    effect: 'geometric',
    draw: (random) => (random.float() < probability ? {} : undefined),
    apply: (input) => moved(input, mirrorHorizontal),
  }),
});

/** Mirrors image and area of interest top to bottom. */
export const flipVertical = definePlugin({
  meta: { kind: 'augmentation', id: 'flip-vertical', contract: 1, summary: 'Mirrors top to bottom.' },
  options,
  register: ({ probability }) => ({
    effect: 'geometric',
    draw: (random) => (random.float() < probability ? {} : undefined),
    apply: (input) => moved(input, mirrorVertical),
  }),
});
