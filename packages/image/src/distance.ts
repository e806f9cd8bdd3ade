import type { Mask } from '@foveate/contracts';

/**
 * How far each pixel is from the nearest pixel inside the mask, in pixels: 0 inside, infinite where the mask is empty.
 * Two sweeps over the neighbours (chamfer distance with steps 1 and √2: at most 8% too long).
 * @returns one value a pixel
 */
export function distanceTo({ width, height, data }: Mask): Float32Array {
  // A frame of infinite distance around it spares asking whether a neighbour exists.
  const stride = width + 2;
  const framed = new Float32Array(stride * (height + 2)).fill(Infinity);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (data[y * width + x] !== 0) framed[(y + 1) * stride + x + 1] = 0;
  }
  for (let y = 1; y <= height; y++) {
    for (let i = y * stride + 1; i <= y * stride + width; i++) relax(framed, i, -1, stride);
  }
  for (let y = height; y >= 1; y--) {
    for (let i = y * stride + width; i > y * stride; i--) relax(framed, i, 1, stride);
  }
  const distance = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    distance.set(framed.subarray((y + 1) * stride + 1, (y + 1) * stride + 1 + width), y * width);
  }
  return distance;
}

/** Shortens a distance by way of the four neighbours already swept: those before (`side` -1) or behind (1). */
function relax(distance: Float32Array, i: number, side: 1 | -1, stride: number): void {
  const row = i + side * stride;
  const straight = Math.min(distance[i + side] as number, distance[row] as number) + 1;
  const diagonal = Math.min(distance[row - 1] as number, distance[row + 1] as number) + Math.SQRT2;
  distance[i] = Math.min(distance[i] as number, straight, diagonal);
}
