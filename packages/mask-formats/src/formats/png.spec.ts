import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { encode } from 'fast-png';
import { crc32, deflateSync } from 'node:zlib';
import { ImageFolder } from '../files/image-folder.js';
import { readIndexedPng } from '../files/indexed-png.js';
import { paletteColour } from '../files/legend.js';
import { masksOf } from '../masks-of.js';
import { Folder, messageOf, readAll } from '../testing/folder.js';
import { drawn, picture } from '../testing/masks.js';
import type { ReadOptions } from './format.js';
import { png } from './png.js';

let folder: Folder;
beforeAll(async () => {
  folder = await Folder.make();
});
afterAll(() => folder.remove());

async function read(path: string, options: ReadOptions = {}) {
  const { images, reasons, skips } = await readAll(png, folder.at(path), options);
  const found = images.map((image) => [image.file, Object.fromEntries([...masksOf(image, image)].map(([label, mask]) => [label, picture(mask)]))]); // prettier-ignore
  return { found: Object.fromEntries(found), reasons, skips };
}

/** Colours in a row. */
async function row(...colours: readonly (readonly number[])[]) {
  return encodePng({ width: colours.length, height: 1, channels: 3, data: Uint8Array.from(colours.flat()) });
}

it('reads a folder for each label, and finds images by their stem', async () => {
  await folder.image('img/x/a.jpg.png', 2, 2);
  await folder.image('img/x/b.png', 2, 2);
  await folder.put('binary/scratch/x/b_mask.png', await encodePng(drawn('#.', '.#')));
  await folder.put('binary/dent/x/b_mask.png', await encodePng(drawn('.#', '..')));
  await folder.put('binary/lost.png', await encodePng(drawn('#')));
  const images = await ImageFolder.open(folder.at('img'));
  const { found, reasons } = await read('binary', { images });
  expect(found).toEqual({ 'x/b.png': { scratch: ['#.', '.#'], dent: ['.#', '..'] } });
  expect(reasons).toEqual(['label-missing']);
});

it('says of masks of two sizes, and of such that only look empty', async () => {
  await folder.put('odd/a/x.png', await encodePng({ ...drawn('..'), data: Uint8Array.of(0, 1) }));
  await folder.put('odd/b/x.png', await encodePng(drawn('###')));
  expect((await read('odd')).reasons).toEqual(['mask-faint', 'mask-size']);
});

describe('colours', () => {
  const legend = [
    { label: 'broken_teeth', colour: [0, 0, 255] },
    { label: 'rough', colour: [255, 255, 255] },
    { label: 'fabric_interior', colour: [128, 128, 128] },
  ] as const;

  it('are labels by a legend, exactly or within a tolerance', async () => {
    await folder.put(
      'colour/a.png',
      await row([0, 0, 255], [2, 0, 250], [255, 255, 255], [128, 128, 128], [0, 0, 0], [9, 200, 9]),
    );
    const exact = await read('colour', { legend });
    expect(exact.found).toEqual({
      'a.png': { broken_teeth: ['#.....'], rough: ['..#...'], fabric_interior: ['...#..'] },
    });
    expect(exact.skips).toMatchObject([
      { reason: 'colour-unknown', message: expect.stringMatching(/2 pixels of 2 colours/) },
    ]);
    const near = await read('colour', { legend, tolerance: 5 });
    expect(near.found).toEqual({
      'a.png': { broken_teeth: ['##....'], rough: ['..#...'], fabric_interior: ['...#..'] },
    });
    expect(near.skips).toMatchObject([{ message: expect.stringMatching(/most of them \[9, 200, 9\]/) }]);
  });

  it('are read by the legend of the folder, which may name another background', async () => {
    await folder.put('legend/a.png', await row([255, 255, 255], [255, 0, 0]));
    await folder.put(
      'legend/legend.json',
      '{"labels": [{"label": "", "colour": "#ffffff"}, {"label": "red", "colour": [255, 0, 0]}]}',
    );
    expect((await read('legend')).found).toEqual({ 'a.png': { red: ['.#'] } });
    await folder.put('legend/legend.json', '{"labels": [{"label": "red", "colour": "red"}]}');
    expect(await messageOf(() => read('legend'))).toMatch(/legend\.json labels\[0\]\.colour/);
  });
});

describe('numbers', () => {
  const legend = [
    { label: 'one', index: 1 },
    { label: 'three', index: 3 },
  ];

  it('are read from palettes whose colours are alike, and from grey', async () => {
    const data = Uint8Array.of(0, 1, 3, 2);
    const palette = [[0, 0, 0], [9, 9, 9], [9, 9, 9], [9, 9, 9]]; // prettier-ignore
    await folder.put('index/palette.png', encode({ width: 4, height: 1, depth: 8, channels: 1, data, palette }));
    await folder.put('index/grey.png', await encodePng({ width: 4, height: 1, channels: 1, data }));
    const { found, skips } = await read('index', { legend });
    const expected = { one: ['.#..'], three: ['..#.'] };
    expect(found).toEqual({ 'grey.png': expected, 'palette.png': expected });
    expect(skips).toMatchObject([{ reason: 'label-unknown', path: expect.stringContaining('number 2') }, {}]);
  });

  it.each([1, 2, 4])('may have %i bits', async (bits) => {
    const values = [1, 0, 1, 1, 0, 1, 0, 0, 1].map((value) => value * (2 ** bits - 1));
    const text = values.map((value) => value.toString(2).padStart(bits, '0')).join('');
    const bytes = text.match(/.{1,8}/g)!.map((byte) => parseInt(byte.padEnd(8, '0'), 2));
    await folder.put('bits.png', pngFile(9, 1, bits, 0, Uint8Array.of(0, ...bytes)));
    expect([...(await readIndexedPng(folder.at('bits.png')))!.data]).toEqual(values);
  });

  it('of pictures in colour need colours in the legend', async () => {
    await folder.put('wrong/a.png', await row([1, 2, 3]));
    expect((await read('wrong', { legend })).reasons).toEqual(['legend-wrong']);
  });
});

describe('hostile pictures', () => {
  it.each([
    ['nothing', Uint8Array.of(), /not a PNG/],
    ['no picture', new Uint8Array(100), /not a PNG/],
    ['a hundred thousand pixels across', pngFile(100_000, 100_000, 8, 0, Uint8Array.of(0)), /too many pixels/],
    ['pixels that are missing', pngFile(20, 20, 8, 0, Uint8Array.of(0)), /truncated or damaged/],
    ['more data than pixels', pngFile(1, 1, 8, 0, noise(200_000)), /more data than its pixels need/],
  ])('%s', async (_, bytes, message) => {
    await folder.put('bad.png', bytes);
    expect(await messageOf(() => readIndexedPng(folder.at('bad.png')))).toMatch(message);
  });
});

it('has the colours of Pascal VOC', () => {
  expect([1, 2, 8, 12, 20, 255].map(paletteColour)).toEqual([[128, 0, 0], [0, 128, 0], [64, 0, 0], [64, 0, 128], [0, 64, 128], [224, 224, 192]]); // prettier-ignore
});

function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = (state * 48_271) % 2_147_483_647) & 255);
}

/** A PNG file by its specification. */
function pngFile(width: number, height: number, bits: number, type: number, rows: Uint8Array): Uint8Array {
  const chunk = (name: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, type], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())];
  return new Uint8Array(Buffer.concat([signature, ...chunks]));
}
