/**
 * Image files to rasters. Files are recognised by their content; the extension plays no part. Only bitmap formats are
 * accepted, drawings (SVG, PDF) are not. Of an animation or a multi-page file the first picture is read.
 */
import { fail, type FoveateError, type Mask, type Raster, type SampleDepth } from '@foveate/contracts';
import { highestOf, scaled } from './_depth.js';
import { readBytes, type Noun } from './_read-bytes.js';
import { plainBytes, sharp } from './_sharp.js';
import { decodeBmp, readBmpHeader, type BmpHeader } from './bmp.js';

/** What limits a file that is read. */
export interface ReadLimits {
  /** Largest accepted width x height; a larger image is refused before its pixels are decoded. Default 1e8. */
  readonly maxPixels?: number;
}

/** Options of {@link readImage}. */
export interface ReadImageOptions extends ReadLimits {
  /**
   * Values of 16-bit samples that become 0 and 255, the first less than the second, each in [0, 65535]; what lies outside
   * is cut off. A camera of 10 bits has [0, 1023]. By default the upper byte is taken. 8-bit images are left as they are.
   */
  readonly valueRange?: readonly [black: number, white: number] | undefined;
}

/** Options of {@link readMask}. */
export interface ReadMaskOptions extends ReadLimits {
  /** A pixel is inside when any of its channels is greater than this share of 255. Default 127. */
  readonly threshold?: number;
}

/** An image and what its file held. */
export interface ImageAsRead {
  readonly image: Raster;
  /** Of a file of 16 bits; absent for 8 bits. */
  readonly depth?: SampleDepth;
}

const formats = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif']);

/**
 * Reads an image file as 8-bit sRGB, upright.
 *
 * EXIF orientation is applied. 16-bit samples are scaled to 8 as `valueRange` says, CMYK and embedded colour profiles are
 * converted to sRGB, grey and palette images become RGB, and transparent pixels are composed on black.
 *
 * @returns a raster of 3 channels
 * @throws FoveateError `PATH_MISSING` when there is no such file; `DATA_INVALID` naming the path when it is no
 * image (reason `not-an-image`), empty, truncated or damaged (`image-truncated`), of more than `maxPixels`
 * (`image-too-large`), of floating-point samples (`image-depth`) or not readable (`image-unreadable`)
 */
export async function readImage(path: string, options: ReadImageOptions = {}): Promise<Raster> {
  return (await readImageAndDepth(path, options)).image;
}

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions extends ReadImageOptions {
  /** Names the image in errors. Default: `image`. */
  readonly name?: string;
}

/**
 * As {@link readImage}, of an image file that is in memory already: what a camera or a network delivers.
 * @throws FoveateError `DATA_INVALID` as {@link readImage}
 */
export async function decodeImage(
  bytes: Uint8Array,
  { name = 'image', maxPixels = 1e8, valueRange }: DecodeImageOptions = {},
): Promise<Raster> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { data, ...size } = await decodeBytes(file, name, 'image', maxPixels);
  return { ...size, data: data instanceof Uint8Array ? data : scaled(data, valueRange) };
}

/** As {@link readImage}, with what scaling to 8 bits needs to be judged by. @throws as {@link readImage} */
export async function readImageAndDepth(path: string, options: ReadImageOptions = {}): Promise<ImageAsRead> {
  const decoded = await decode(path, 'image', options.maxPixels ?? 1e8);
  const { data, ...size } = decoded;
  if (data instanceof Uint8Array) return { image: { ...size, data } };
  const depth = { highest: highestOf(data), range: options.valueRange ?? ([0, 65535] as const) };
  return { image: { ...size, data: scaled(data, options.valueRange) }, depth };
}

/**
 * Reads a mask file: grey, colour, palette, 1-bit or 16-bit. Decoded like {@link readImage} but at full depth, then a pixel
 * counts as inside when any channel is greater than the threshold, which for 16 bits is 257 times as much; transparent
 * pixels are outside.
 *
 * @throws FoveateError as {@link readImage}, with reasons that start with `mask` instead of `image`
 */
export async function readMask(path: string, options: ReadMaskOptions = {}): Promise<Mask> {
  const { width, height, channels, data } = await decode(path, 'mask', options.maxPixels ?? 1e8);
  const threshold = (options.threshold ?? 127) * (data instanceof Uint16Array ? 257 : 1);
  const inside = new Uint8Array(width * height);
  for (let pixel = 0; pixel < inside.length; pixel++) {
    if (channels === 1) {
      if ((data[pixel] ?? 0) > threshold) inside[pixel] = 255;
      continue;
    }
    const at = pixel * 3;
    if (Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0) > threshold) inside[pixel] = 255;
  }
  return { width, height, channels: 1, data: inside };
}

