import type { Mask } from '@foveate/contracts';
import { kernels } from './_kernels.js';

/**
 * How far each pixel is from the nearest pixel inside the mask, in pixels: 0 inside, infinite where the mask is empty.
 * Two sweeps over the neighbours (chamfer distance with steps 1 and √2: at most 8% too long).
 * @returns one value a pixel
 */
export function distanceTo({ width, height, data }: Mask): Float32Array {
  const framed = (width + 2) * (height + 2);
  const [into = 0, from = 0, frame = 0] = kernels.layOut(4 * data.length, data.length, 4 * framed);
  kernels.bytes(from, data.length).set(data);
  kernels.run.chamferDistance(into, from, frame, width, height);
  return kernels.floats(into, data.length).slice();
}
