import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { masksOf } from '../masks-of.js';
import type { AnnotatedImage } from '../model.js';
import { Folder, messageOf, readAll } from '../testing/folder.js';
import { picture } from '../testing/masks.js';
import { coco } from './coco.js';

let folder: Folder;
beforeAll(async () => {
  folder = await Folder.make();
});
afterAll(() => folder.remove());

const images = [{ id: 1, file_name: 'a.png', width: 4, height: 3, license: 7 }];
const categories = [{ id: 5, name: 'scratch', supercategory: 'defect' }];
const square = [1, 1, 3, 1, 3, 3, 1, 3];
const annotation = {
  id: 9,
  image_id: 1,
  category_id: 5,
  iscrowd: 0,
  area: 4,
  bbox: [1, 1, 2, 2],
  segmentation: [square],
};

async function read(json: unknown) {
  return readAll(coco, await folder.put('a.json', typeof json === 'string' ? json : JSON.stringify(json)));
}

function masks(image: AnnotatedImage | undefined) {
  const all = [...masksOf(image!, { width: 4, height: 3 })].map(([label, mask]) => [label, picture(mask)] as const);
  return Object.fromEntries(all);
}

const drawnSquare = { scratch: ['....', '.##.', '.##.'] };

it('reads outlines, whatever comes first and stands beside them', async () => {
  const info = { info: { 'größe "': 'äöü€😀' }, licenses: [[[{}]]] };
  for (const json of [
    { ...info, images, annotations: [annotation], categories },
    { categories, annotations: [annotation], ...info, images },
  ]) {
    // prettier-ignore
    const { images: found, skips } = await read(json);
    expect(masks(found[0])).toEqual(drawnSquare);
    expect(found[0]).toMatchObject({ file: 'a.png', width: 4, height: 3, orientation: 'upright' });
    expect(skips).toEqual([]);
  }
});

it('reads files that begin with a byte order mark, and spaces everywhere', async () => {
  const text = JSON.stringify({ images, annotations: [annotation], categories }, undefined, 4);
  expect(masks((await read(`\ufeff${text}`)).images[0])).toEqual(drawnSquare);
});

it('reads both forms of run lengths, crowds as well', async () => {
  // Columns of 3: one outside, the second all inside, two outside.
  const lengths = { ...annotation, iscrowd: 1, segmentation: { size: [3, 4], counts: [3, 3, 6] } };
  // What pycocotools.mask.encode gives of the same.
  const text = { ...annotation, segmentation: { size: [3, 4], counts: '336' } };
  for (const one of [lengths, text]) {
    const { images: found } = await read({ images, annotations: [one], categories });
    expect(masks(found[0])).toEqual({ scratch: ['.#..', '.#..', '.#..'] });
  }
});

it('unites outlines that overlap', async () => {
  const both = { ...annotation, segmentation: [square, [0, 0, 2, 0, 2, 2, 0, 2]] };
  const { images: found } = await read({ images, annotations: [both], categories });
  expect(masks(found[0])).toEqual({ scratch: ['##..', '###.', '.##.'] });
});

it('gathers annotations that lie apart in the file, in the order of images', async () => {
  const two = [...images, { id: '2', file_name: 'b.png', width: 4, height: 3 }];
  const of = (image_id: number | string, x: number) => ({
    ...annotation,
    image_id,
    segmentation: [[x, 0, x + 1, 0, x + 1, 1, x, 1]],
  });
  const { images: found } = await read({
    annotations: [of(1, 0), of('2', 1), of(1, 2), of('2', 3)],
    images: two,
    categories,
  });
  expect(found.map(masks)).toEqual([{ scratch: ['#.#.', '....', '....'] }, { scratch: ['.#.#', '....', '....'] }]);
});

