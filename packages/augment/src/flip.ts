import { flipHorizontal as mirrorHorizontal, flipVertical as mirrorVertical } from '@foveate/image';
import { z } from 'zod';
import { defineGeometric, pixelMove, probability } from './define.js';

const options = z.strictObject({ probability: probability(0.5) });

/** Mirrors image and masks left to right. */
export const flipHorizontal = defineGeometric({
  id: 'flip-horizontal',
  summary: 'Mirrors left to right.',
  options,
  draw: () => ({}),
  move: () => pixelMove(mirrorHorizontal),
});

/** Mirrors image and masks top to bottom. */
export const flipVertical = defineGeometric({
  id: 'flip-vertical',
  summary: 'Mirrors top to bottom.',
  options,
  draw: () => ({}),
  move: () => pixelMove(mirrorVertical),
});
