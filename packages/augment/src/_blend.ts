/** Pixels of one sample over those of another. */
import type { AugmentedImages, DefectMask, Mask, PixelMemory, Raster } from '@foveate/contracts';
import { newPixels } from '@foveate/image';

/**
 * An image whose pixels are `cover` of `over` and the rest of `under`.
 * @param cover in [0, 1], one value a pixel
 * @param shift added to red, green and blue of `over`
 * @param memory for the result
 */
export function blended(
  under: Raster,
  over: Uint8Array | Uint8ClampedArray,
  cover: Float32Array,
  { shift = [0, 0, 0], memory = newPixels }: { readonly shift?: Colour; readonly memory?: PixelMemory } = {},
): Raster {
  const data = memory(under.data.length);
  data.set(under.data);
  for (let channel = 0; channel < 3; channel++) blendChannel(data, over, cover, channel, shift[channel] as number);
  return { ...under, data };
}

/** Red, green and blue. */
export type Colour = readonly [number, number, number];

// Loops over pixels are functions of their own: V8 compiles them sooner so.
function blendChannel(
  data: Uint8Array,
  over: Uint8Array | Uint8ClampedArray,
  cover: Float32Array,
  channel: number,
  shift: number,
): void {
  for (let pixel = 0, at = channel; pixel < cover.length; pixel++, at += 3) {
    const share = cover[pixel] as number;
    if (share === 0) continue;
    const below = data[at] as number;
    const value = below + share * ((over[at] as number) + shift - below) + 0.5;
    data[at] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

/**
 * The marks of defects where one sample covers another by at least half: there its defects count, elsewhere those below.
 * Defects of one type are one mask; empty ones are left out.
 */
export function mergedDefects(
  under: AugmentedImages,
  over: readonly DefectMask[],
  cover: Float32Array,
  memory: PixelMemory = newPixels,
): readonly DefectMask[] {
  const { width, height } = under.image;
  const byType = new Map<string, Mask>();
  const add = ({ type, mask }: DefectMask, covered: boolean) => {
    const sum = byType.get(type) ?? { width, height, channels: 1, data: memory(width * height).fill(0) };
    byType.set(type, sum);
    markWhere(sum.data, mask.data, cover, covered);
  };
  for (const defect of under.defects) add(defect, false);
  for (const defect of over) add(defect, true);
  return [...byType].map(([type, mask]) => ({ type, mask })).filter(({ mask }) => mask.data.includes(255));
}

function markWhere(sum: Uint8Array, mask: Uint8Array, cover: Float32Array, covered: boolean): void {
  for (let pixel = 0; pixel < sum.length; pixel++) {
    if (mask[pixel] !== 0 && (cover[pixel] as number) >= 0.5 === covered) sum[pixel] = 255;
  }
}
