/**
 * Windows bitmaps, which older cameras and public data sets (BTAD) write and libvips does not read. Uncompressed with 1,
 * 4, 8, 24 or 32 bits per pixel, bottom-up or top-down, which is what cameras make; run-length coding, 16 bits and
 * unusual channel orders are refused. Written by hand because the packages for it get even these wrong: bmp-ts ignores
 * where the pixels begin and swaps channels of palette images, fast-bmp drops the palette.
 */
import type { Raster } from '@foveate/contracts';

/** What the header of a bitmap says. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly topDown: boolean;
  /** Where the pixels begin, in bytes. */
  readonly start: number;
  /** Where the colour table begins, in bytes, and how many colours of four bytes it has. */
  readonly palette: { readonly start: number; readonly colours: number };
}

/**
 * The header; undefined when the bytes are no bitmap.
 * @throws Error with the cause when they are one that cannot be read
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader | undefined {
  if (bytes[0] !== 0x42 || bytes[1] !== 0x4d) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(14, true);
  if (headerSize < 40 || headerSize > 124) throw new Error(`unsupported bitmap header of ${headerSize} bytes`);
  const height = view.getInt32(22, true);
  const bitsPerPixel = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  // 3 says that channel masks follow; with 32 bits they nearly always name the usual order.
  const usual = compression === 3 && bitsPerPixel === 32 && view.getUint32(54, true) === 0xff0000;
  if (![1, 4, 8, 24, 32].includes(bitsPerPixel) || (compression !== 0 && !usual)) {
    throw new Error(`unsupported bitmap of ${bitsPerPixel} bits per pixel, compression ${compression}`);
  }
  const start = view.getUint32(10, true);
  const paletteStart = 14 + headerSize;
  const colours = Math.min(1 << Math.min(bitsPerPixel, 8), Math.floor((start - paletteStart) / 4));
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    bitsPerPixel,
    topDown: height < 0,
    start,
    palette: { start: paletteStart, colours: bitsPerPixel <= 8 ? colours : 0 },
  };
}

/**
 * The pixels as 3 channels; transparency is ignored.
 * @throws Error when the file ends before its pixels do
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): Raster {
  const { width, height, bitsPerPixel, topDown, start, palette } = header;
  const stride = Math.ceil((width * bitsPerPixel) / 32) * 4;
  if (width < 1 || height < 1) throw new Error(`bitmap of ${width}x${height} pixels`);
  if (start + stride * height > bytes.length) throw new Error('the file ends before its pixels do');
  const data = new Uint8Array(width * height * 3);
  const step = bitsPerPixel / 8;
  for (let y = 0, to = 0; y < height; y++) {
    const row = start + stride * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++, to += 3) {
      const at = bitsPerPixel > 8 ? row + x * step : colourAt(bytes, row, x, bitsPerPixel, palette);
      data[to] = bytes[at + 2] ?? 0;
      data[to + 1] = bytes[at + 1] ?? 0;
      data[to + 2] = bytes[at] ?? 0;
    }
  }
  return { width, height, channels: 3, data };
}

/** Where the colour of a palette pixel stands; a colour past the end of the table is its last one. */
function colourAt(bytes: Uint8Array, row: number, x: number, bits: number, palette: BmpHeader['palette']): number {
  const bit = x * bits;
  const index = ((bytes[row + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
  return palette.start + 4 * Math.min(index, palette.colours - 1);
}
