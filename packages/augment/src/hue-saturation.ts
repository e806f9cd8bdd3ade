import { inverse, multiply } from '@foveate/image';
import type { Homography } from '@foveate/image';
import { z } from 'zod';
import { definePhotometric, probability } from './define.js';

// NTSC's luma and chroma axes, in which hue is an angle and saturation a length.
const toYiq: Homography = [0.299, 0.587, 0.114, 0.5959, -0.2746, -0.3213, 0.2115, -0.5227, 0.3112];
const fromYiq = inverse(toYiq);

/** Turns the hue by `hue` degrees and multiplies the saturation, at constant luma. */
export const hueSaturation = definePhotometric({
  id: 'hue-saturation',
  summary: 'Shifts hue and saturation.',
  options: z.strictObject({
    hue: z.number().min(0).max(180).default(5).describe('Largest turn of the hue to either side, in degrees.'),
    saturation: z.number().min(0).max(1).default(0.2).describe('Largest relative change of saturation.'),
    probability: probability(),
  }),
  draw: (random, { hue, saturation }) => ({
    hue: random.uniform(-hue, hue),
    saturation: 1 + random.uniform(-saturation, saturation),
  }),
  change: (image, { hue, saturation }) => {
    const [cos, sin] = [Math.cos, Math.sin].map((part) => saturation * part((hue * Math.PI) / 180)) as [number, number];
    const chroma: Homography = [1, 0, 0, 0, cos, -sin, 0, sin, cos];
    const [rr, rg, rb, gr, gg, gb, br, bg, bb] = multiply(fromYiq, multiply(chroma, toYiq));
    const { data } = image;
    const result = new Uint8ClampedArray(data.length);
    for (let i = 0; i < data.length; i += 3) {
      const [red, green, blue] = [data[i] as number, data[i + 1] as number, data[i + 2] as number];
      result[i] = rr * red + rg * green + rb * blue;
      result[i + 1] = gr * red + gg * green + gb * blue;
      result[i + 2] = br * red + bg * green + bb * blue;
    }
    return { ...image, data: new Uint8Array(result.buffer) };
  },
});
