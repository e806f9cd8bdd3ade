import { convolve } from '@foveate/image';
import type { Kernel } from '@foveate/image';
import { z } from 'zod';
import { definePhotometric, probability } from './define.js';

/** A line through the middle of the kernel, each of its points shared among the four nearest weights. */
function line(length: number, angle: number): Kernel {
  const half = Math.max(1, Math.ceil(length / 2));
  const side = 2 * half + 1;
  const weights = new Array<number>(side * side).fill(0);
  const turn = (angle * Math.PI) / 180;
  const points = Math.max(1, Math.ceil(length * 4));
  for (let i = 0; i < points; i++) {
    const along = ((i + 0.5) / points - 0.5) * length;
    const [x, y] = [half + along * Math.cos(turn), half + along * Math.sin(turn)];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    for (const [column, wx] of [
      [left, left + 1 - x],
      [left + 1, x - left],
    ] as const) {
      for (const [row, wy] of [
        [top, top + 1 - y],
        [top + 1, y - top],
      ] as const) {
        if (wx * wy > 0) weights[row * side + column] = (weights[row * side + column] ?? 0) + wx * wy;
      }
    }
  }
  return { width: side, height: side, weights };
}

/** The part moved while the shutter was open: every pixel is smeared along a line. */
export const motionBlur = definePhotometric({
  id: 'motion-blur',
  summary: 'Smears along a line.',
  options: z.strictObject({
    length: z.number().min(0).max(0.3).default(0.03).describe('Longest line, as a share of the shorter side.'),
    probability: probability(0.3),
  }),
  draw: (random, options, { width, height }) => ({
    length: random.uniform(0, options.length * Math.min(width, height)),
    angle: random.uniform(0, 180),
  }),
  change: (image, { length, angle }) => convolve(image, line(length, angle)),
});
