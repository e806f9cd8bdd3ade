import type { OutsideFill } from '@foveate/contracts';

/** Grey where there is no other colour. */
const grey = 128;

/**
 * Paints over what lies outside of an area of interest, in place. `mean` is the mean colour of the area, so that nothing of the
 * outside is left in the image, not even its brightness; grey where the area is empty.
 * @param pixels sRGB, 3 channels interleaved
 * @param inside one value a pixel, 0 outside
 */
export function paintOutside(pixels: Uint8Array, inside: Uint8Array, fill: OutsideFill): void {
  const [red, green, blue] =
    fill === 'mean' ? meanInside(pixels, inside) : fill === 'grey' ? [grey, grey, grey] : [0, 0, 0];
  for (let pixel = 0, at = 0; pixel < inside.length; pixel++, at += 3) {
    if (inside[pixel] !== 0) continue;
    pixels[at] = red;
    pixels[at + 1] = green;
    pixels[at + 2] = blue;
  }
}

function meanInside(pixels: Uint8Array, inside: Uint8Array): readonly [number, number, number] {
  let [red, green, blue, count] = [0, 0, 0, 0];
  for (let pixel = 0, at = 0; pixel < inside.length; pixel++, at += 3) {
    if (inside[pixel] === 0) continue;
    red += pixels[at] as number;
    green += pixels[at + 1] as number;
    blue += pixels[at + 2] as number;
    count++;
  }
  if (count === 0) return [grey, grey, grey];
  return [Math.round(red / count), Math.round(green / count), Math.round(blue / count)];
}
