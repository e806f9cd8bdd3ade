import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { execFileSync } from 'node:child_process';
import { highestInMask, readImage, readImageAndDepth, readImageHeader, readMask } from './index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foveate-image-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const plain = (background = { r: 200, g: 100, b: 50 }) =>
  sharp({ create: { width: 6, height: 4, channels: 3, background } });

/** Distinct colours, so that a part of the file cannot stand for the whole. */
const noise = () =>
  sharp(
    Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 7919) % 251),
    { raw: { width: 64, height: 64, channels: 3 } },
  );

const sixteen = (channels: 1 | 3 | 4, values: number[]) =>
  sharp(
    Uint16Array.from({ length: 6 * 4 * channels }, (_, index) => values[index % channels]!),
    { raw: { width: 6, height: 4, channels } },
  );

describe('readImage', () => {
  it('gives RGB bytes in a plain Uint8Array', async () => {
    const image = await readImage(await file('rgb.png', await plain().png().toBuffer()));
    expect(image).toMatchObject({ width: 6, height: 4, channels: 3 });
    expect(image.data).not.toBeInstanceOf(Buffer);
    expect(image.data).toHaveLength(6 * 4 * 3);
    expect([...image.data.slice(-3)]).toEqual([200, 100, 50]);
  });

  it.each([
    // 0x8040 / 65535 * 255 = 127.7; the upper byte is 128.
    ['16-bit RGB', () => sixteen(3, [0xffff, 0x8040, 0]).toColourspace('rgb16').png(), [255, 128, 0]],
    ['16-bit grey', () => sixteen(1, [0x8040]).toColourspace('grey16').png(), [128, 128, 128]],
    ['16-bit TIFF', () => sixteen(3, [0xffff, 0x8040, 0]).toColourspace('rgb16').tiff(), [255, 128, 0]],
    ['16-bit with alpha', () => sixteen(4, [0xffff, 0x8000, 0, 0x8000]).toColourspace('rgb16').png(), [128, 64, 0]],
    ['palette', () => plain().png({ palette: true }), [200, 100, 50]],
    ['alpha, on black', () => plain().ensureAlpha(0.5).png(), [100, 50, 25]],
    ['fully transparent', () => plain().ensureAlpha(0).png(), [0, 0, 0]],
    ['WebP', () => plain().webp({ lossless: true }), [200, 100, 50]],
    ['GIF', () => plain({ r: 255, g: 0, b: 0 }).gif(), [255, 0, 0]],
  ] as const)('reads %s', async (name, make, expected) => {
    const image = await readImage(await file(`${name.replace(/\W/g, '')}.img`, await make().toBuffer()));
    expect(image.channels).toBe(3);
    const pixel = [...image.data.slice(0, 3)];
    for (const [channel, value] of expected.entries()) expect(Math.abs(pixel[channel]! - value)).toBeLessThanOrEqual(1);
  });

  it.each(['jpeg', 'tiff'] as const)('reads CMYK in %s', async (format) => {
    const image = await readImage(
      await file(`cmyk.${format}`, await plain().toColourspace('cmyk').toFormat(format).toBuffer()),
    );
    const [red, green, blue] = image.data;
    // Printing inks cannot reach every colour: near is as much as can be asked.
    expect(Math.abs(red! - 200)).toBeLessThan(15);
    expect(Math.abs(green! - 100)).toBeLessThan(15);
    expect(Math.abs(blue! - 50)).toBeLessThan(40);
  });

  it('reads grey JPEG as three equal channels', async () => {
    const image = await readImage(await file('grey.jpg', await plain().greyscale().jpeg().toBuffer()));
    expect(image.data[0]).toBe(image.data[1]);
    expect(image.data[1]).toBe(image.data[2]);
    expect(image.data).toHaveLength(6 * 4 * 3);
  });

  it('turns the image upright', async () => {
    // Red left half, blue right half; orientation 6 means: turn clockwise to view, so red comes on top.
    const halves = Uint8Array.from({ length: 16 * 8 * 3 }, (_, index) => {
      const left = Math.floor(index / 3) % 16 < 8;
      return (index % 3 === 0 && left) || (index % 3 === 2 && !left) ? 255 : 0;
    });
    const bytes = await sharp(halves, { raw: { width: 16, height: 8, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const image = await readImage(await file('exif.png', bytes));
    expect([image.width, image.height]).toEqual([8, 16]);
    expect([...image.data.slice(0, 3)]).toEqual([255, 0, 0]);
    expect([...image.data.slice(-3)]).toEqual([0, 0, 255]);
  });

  it('goes by content, not by extension', async () => {
    const image = await readImage(await file('really-a-jpeg.png', await plain().jpeg().toBuffer()));
    expect(image.width).toBe(6);
  });

  it.each(['png', 'jpeg', 'webp', 'tiff', 'gif'] as const)('refuses a truncated %s, naming it', async (format) => {
    const bytes = await noise().toFormat(format).toBuffer();
    const path = await file(`cut.${format}`, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    await expect(readImage(path)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(path),
    });
  });

  it('says truncated where the format lets it be seen', async () => {
    const bytes = await noise().jpeg().toBuffer();
    const path = await file('half.jpg', bytes.subarray(0, bytes.length / 2));
    await expect(readImage(path)).rejects.toMatchObject({ parts: { reason: 'image-truncated' } });
  });

  it.each([
    ['empty', '', 'image-truncated'],
    ['a web page', '<!DOCTYPE html><title>404</title>', 'not-an-image'],
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 'not-an-image'],
  ])('refuses a file that is %s', async (name, content, reason) => {
    const path = await file(`${name.replace(/\W/g, '')}.jpg`, content);
    await expect(readImage(path)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { reason },
      message: expect.stringContaining(path),
    });
  });

  it('shows how a mislabelled file begins', async () => {
    await expect(readImage(await file('page.png', '<!DOCTYPE html>'))).rejects.toThrow(
      "15 bytes that begin with '<!DOCTYPE html>'",
    );
  });

  it('refuses a huge image by its header alone', async () => {
    const path = await file('huge.png', hugePng(60_000, 50_000));
    await expect(readImage(path)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { reason: 'image-too-large', got: '60000x50000 = 3000000000' },
    });
    const small = await file('24-pixels.png', await plain().png().toBuffer());
    await expect(readImage(small, { maxPixels: 23 })).rejects.toMatchObject({ parts: { reason: 'image-too-large' } });
    await expect(readImage(small, { maxPixels: 24 })).resolves.toMatchObject({ width: 6 });
  });

  it('refuses floating-point samples, whose range nobody states', async () => {
    const path = await file('float.tiff', floatTiff());
    await expect(readImage(path)).rejects.toMatchObject({ parts: { reason: 'image-depth', got: 'float' } });
  });

  it('distinguishes a missing file from an unreadable one', async () => {
    await expect(readImage(join(folder, 'none.png'))).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await mkdir(join(folder, 'folder.png'));
    await expect(readImage(join(folder, 'folder.png'))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { reason: 'image-unreadable' },
    });
  });
});