/**
 * The highest value of a mask file, and the highest that its depth allows: 255 or 65535.
 * @throws as {@link readMask}
 */
export async function highestInMask(path: string, options: ReadLimits = {}): Promise<{ highest: number; of: number }> {
  const { data } = await decode(path, 'mask', options.maxPixels ?? 1e8);
  return { highest: highestOf(data), of: data instanceof Uint16Array ? 65535 : 255 };
}

/** Samples as they were decoded. */
interface Decoded extends Omit<Raster, 'data'> {
  readonly data: Uint8Array | Uint16Array;
}

async function decode(path: string, noun: Noun, maxPixels: number): Promise<Decoded> {
  return decodeBytes(await readBytes(path, noun, maxPixels), path, noun, maxPixels);
}

/** @param path names the image in errors */
async function decodeBytes(bytes: Buffer, path: string, noun: Noun, maxPixels: number): Promise<Decoded> {
  const invalid = (reason: string, what: string, got: string, cause?: unknown): FoveateError =>
    fail({
      code: 'DATA_INVALID',
      what,
      where: path,
      got,
      reason,
      advice: 'Replace the file or take it out of the data set',
      cause,
    });

  if (bytes.length === 0) throw invalid(`${noun}-truncated`, `The ${noun} file is empty`, '0 bytes');

  const bitmap = attempt(() => readBmpHeader(bytes));
  if (bitmap instanceof Error) throw invalid(`${noun}-truncated`, `The ${noun} cannot be read`, bitmap.message, bitmap);
  if (bitmap !== undefined) {
    refuseTooLarge(bitmap, path, noun, maxPixels);
    const raster = attempt(() => decodeBmp(bytes, bitmap));
    if (!(raster instanceof Error)) return raster;
    throw invalid(`${noun}-truncated`, `The ${noun} is truncated or damaged`, raster.message, raster);
  }

  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      const got = reasonOf(error);
      throw got.includes('unsupported image format')
        ? invalid(`not-${noun === 'image' ? 'an-image' : 'a-mask'}`, 'The file is not an image', startOf(bytes), error)
        : invalid(`${noun}-truncated`, `The ${noun} is truncated or damaged`, got, error);
    });
  if (!formats.has(header.format)) {
    throw invalid(`not-${noun === 'image' ? 'an-image' : 'a-mask'}`, 'The file is not a bitmap image', header.format);
  }
  if (header.depth !== 'uchar' && header.depth !== 'ushort') {
    throw invalid(`${noun}-depth`, `The ${noun} does not have 1, 2, 4, 8 or 16 bits per sample`, header.depth);
  }
  refuseTooLarge(header, path, noun, maxPixels);

  // Three equal channels say of a mask no more than one does, and take twice the time.
  const grey =
    noun === 'mask' &&
    header.space === 'b-w' &&
    header.channels === 1 &&
    header.depth === 'uchar' &&
    header.hasProfile !== true;
  // failOn 'warning': a damaged JPEG often decodes with a warning and grey blocks; such an image must not train a model.
  const opened = sharp(bytes, { autoOrient: true, failOn: 'warning', limitInputPixels: false });
  const deep = header.depth === 'ushort';
  const { data, info } = await (
    grey ? opened.toColourspace('b-w') : opened.flatten({ background: '#000' }).toColourspace(deep ? 'rgb16' : 'srgb')
  )
    .raw({ depth: header.depth })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw invalid(`${noun}-truncated`, `The ${noun} is truncated or damaged`, reasonOf(error), error);
    });
  const samples = deep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : plainBytes(data);
  return { width: info.width, height: info.height, channels: grey ? 1 : 3, data: samples };
}

function refuseTooLarge(
  { width, height }: Pick<BmpHeader, 'width' | 'height'>,
  path: string,
  noun: Noun,
  maxPixels: number,
): void {
  if (width * height <= maxPixels) return;
  throw fail({
    code: 'DATA_INVALID',
    what: `The ${noun} has too many pixels`,
    where: path,
    expected: `at most ${maxPixels}`,
    got: `${width}x${height} = ${width * height}`,
    reason: `${noun}-too-large`,
    advice: 'Make it smaller first, or raise maxPixels if it is meant to be that large',
  });
}

/** The value, or the Error that came instead. */
function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function reasonOf(error: unknown): string {
  const text = String(error).replace(/^Error: /, '');
  return text.replace(/^Warning treated as error due to failOn setting\n/, '').split('\n')[0] ?? text;
}

/** How a file begins, to help in guessing what it really is: `<!DOCTYPE html>` says more than "unsupported". */
function startOf(bytes: Buffer): string {
  const text = bytes.subarray(0, 24).toString('latin1');
  return `${bytes.length} bytes that begin with '${text.replace(/[^\x20-\x7e]/g, '.')}'`;
}
