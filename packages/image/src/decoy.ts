/** Decoys in pixels: where there is room for one beside the area of interest, and how it is drawn. */
import type { Decoy, Mask, PixelMemory, RandomStream, Raster } from '@foveate/contracts';
import { blended } from './blend.js';
import { distanceTo } from './distance.js';

// Bound once: used for every pixel, and a look-up of a global is slow in some realms (Jest has one).
const { abs, hypot, max, min } = Math;

/** How far a pixel is from the centre of each shape, 1 at its edge; offsets as shares of half the size. */
const radius: Readonly<Record<Decoy['shape'], (dx: number, dy: number) => number>> = {
  disc: hypot,
  square: (dx, dy) => max(abs(dx), abs(dy)),
  diamond: (dx, dy) => abs(dx) + abs(dy),
};

/** Distance from the centre to the farthest point, as a share of half the size. */
const reach: Readonly<Record<Decoy['shape'], number>> = { disc: 1, square: Math.SQRT2, diamond: 1 };

/** By how much {@link distanceTo} may be too long. */
const chamferError = 1.083;

/**
 * A place for a decoy: any from which all of it lies in the image and outside of the area, each as likely.
 * @param aoi at network size
 * @param gap least distance from the area, as a share of the shorter side
 * @returns its centre as shares of width and height; undefined when there is no room
 */
export function placeBeside(
  aoi: Mask,
  { shape, size, gap }: Pick<Decoy, 'shape' | 'size'> & { readonly gap: number },
  stream: RandomStream,
): Decoy['centre'] | undefined {
  const { width, height } = aoi;
  const side = min(width, height);
  const far = (reach[shape] * size * side) / 2;
  const distance = distanceTo(aoi);
  // Distances are those between the centres of pixels.
  const least = chamferError * (far + gap * side + 1);
  const edge = (size * side) / 2;
  const places: number[] = [];
  for (let y = Math.ceil(edge - 0.5); y <= height - edge - 0.5; y++) {
    for (let x = Math.ceil(edge - 0.5); x <= width - edge - 0.5; x++) {
      if ((distance[y * width + x] as number) >= least) places.push(y * width + x);
    }
  }
  if (places.length === 0) return undefined;
  const place = stream.pick(places);
  return [((place % width) + 0.5) / width, (Math.floor(place / width) + 0.5) / height];
}

/** How far a decoy covers each pixel, in [0, 1], row by row. */
export function decoyCover(
  { width, height }: Pick<Raster, 'width' | 'height'>,
  { shape, centre, size, softness }: Omit<Decoy, 'colour'>,
): Float32Array {
  const [cx, cy] = [centre[0] * width, centre[1] * height];
  const half = (size * min(width, height)) / 2;
  // At least as wide as a pixel: without it the edge would show stairs.
  const rim = max(softness, min(1, 1 / half));
  const cover = new Float32Array(width * height);
  const from = radius[shape];
  for (let y = max(0, Math.floor(cy - half)); y < min(height, cy + half); y++) {
    for (let x = max(0, Math.floor(cx - half)); x < min(width, cx + half); x++) {
      cover[y * width + x] = min(1, max(0, (1 - from((x + 0.5 - cx) / half, (y + 0.5 - cy) / half)) / rim));
    }
  }
  return cover;
}

/**
 * The image with the decoy drawn over it.
 * @param memory for the result; without it new memory
 */
export function withDecoy(image: Raster, decoy: Decoy, memory?: PixelMemory): Raster {
  const cover = decoyCover(image, decoy);
  const over = new Uint8Array(image.data.length);
  for (const [pixel, share] of cover.entries()) if (share > 0) over.set(decoy.colour, 3 * pixel);
  return blended(image, over, cover, memory === undefined ? {} : { memory });
}
