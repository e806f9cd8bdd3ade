import { about } from '@foveate/image';
import type { Homography } from '@foveate/image';
import { z } from 'zod';
import { border, homographyMove } from './_border.js';
import { defineGeometric, probability } from './define.js';

const angle = z.number().min(0).max(180);

/**
 * Where a pixel comes from, relative to the centre: the inverse of turning clockwise by `angle`, shearing x by `shear`
 * (both in degrees) and enlarging by `scale`.
 */
function backwards(degrees: number, scale: number, shear: number): Homography {
  const [turn, lean] = [(degrees * Math.PI) / 180, Math.tan((shear * Math.PI) / 180)];
  const [cos, sin] = [Math.cos(turn) / scale, Math.sin(turn) / scale];
  return [cos + lean * sin, sin - lean * cos, 0, -sin, cos, 0, 0, 0, 1];
}

/** Turns, enlarges and shears about the centre of the image. */
export const affine = defineGeometric({
  id: 'affine',
  summary: 'Turns, scales and shears a little.',
  options: z.strictObject({
    rotate: angle.default(10).describe('Largest turn to either side, in degrees.'),
    scale: z.number().min(0).max(0.9).default(0.1).describe('Largest relative change of size.'),
    shear: angle.max(45).default(5).describe('Largest shear to either side, in degrees.'),
    border,
    probability: probability(),
  }),
  draw: (random, options) => ({
    angle: random.uniform(-options.rotate, options.rotate),
    scale: 1 + random.uniform(-options.scale, options.scale),
    shear: random.uniform(-options.shear, options.shear),
    border: options.border,
  }),
  move: (drawn, size) =>
    homographyMove(
      size,
      drawn.border,
      about([(size.width - 1) / 2, (size.height - 1) / 2], backwards(drawn.angle, drawn.scale, drawn.shear)),
    ),
});
