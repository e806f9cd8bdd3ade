import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { readImage, readImageHeader, readMask } from './index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foveate-bmp-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Colour = readonly [red: number, green: number, blue: number];

const black: Colour = [0, 0, 0];
const red: Colour = [250, 20, 10];
const blue: Colour = [5, 30, 200];
const white: Colour = [255, 255, 255];
const colours = [black, red, blue, white];

/** A bitmap by the book: BITMAPINFOHEADER, rows of whole 4-byte words, `gap` bytes between palette and pixels. */
function bitmap(rows: readonly (readonly number[])[], bits: number, { topDown = false, gap = 0 } = {}): Buffer {
  const width = rows[0]!.length;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const palette = bits <= 8 ? colours.slice(0, 1 << bits) : [];
  const start = 54 + palette.length * 4 + gap;
  const bytes = Buffer.alloc(start + stride * rows.length);
  bytes.write('BM', 0, 'latin1');
  bytes.writeUInt32LE(start, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(topDown ? -rows.length : rows.length, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  palette.forEach(([r, g, b], index) => bytes.set([b, g, r, 0], 54 + 4 * index));
  rows.forEach((row, y) => {
    const at = start + stride * (topDown ? y : rows.length - 1 - y);
    row.forEach((colour, x) => {
      const [r, g, b] = colours[colour]!;
      if (bits > 8) bytes.set([b, g, r], at + (x * bits) / 8);
      else bytes[at + ((x * bits) >> 3)]! |= colour << (8 - bits - ((x * bits) & 7));
    });
  });
  return bytes;
}

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const picture = [
  [1, 2, 3, 0, 1],
  [0, 0, 1, 2, 3],
  [3, 1, 0, 0, 2],
];

describe('bitmaps', () => {
  it.each([
    [4, {}],
    [8, {}],
    [8, { gap: 6 }],
    [24, {}],
    [24, { topDown: true }],
    [32, {}],
  ])('reads %d bits per pixel %j', async (bits, options) => {
    const image = await readImage(await file('a.bmp', bitmap(picture, bits, options)));
    expect([image.width, image.height, image.channels]).toEqual([5, 3, 3]);
    expect([...image.data]).toEqual(picture.flat().flatMap((colour) => colours[colour]!));
  });

  it('reads masks of one bit', async () => {
    const rows = picture.map((row) => row.map((colour) => colour & 1));
    const mask = await readMask(await file('mask.bmp', bitmap(rows, 1)));
    expect([...mask.data]).toEqual(rows.flat().map((inside) => inside * 255));
  });

  it('says what is wrong', async () => {
    const whole = bitmap(picture, 24);
    const reading = (bytes: Uint8Array) => file('bad.bmp', bytes).then((path) => readImage(path, { maxPixels: 1000 }));
    await expect(reading(whole.subarray(0, 80))).rejects.toMatchObject({ parts: { reason: 'image-truncated' } });
    await expect(reading(whole.subarray(0, 20))).rejects.toMatchObject({ parts: { reason: 'image-truncated' } });
    const coded = Buffer.from(whole);
    coded.writeUInt32LE(1, 30);
    await expect(reading(coded)).rejects.toThrow('24 bits per pixel, compression 1');
    const huge = Buffer.from(whole);
    huge.writeInt32LE(2_000_000_000, 18);
    await expect(reading(huge)).rejects.toThrow('expected at most 1000, got 2000000000x3 = 6000000000');
  });
});

describe('readImageHeader', () => {
  it.each([
    ['png', () => sharp(Buffer.alloc(8), { raw: { width: 4, height: 2, channels: 1 } }).toColourspace('b-w').png(), 'grey', 8, false],
    ['png', () => sharp(Buffer.alloc(32), { raw: { width: 4, height: 2, channels: 4 } }).png(), 'rgb', 8, true],
    ['png', () => sharp(Buffer.alloc(24), { raw: { width: 4, height: 2, channels: 3 } }).png({ palette: true, colours: 2 }), 'palette', 1, false],
    ['png', () => sharp(new Uint16Array(24), { raw: { width: 4, height: 2, channels: 3 } }).toColourspace('rgb16').png(), 'rgb', 16, false],
    ['jpeg', () => sharp(Buffer.alloc(24), { raw: { width: 4, height: 2, channels: 3 } }).jpeg(), 'rgb', 8, false],
  ] as const)('%s %#', async (format, make, mode, bits, alpha) => {
    const path = await file('header', await make().toBuffer());
    expect(await readImageHeader(path)).toEqual({ format, width: 4, height: 2, exif: 1, mode, bits, alpha });
  }); // prettier-ignore

  it('turns with the orientation, knows bitmaps and names what it cannot read', async () => {
    const turned = sharp(Buffer.alloc(24), { raw: { width: 4, height: 2, channels: 3 } }).withMetadata({
      orientation: 6,
    });
    expect(await readImageHeader(await file('turned', await turned.jpeg().toBuffer()))).toMatchObject({
      width: 2,
      height: 4,
    });
    expect(await readImageHeader(await file('b', bitmap(picture, 8)))).toMatchObject({
      format: 'bmp',
      mode: 'palette',
      width: 5,
    });
    await expect(readImageHeader(await file('c', Buffer.from('hello')))).rejects.toThrow(join(folder, 'c'));
  });
});
