import { quarterTurns } from '@foveate/image';
import { z } from 'zod';
import { defineGeometric, pixelMove, probability } from './define.js';

/** Turns by one to three quarters, without resampling; images that are not square by a half, as sizes are fixed. */
export const rotate90 = defineGeometric({
  id: 'rotate-90',
  summary: 'Turns by quarters.',
  options: z.strictObject({ probability: probability(0.75) }),
  draw: (random, _options, { width, height }) => ({ turns: width === height ? 1 + random.integer(3) : 2 }),
  move: ({ turns }) => pixelMove((raster) => quarterTurns(raster, turns)),
});
