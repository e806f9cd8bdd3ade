/**
 * Image files to rasters. Files are recognised by their content; the extension plays no part. Only bitmap formats are
 * accepted, drawings (SVG, PDF) are not. Of an animation or a multi-page file the first picture is read.
 */
import { readFile } from 'node:fs/promises';
import { fail, type FoveateError, type Mask, type Raster } from '@foveate/contracts';
import { plainBytes, sharp, systemCode } from './_sharp.js';
import { decodeBmp, readBmpHeader, type BmpHeader } from './bmp.js';

/** Limits of {@link readImage}. */
export interface ReadImageOptions {
  /** Largest accepted width x height; a larger image is refused before its pixels are decoded. Default 1e8. */
  readonly maxPixels?: number;
}

/** Options of {@link readMask}. */
export interface ReadMaskOptions extends ReadImageOptions {
  /** A pixel is inside when any of its 8-bit channels is greater than this. Default 127. */
  readonly threshold?: number;
}

const formats = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif']);

/**
 * Reads an image file as 8-bit sRGB, upright.
 *
 * EXIF orientation is applied. 16-bit samples are scaled to 8 (the upper byte), CMYK and embedded colour profiles are
 * converted to sRGB, grey and palette images become RGB, and transparent pixels are composed on black.
 *
 * @returns a raster of 3 channels
 * @throws FoveateError `PATH_MISSING` when there is no such file; `DATA_INVALID` naming the path when it is no
 * image (reason `not-an-image`), empty, truncated or damaged (`image-truncated`), of more than `maxPixels`
 * (`image-too-large`), of floating-point samples (`image-depth`) or not readable (`image-unreadable`)
 */
export function readImage(path: string, options: ReadImageOptions = {}): Promise<Raster> {
  return decode(path, 'image', options.maxPixels ?? 1e8);
}

/**
 * Reads a mask file: grey, colour, palette, 1-bit or 16-bit. Decoded like {@link readImage}, then a pixel counts as
 * inside when any channel is greater than the threshold; transparent pixels are outside.
 *
 * @throws FoveateError as {@link readImage}, with reasons that start with `mask` instead of `image`
 */
export async function readMask(path: string, options: ReadMaskOptions = {}): Promise<Mask> {
  const { width, height, channels, data } = await decode(path, 'mask', options.maxPixels ?? 1e8);
  const threshold = options.threshold ?? 127;
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

type Noun = 'image' | 'mask';

async function decode(path: string, noun: Noun, maxPixels: number): Promise<Raster> {
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

  const bytes = await readBytes(path, noun);
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
  const { data, info } = await (
    grey ? opened.toColourspace('b-w') : opened.flatten({ background: '#000' }).toColourspace('srgb')
  )
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw invalid(`${noun}-truncated`, `The ${noun} is truncated or damaged`, reasonOf(error), error);
    });
  return { width: info.width, height: info.height, channels: grey ? 1 : 3, data: plainBytes(data) };
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

async function readBytes(path: string, noun: Noun): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = systemCode(error);
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    throw fail({
      code: missing ? 'PATH_MISSING' : 'DATA_INVALID',
      what: missing ? `There is no such ${noun} file` : `The ${noun} file cannot be read`,
      where: path,
      got: code,
      reason: missing ? `${noun}-missing` : `${noun}-unreadable`,
      advice: missing ? 'Check the path' : 'Check its permissions and that it is a file',
      cause: error,
    });
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
