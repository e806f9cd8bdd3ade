/** Defects where one sample covers another. */
import type { AugmentedImages, DefectMask, Mask, PixelMemory } from '@foveate/contracts';
import { newPixels } from '@foveate/image';

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