describe('leaves out and says', () => {
  it.each([
    ['label-unknown', { category_id: 6 }],
    ['shape-missing', { segmentation: null }],
    ['shape-outside', { segmentation: [[10, 10, 12, 10, 12, 12]] }],
    ['shape-empty', { segmentation: [[1, 1, 2, 2]] }],
    ['shape-empty', { segmentation: [] }],
    ['shape-invalid', { segmentation: [[1, 1, 2]] }],
    ['shape-invalid', { segmentation: [[1, 1, 2, 1e300, 3, 3]] }],
    ['runs-damaged', { segmentation: { size: [3, 4], counts: '3' } }],
    ['runs-damaged', { segmentation: { size: [4, 3], counts: '336' } }],
    ['annotation-invalid', { segmentation: [['1', 2]] }],
    ['annotation-invalid', { segmentation: 'none' }],
  ])('%s: %j', async (reason, change) => {
    const json = { images, annotations: [{ ...annotation, ...change }, annotation], categories };
    const { images: found, skips } = await read(json);
    expect(skips).toMatchObject([{ reason, path: expect.stringMatching(/a\.json annotations\[0\]/) }]);
    expect(masks(found[0])).toEqual(drawnSquare);
  });

  it('annotations without image', async () => {
    const { skips } = await read({ images, annotations: [{ ...annotation, image_id: 3 }], categories });
    expect(skips).toMatchObject([{ reason: 'annotation-without-image' }]);
  });

  it('nothing of an outline that crosses itself, but says it', async () => {
    const bow = { ...annotation, segmentation: [[0, 0, 4, 3, 4, 0, 0, 3]] };
    const { images: found, reasons } = await read({ images, annotations: [bow], categories });
    expect(reasons).toEqual(['shape-crossing']);
    expect(masks(found[0])).toEqual({ scratch: ['#..#', '####', '#..#'] });
  });

  it('an image of a size that cannot be', async () => {
    const json = { images: [{ ...images[0], width: 1e6, height: 1e6 }], annotations: [], categories };
    expect((await read(json)).skips).toMatchObject([
      { reason: 'image-size', path: expect.stringContaining('images[0]') },
    ]);
  });
});

describe('refuses', () => {
  it.each([
    ['{"images": [\n  {"id": 1,}\n]}', /a\.json:2:12: The file cannot be read as JSON/],
    ['{"images": [', /cannot be read as JSON: .*ends too early/],
    ['', /cannot be read as JSON/],
    ['{"images": []} x', /a\.json:1:16: The file cannot be read as JSON/],
    ['[1, 2]', /The file is not of COCO/],
    ['"text"', /The file is not of COCO/],
    ['['.repeat(100_000), /more than 64 levels/],
    ['{"images": [{"id": [], "file_name": "a"}]}', /images\[0\] id/],
    ['{"images": [{"id": 1, "file_name": 4}]}', /images\[0\] file_name/],
    ['{"images": [{"id": 1, "file_name": "a", "width": "4"}]}', /images\[0\] width/],
    [
      '{"images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}]}',
      /images\[1\]: The image 1 is there twice/,
    ],
    ['{"categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}', /The category 1 is there twice/],
  ])('%.60s', async (text, message) => {
    expect(await messageOf(() => read(text))).toMatch(message);
  });

  it('a file that is not there, a folder and a pipe', async () => {
    expect(await messageOf(() => readAll(coco, folder.at('none.json')))).toMatch(/none\.json: .*ENOENT/);
    expect(await messageOf(() => readAll(coco, folder.path))).toMatch(/a folder/);
  });

  it('names that would change what objects are', async () => {
    const text =
      '{"__proto__": {"images": 1}, "images": [{"id": 1, "file_name": "a", "width": 1, "height": 1, "__proto__": {}}]}';
    expect((await read(text)).images).toHaveLength(1);
  });
});

it('takes masks of another size than the image for an error that says both', async () => {
  const { images: found } = await read({ images, annotations: [annotation], categories });
  expect(() => masksOf(found[0]!, { width: 8, height: 3 })).toThrow(/a\.png: .*expected 4x3, got 8x3/);
  expect(() => masksOf(found[0]!, { width: 3, height: 4, exif: 6 })).toThrow(/read with the orientation 'stored'/);
});
