/** PNG files whose pixels are numbers: of a palette, or grey. Other readers of images would give their colours. */
import { messageOf } from '@foveate/contracts';
import { decode, encode } from 'fast-png';
import { invalid } from './invalid.js';
import { readFile } from './open.js';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Numbers by pixel, row by row. */
export interface IndexedImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** Colours by number; undefined for grey. */
  readonly palette: readonly Colour[] | undefined;
}

/** Pixels of an image, and bytes of a file, at most. */
const [mostPixels, mostBytes] = [1e8, 2 ** 28];

const signature = [137, 80, 78, 71, 13, 10, 26, 10];

/**
 * Reads a PNG file of a palette or of 8 and fewer bits of grey; of another it gives undefined.
 * @throws FoveateError `PATH_MISSING`, or `DATA_INVALID`: reason `mask-too-large`, `mask-truncated` or `not-a-mask`
 */
export async function readIndexedPng(path: string): Promise<IndexedImage | undefined> {
  const bytes = await readFile(path, mostBytes);
  const { width, height, depth, type, plain } = chunksOf(bytes, path);
  if (!(type === 3 || type === 0) || depth > 8) return undefined;
  let decoded: ReturnType<typeof decode>;
  try {
    decoded = decode(plain, { checkCrc: true });
  } catch (cause) {
    throw invalid({
      what: 'The mask is truncated or damaged',
      where: path,
      got: messageOf(cause),
      reason: 'mask-truncated',
      advice: 'Replace the file or take it out',
      cause,
    });
  }
  const palette = decoded.palette?.map(([red = 0, green = 0, blue = 0]): Colour => [red, green, blue]);
  const data = depth === 8 ? new Uint8Array(decoded.data) : unpacked(decoded.data, width, height, depth);
  return { width, height, data, palette };
}

/** A PNG file of a palette. @param data numbers less than the length of the palette, at most 256 */
export function encodeIndexedPng(
  { width, height, data }: Omit<IndexedImage, 'palette'>,
  palette: readonly Colour[],
): Uint8Array {
  return encode({ width, height, data, depth: 8, channels: 1, palette: palette.map((colour) => [...colour]) });
}

/** Several numbers in a byte, the first in the highest bits; rows begin with a byte. */
function unpacked(packed: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const data = new Uint8Array(width * height);
  const [stride, most] = [Math.ceil((width * depth) / 8), 2 ** depth - 1];
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const bit = column * depth;
      const byte = packed[row * stride + Math.floor(bit / 8)] ?? 0;
      data[at] = (byte >> (8 - depth - (bit % 8))) & most;
    }
  }
  return data;
}

/**
 * What the header says, and the file without all that pixels do not need: texts and profiles may be packed so well that they
 * fill all memory, and so may pixels, which are therefore refused when the file has many more bytes of them than can be.
 */
function chunksOf(bytes: Uint8Array, path: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || signature.some((byte, at) => bytes[at] !== byte)) {
    throw invalid({
      what: 'The file is not a PNG image',
      where: path,
      got: `${bytes.length} bytes`,
      reason: 'not-a-mask',
    });
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth = 0, type = 0] = bytes.subarray(24, 26);
  if (width * height > mostPixels) {
    throw invalid({ what: 'The mask has too many pixels', where: path, expected: `at most ${mostPixels}`, got: `${width}x${height}`, reason: 'mask-too-large' }); // prettier-ignore
  }
  const parts = [bytes.subarray(0, 8)];
  let [at, packed] = [8, 0];
  while (at + 12 <= bytes.length) {
    const [length, end] = [view.getUint32(at), at + 12 + view.getUint32(at)];
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === 'IDAT') packed += length;
    if (['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(name)) parts.push(bytes.subarray(at, end));
    at = end;
  }
  // Deflate makes data that cannot be packed longer by a thousandth.
  if (packed > 1.1 * width * height * 4 + 2 ** 16) {
    throw invalid({ what: 'The mask holds more data than its pixels need', where: path, got: `${packed} bytes`, reason: 'mask-truncated' }); // prettier-ignore
  }
  return { width, height, depth, type, plain: new Uint8Array(Buffer.concat(parts)) };
}
