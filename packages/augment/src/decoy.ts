import { random } from '@foveate/contracts';
import type { RandomStream } from '@foveate/contracts';
import { decoyCover, placeBeside, withDecoy } from '@foveate/image';
import { z } from 'zod';
import { mergedDefects } from './_merged-defects.js';
import { defineContent, probability } from './define.js';

const byte = z.int().min(0).max(255);
const share = z.number().gt(0).max(0.5);
const shapes = ['disc', 'square', 'diamond'] as const;

/**
 * Draws the mark of the stage `decoy` beside the area of interest, whatever the label: in training a mark that says nothing, in
 * an audit one that must not change the verdict. Marks of any look teach that whatever lies there says nothing. Nothing happens
 * where there is no room.
 */
export const decoy = defineContent({
  id: 'decoy',
  summary: 'Draws a mark beside the area of interest, whatever the label.',
  options: z.strictObject({
    shape: z
      .enum([...shapes, 'any'])
      .default('disc')
      .describe('Outline of the mark.'),
    size: z
      .union([share, z.tuple([share, share])])
      .default(0.12)
      .describe('Width of the mark, or the least and the largest, as a share of the shorter side of the image.'),
    colour: z
      .union([z.tuple([byte, byte, byte]), z.literal('any')])
      .default([224, 176, 32])
      .describe('Red, green and blue of the mark.'),
    softness: z
      .number()
      .min(0)
      .max(1)
      .default(0.2)
      .describe('Width of its soft edge, as a share of the way from edge to centre.'),
    gap: z
      .number()
      .min(0)
      .max(1)
      .default(0.02)
      .describe('Least distance from the area of interest, as a share of the shorter side.'),
    probability: probability(0.3),
  }),
  draw: (stream, { shape, size, colour, softness, gap }) => ({
    seed: stream.uint32(),
    shape: shape === 'any' ? stream.pick(shapes) : shape,
    size: typeof size === 'number' ? size : stream.uniform(Math.min(...size), Math.max(...size)),
    colour: colour === 'any' ? ([byteOf(stream), byteOf(stream), byteOf(stream)] as const) : colour,
    softness,
    gap,
  }),
  change: (input, { seed, shape, size, colour, softness, gap }) => {
    const centre = placeBeside(input.aoi, { shape, size, gap }, random(seed, 'decoy'));
    if (centre === undefined) return input;
    const mark = { shape, centre, size, colour, softness };
    const defects = mergedDefects(input, [], decoyCover(input.image, mark));
    return { image: withDecoy(input.image, mark), aoi: input.aoi, defects };
  },
});

function byteOf(stream: RandomStream): number {
  return stream.integer(256);
}