describe('readMask', () => {
  const row = (values: number[], channels: 1 | 3 | 4) =>
    sharp(Uint8Array.from(values), { raw: { width: values.length / channels, height: 1, channels } });

  it.each([
    ['grey', () => row([0, 127, 128, 255], 1).toColourspace('b-w').png(), [0, 0, 255, 255]],
    ['colour', () => row([0, 0, 255, 0, 127, 0, 128, 0, 0, 127, 127, 127], 3).png(), [255, 0, 255, 0]],
    ['transparent', () => row([255, 255, 255, 255, 255, 255, 255, 0], 4).png(), [255, 0]],
    [
      '1-bit',
      () => row([0, 255, 255, 0], 1).toColourspace('b-w').tiff({ bitdepth: 1, compression: 'none' }),
      [0, 255, 255, 0],
    ],
    ['palette', () => row([0, 0, 0, 0, 255, 255], 3).png({ palette: true, colours: 2 }), [0, 255]],
  ])('thresholds a %s mask', async (name, make, expected) => {
    const mask = await readMask(await file(`mask-${name}`, await make().toBuffer()));
    expect(mask).toMatchObject({ channels: 1, height: 1 });
    expect([...mask.data]).toEqual(expected);
  });

  it('thresholds 16-bit values at full depth', async () => {
    const bytes = await sharp(Uint16Array.of(0, 127 * 257, 0x8000), { raw: { width: 3, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect([...(await readMask(await file('mask16.png', bytes))).data]).toEqual([0, 0, 255]);
  });

  it('takes another threshold', async () => {
    const path = await file('index.png', await row([0, 1, 2], 1).toColourspace('b-w').png().toBuffer());
    expect([...(await readMask(path, { threshold: 0 })).data]).toEqual([0, 255, 255]);
  });

  it('speaks of the mask when it fails', async () => {
    await expect(readMask(await file('mask.png', ''))).rejects.toMatchObject({ parts: { reason: 'mask-truncated' } });
  });
});

/** A PNG header that promises 8-bit grey of that size, with next to no data behind it. */
function hugePng(width: number, height: number): Uint8Array {
  const table = Int32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    return c;
  });
  const crc = (bytes: Buffer): number => {
    let c = -1;
    for (const byte of bytes) c = (c >>> 8) ^ table[(c ^ byte) & 255]!;
    return ~c >>> 0;
  };
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const result = Buffer.alloc(body.length + 8);
    result.writeUInt32BE(data.length, 0);
    body.copy(result, 4);
    result.writeUInt32BE(crc(body), body.length + 4);
    return result;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A 2x1 grey TIFF of 32-bit floats. */
function floatTiff(): Uint8Array {
  const tags = [
    [256, 2],
    [257, 1],
    [258, 32],
    [259, 1],
    [262, 1],
    [273, 0],
    [277, 1],
    [278, 1],
    [279, 8],
    [339, 3],
  ] as const;
  const dataAt = 8 + 2 + tags.length * 12 + 4;
  const bytes = Buffer.alloc(dataAt + 8);
  bytes.write('II*\0', 0, 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(tags.length, 8);
  for (const [index, [tag, value]] of tags.entries()) {
    const at = 10 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(4, at + 2);
    bytes.writeUInt32LE(1, at + 4);
    bytes.writeUInt32LE(tag === 273 ? dataAt : value, at + 8);
  }
  bytes.writeFloatLE(0.25, dataAt);
  bytes.writeFloatLE(0.75, dataAt + 4);
  return bytes;
}

describe('16-bit samples', () => {
  const path = async (name: string, values: number[], channels: 1 | 3 = 1): Promise<string> =>
    file(name, await sixteen(channels, values).toColourspace(channels === 1 ? 'grey16' : 'rgb16').png().toBuffer()); // prettier-ignore

  it('are scaled by a range of values, and cut off outside of it', async () => {
    const deep = await path('range.png', [1023, 512, 100], 3);
    expect([...(await readImage(deep)).data.slice(0, 3)]).toEqual([3, 2, 0]);
    const seen = await readImageAndDepth(deep, { valueRange: [0, 1023] });
    expect([...seen.image.data.slice(0, 3)]).toEqual([255, 128, 25]);
    expect(seen.depth).toEqual({ highest: 1023, range: [0, 1023] });
    expect([...(await readImage(deep, { valueRange: [100, 612] })).data.slice(0, 3)]).toEqual([255, 205, 0]);
  });

  it('have the upper byte by default, and 8-bit images no range', async () => {
    expect((await readImage(await path('upper.png', [0x12ff]))).data[0]).toBe(0x12);
    const shallow = await file('shallow.png', await plain().png().toBuffer());
    expect(await readImageAndDepth(shallow, { valueRange: [0, 100] })).not.toHaveProperty('depth');
    expect((await readImage(shallow, { valueRange: [0, 100] })).data[0]).toBe(200);
  });

  it('of masks are compared at full depth', async () => {
    const inside = async (value: number, threshold?: number) =>
      (await readMask(await path(`mask${value}.png`, [value]), threshold === undefined ? {} : { threshold })).data[0];
    expect(await inside(1, 0)).toBe(255);
    expect(await inside(255, 0)).toBe(255);
    expect(await inside(0, 0)).toBe(0);
    expect(await inside(127 * 257)).toBe(0);
    expect(await inside(127 * 257 + 1)).toBe(255);
    expect(await inside(65535)).toBe(255);
    expect(await highestInMask(await path('labels.png', [7]))).toEqual({ highest: 7, of: 65535 });
  });
});

describe('palette masks', () => {
  it('are compared by their colours', async () => {
    const colours = Uint8Array.from({ length: 6 * 4 * 3 }, (_, index) => [64, 0, 0][index % 3]!);
    const raw = { raw: { width: 6, height: 4, channels: 3 as const } };
    const path = await file('palette-mask.png', await sharp(colours, raw).png({ palette: true }).toBuffer());
    expect((await readMask(path)).data[0]).toBe(0);
    expect((await readMask(path, { threshold: 0 })).data[0]).toBe(255);
    expect(await highestInMask(path)).toEqual({ highest: 64, of: 255 });
  });
});

const onPosix = process.platform === 'win32' ? it.skip : it;
onPosix('refuses pipes and devices without waiting for them', async () => {
  const pipe = join(folder, 'pipe.png');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, '/dev/zero']) {
    const refused = { code: 'DATA_INVALID', parts: { where: path } };
    await expect(readImage(path)).rejects.toMatchObject({ ...refused, parts: { reason: 'image-unreadable' } });
    await expect(readMask(path)).rejects.toMatchObject({ ...refused, parts: { reason: 'mask-unreadable' } });
    await expect(readImageHeader(path)).rejects.toMatchObject(refused);
  }
});

it('does not read a file that is larger than its pixels could be', async () => {
  const path = await file('padded.png', new Uint8Array(2 ** 26 + 100));
  await expect(readImage(path, { maxPixels: 4 })).rejects.toMatchObject({ parts: { reason: 'image-too-large' } });
});
