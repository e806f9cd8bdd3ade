/** Pixels of one sample over those of another. */
import type { AugmentedImages, DefectMask, Mask, Raster } from '@foveate/contracts';

/**
 * An image whose pixels are `cover` of `over` and the rest of `under`.
 * @param cover in [0, 1], one value a pixel
 * @param shift added to red, green and blue of `over`
 */
export function blended(
  under: Raster,
  over: Uint8Array | Uint8ClampedArray,
  cover: Float32Array,
  shift: readonly [number, number, number] = [0, 0, 0],
): Raster {
  const data = Uint8ClampedArray.from(under.data);
  for (let pixel = 0; pixel < cover.length; pixel++) {
    const share = cover[pixel] as number;
    if (share === 0) continue;
    for (let channel = 0; channel < 3; channel++) {
      const at = 3 * pixel + channel;
      const below = under.data[at] as number;
      data[at] = Math.round(below + share * ((over[at] as number) + (shift[channel] as number) - below));
    }
  }
  return { ...under, data: new Uint8Array(data.buffer) };
}

/**
 * The marks of defects where one sample covers another by at least half: there its defects count, elsewhere those below.
 * Defects of one type are one mask; empty ones are left out.
 */
export function mergedDefects(
  under: AugmentedImages,
  over: readonly DefectMask[],
  cover: Float32Array,
): readonly DefectMask[] {
  const { width, height } = under.image;
  const byType = new Map<string, Mask>();
  const add = ({ type, mask }: DefectMask, covered: boolean) => {
    const sum = byType.get(type) ?? { width, height, channels: 1, data: new Uint8Array(width * height) };
    byType.set(type, sum);
    for (let pixel = 0; pixel < cover.length; pixel++) {
      if (mask.data[pixel] !== 0 && (cover[pixel] as number) >= 0.5 === covered) sum.data[pixel] = 255;
    }
  };
  for (const defect of under.defects) add(defect, false);
  for (const defect of over) add(defect, true);
  return [...byType].map(([type, mask]) => ({ type, mask })).filter(({ mask }) => mask.data.includes(255));
}
