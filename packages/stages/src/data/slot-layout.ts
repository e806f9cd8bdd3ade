/**
 * A sample at network size as bytes: a header of two bytes, the image as RGB, and one plane with a bit for each mask.
 * Compact, without pointers and of one length for all samples, so that it can lie in memory shared by threads or in a file.
 */
import type { AugmentedImages, Mask, PixelMemory } from '@foveate/contracts';
import { newPixels } from '@foveate/image';

/** Header: 1 once the slot is filled, then a bit for each defect type that has a mask. */
const headerBytes = 2;
const filled = 1;

/** Bit 0 of the mask plane is the area of interest, the others are defects. */
const mostDefects = 7;

/** Bytes of a slot. */
export function slotBytes(height: number, width: number): number {
  return headerBytes + height * width * 4;
}

/**
 * Writes a sample into a slot.
 * @param types defect types of the sample, which give each mask its bit
 * @returns false when the masks do not fit: more than seven types, or a mask of a type that is not in the list
 */
export function packSlot(
  { image, aoi, defects }: AugmentedImages,
  types: readonly string[],
  slot: Uint8Array,
): boolean {
  if (types.length > mostDefects || defects.some(({ type }) => !types.includes(type))) return false;
  slot.set(image.data, headerBytes);
  const plane = slot.subarray(headerBytes + image.data.length);
  plane.fill(0);
  setBit(plane, 1, aoi.data);
  let present = 0;
  for (const { type, mask } of defects) {
    const bit = 1 << types.indexOf(type);
    present |= bit;
    setBit(plane, bit << 1, mask.data);
  }
  slot[1] = present;
  slot[0] = filled;
  return true;
}

/**
 * Reads a sample out of a slot.
 * @param memory for what is read; without it new memory
 * @returns undefined when the slot is empty
 */
export function unpackSlot(
  slot: Uint8Array,
  types: readonly string[],
  height: number,
  width: number,
  memory: PixelMemory = newPixels,
): AugmentedImages | undefined {
  if (slot[0] !== filled) return undefined;
  const pixels = height * width;
  const data = memory(pixels * 3);
  data.set(slot.subarray(headerBytes, headerBytes + pixels * 3));
  const plane = slot.subarray(headerBytes + pixels * 3, headerBytes + pixels * 4);
  const maskOf = (bit: number): Mask => {
    const mask = memory(pixels);
    readBit(plane, bit, mask);
    return { width, height, channels: 1, data: mask };
  };
  const present = slot[1] ?? 0;
  return {
    image: { width, height, channels: 3, data },
    aoi: maskOf(1),
    defects: types.flatMap((type, index) =>
      (present & (1 << index)) === 0 ? [] : [{ type, mask: maskOf(2 << index) }],
    ),
  };
}

// Loops over pixels are functions of their own: V8 compiles them sooner so.
function setBit(plane: Uint8Array, bit: number, mask: Uint8Array): void {
  for (let pixel = 0; pixel < plane.length; pixel++)
    if (mask[pixel] !== 0) plane[pixel] = (plane[pixel] as number) | bit;
}

function readBit(plane: Uint8Array, bit: number, mask: Uint8Array): void {
  for (let pixel = 0; pixel < mask.length; pixel++) mask[pixel] = ((plane[pixel] as number) & bit) === 0 ? 0 : 255;
}
