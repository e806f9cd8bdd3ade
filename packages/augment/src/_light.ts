import type { PixelMemory, Raster } from '@foveate/contracts';

/**
 * The image under other light: v' = towards + share (v - towards), rounded. Towards black a share above 1 brightens and
 * one below darkens; towards white (255) a share below 1 adds light that no pixel can exceed white by.
 * @param share at a place in shares of width and height: (0, 0) top left, (1, 1) bottom right
 */
export function lit(
  image: Raster,
  towards: 0 | 255,
  share: (x: number, y: number) => number,
  memory: PixelMemory,
): Raster {
  const { width, height, channels, data } = image;
  const bytes = memory(data.length);
  const result = new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.length);
  const factors = new Float64Array(width);
  const rowLength = width * channels;
  for (let row = 0; row < height; row++) {
    const y = (row + 0.5) / height;
    for (let column = 0; column < width; column++) factors[column] = share((column + 0.5) / width, y);
    const [from, to] = [row * rowLength, (row + 1) * rowLength];
    lightRow(data.subarray(from, to), channels, towards, factors, result.subarray(from, to));
  }
  return { ...image, data: bytes };
}

function lightRow(
  row: Uint8Array,
  channels: number,
  towards: number,
  factors: Float64Array,
  result: Uint8ClampedArray,
): void {
  // Written out, which takes half the time of a loop; in a grey raster all three are the one.
  const [second, third] = channels === 3 ? [1, 2] : [0, 0];
  for (let column = 0, at = 0; column < factors.length; column++, at += channels) {
    const factor = factors[column] as number;
    result[at] = towards + factor * ((row[at] as number) - towards);
    result[at + second] = towards + factor * ((row[at + second] as number) - towards);
    result[at + third] = towards + factor * ((row[at + third] as number) - towards);
  }
}

/** 0 below 0, 1 above 1, and smooth in between. */
export function smoothStep(t: number): number {
  const s = Math.min(1, Math.max(0, t));
  return s * s * (3 - 2 * s);
}
