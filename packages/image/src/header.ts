/** What an image file says of itself, without decoding its pixels. */
import { fail } from '@foveate/contracts';
import { openRegular } from '@foveate/contracts/node';
import { sharp, systemCode } from './_sharp.js';
import { readBmpHeader } from './bmp.js';

/** Size and kind of the pixels in a file, before they become 8-bit RGB. */
export interface ImageHeader {
  /** For example `png`. */
  readonly format: string;
  /** Upright, in pixels. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8: how the stored pixels must be turned to be upright. 1: not at all, also where nothing is said. */
  readonly exif: number;
  readonly mode: 'grey' | 'rgb' | 'palette' | 'cmyk' | 'other';
  readonly alpha: boolean;
  /** Bits per sample, or per index of a palette. */
  readonly bits: number;
}

/** @throws FoveateError `DATA_INVALID` naming the file when it has no header that can be read */
export async function readImageHeader(path: string): Promise<ImageHeader> {
  try {
    return (await bitmapHeader(path)) ?? (await sharpHeader(path));
  } catch (cause) {
    throw fail({
      code: 'DATA_INVALID',
      what: 'The header of the image file cannot be read',
      where: path,
      got: systemCode(cause),
      reason: 'image-unreadable',
      advice: 'Replace the file or take it out of the data set',
      cause,
    });
  }
}

async function bitmapHeader(path: string): Promise<ImageHeader | undefined> {
  const file = await openRegular(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(128), 0, 128, 0);
    const header = readBmpHeader(buffer.subarray(0, bytesRead));
    if (header === undefined) return undefined;
    const { width, height, bitsPerPixel } = header;
    const palette = bitsPerPixel <= 8;
    return {
      format: 'bmp',
      width,
      height,
      exif: 1,
      mode: palette ? 'palette' : 'rgb',
      alpha: false,
      bits: palette ? bitsPerPixel : 8,
    };
  } finally {
    await file.close();
  }
}

async function sharpHeader(path: string): Promise<ImageHeader> {
  const { format, autoOrient, orientation, space, isPalette, hasAlpha, bitsPerSample, depth } = await sharp(path, {
    limitInputPixels: false,
  }).metadata();
  return {
    format,
    width: autoOrient.width,
    height: autoOrient.height,
    exif: orientation !== undefined && orientation >= 1 && orientation <= 8 ? orientation : 1,
    mode: isPalette ? 'palette' : modeOf(space),
    alpha: hasAlpha,
    bits: bitsPerSample ?? (depth === 'uchar' ? 8 : depth === 'ushort' ? 16 : 32),
  };
}

function modeOf(space: string): ImageHeader['mode'] {
  if (space === 'b-w' || space === 'grey16') return 'grey';
  if (space === 'cmyk') return 'cmyk';
  return ['srgb', 'rgb', 'rgb16', 'scrgb'].includes(space) ? 'rgb' : 'other';
}
