import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isFoveateError } from '@foveate/contracts';
import { emptyMask, maskArea } from '@foveate/image';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { coco } from '../index.js';
import { decompressRuns, drawRuns } from './_rle.js';
import { Tree, lines, reasons } from './testing/tree.js';

let tree: Tree;
beforeAll(async () => {
  tree = await Tree.grow();
  await tree.putAll(['img/a.png', 'img/b.png', 'img/sub/c.png', 'img/d.png']);
});
afterAll(() => tree.fell());

/** The compressed text of run lengths, by the description of the format. */
function compress(runs: readonly number[]): string {
  let text = '';
  runs.forEach((run, index) => {
    let rest = index > 2 ? run - runs[index - 2]! : run;
    for (let more = true; more;) {
      let group = rest & 31;
      rest >>= 5;
      more = (group & 16) !== 0 ? rest !== -1 : rest !== 0;
      if (more) group |= 32;
      text += String.fromCharCode(group + 48);
    }
  });
  return text;
}

describe('run lengths', () => {
  it('are the inverse of compression', () => {
    const runs = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 30 });
    fc.assert(fc.property(runs, (list) => expect(decompressRuns(compress(list))).toEqual(list)));
  });

  it('read a text that pycocotools wrote', () => {
    // mask.encode of a 4x4 mask whose two middle columns are inside: 4 outside, 8 inside, 4 outside.
    expect(decompressRuns('484')).toEqual([4, 8, 4]);
  });

  it('go down the columns', () => {
    const mask = emptyMask(2, 3);
    drawRuns([1, 2, 3], mask);
    expect([...mask.data]).toEqual([0, 0, 255, 0, 255, 0]);
  });

  it.each([[[5, 2]], [[5]], [[-1, 7]], [[2, 2.5, 1.5]]])('that do not fit are refused: %j', (runs) => {
    expect(() => drawRuns(runs, emptyMask(2, 3))).toThrow(RangeError);
    expect(() => decompressRuns('\u00ff')).toThrow(RangeError);
    expect(() => decompressRuns('P')).toThrow(RangeError);
  });
});

const image = (id: number, file_name: string) => ({ id, file_name, width: 8, height: 6 });
const square = [0, 0, 2, 0, 2, 6, 0, 6];
const base = {
  images: [image(2, 'b.png'), image(1, 'a.png'), image(3, 'sub/c.png'), image(4, 'd.png')],
  categories: [{ id: 1, name: 'dent' }, { id: 2, name: 'teeth' }, { id: 7, name: 'scratch' }],
  annotations: [
    { id: 1, image_id: 1, category_id: 1, segmentation: [square, [6, 0, 8, 0, 8, 6, 6, 6]] },
    { id: 2, image_id: 1, category_id: 1, segmentation: [[1, 0, 3, 0, 3, 6, 1, 6]] },
    { id: 3, image_id: 1, category_id: 7, segmentation: { size: [6, 8], counts: [0, 6, 42] } },
    { id: 4, image_id: 1, category_id: 2, segmentation: { size: [6, 8], counts: compress([6, 12, 30]) } },
    { id: 5, image_id: 3, category_id: 2, segmentation: [square] },
    { id: 6, image_id: 4, category_id: 7, bbox: [1, 1, 3, 2], iscrowd: 0, segmentation: [] },
  ],
}; // prettier-ignore

let count = 0;
async function scan(json: unknown, options: object = {}) {
  const file = `list${count++}.json`;
  await tree.write(file, typeof json === 'string' ? json : JSON.stringify(json));
  return tree.scan(coco, { root: 'img', annotations: file, ...options });
}

describe('coco', () => {
  it('draws polygons and run lengths by category, areas of interest apart', async () => {
    const { samples, skips, load } = await scan(base, { aoi: ['teeth'] });
    expect(lines(samples)).toEqual(['a.png dent+scratch', 'b.png good', 'sub/c.png good']);
    expect(reasons(skips)).toEqual(['d.png mask-missing']);
    const { defects, aoi } = await load(samples[0]);
    // Columns 0, 1, 2, 6 and 7 are dented; a pixel that two outlines share counts once.
    expect(defects.map(({ type, mask }) => [type, maskArea(mask)])).toEqual([['dent', 30], ['scratch', 6]]); // prettier-ignore
    expect([...aoi!.data.slice(0, 8)]).toEqual([0, 255, 255, 0, 0, 0, 0, 0]);
    expect((await load(samples[1])).aoi).toBeUndefined();
    expect(maskArea((await load(samples[2])).aoi!)).toBe(12);
  });

  it('counts boxes as outlines on request', async () => {
    const { samples, load } = await scan(base, { aoi: ['teeth'], boxes: true });
    expect(lines(samples)).toContain('d.png scratch');
    expect(maskArea((await load(samples[2])).defects[0]!.mask)).toBe(6);
  });

  it('reads several files with splits', async () => {
    await tree.write('one.json', JSON.stringify({ ...base, images: [image(1, 'a.png')], annotations: [] }));
    await tree.write('two.json', JSON.stringify({ ...base, images: [image(1, 'b.png')], annotations: [] }));
    const annotations = [{ file: 'one.json', split: 'train' }, { file: 'two.json', split: 'test' }]; // prettier-ignore
    const { samples } = await tree.scan(coco, { root: 'img', annotations });
    expect(lines(samples)).toEqual(['a.png good train', 'b.png good test']);
    await expect(tree.scan(coco, { root: 'img', annotations: [...annotations, { file: 'one.json' }] })).rejects.toThrow(
      /one\.json: An image is listed twice .*a\.png/,
    );
  });

  it.each([
    ['no JSON', '{', /list\d+\.json: The file is not JSON/],
    ['another JSON', { images: 3 }, /list\d+\.json images: The file is not of COCO/],
    ['a list', [base], /list\d+\.json: The file is not of COCO/],
    [
      'two images of one id',
      { ...base, images: [...base.images, image(1, 'e.png')] },
      /list\d+\.json images\[4\]: .*same image id .*id 1, as images\[1\]/,
    ],
    [
      'two images whose ids differ in type alone',
      { ...base, images: [...base.images, { ...image(1, 'e.png'), id: '1' }] },
      /images\[4\].*id 1, as images\[1\]/,
    ],
    [
      'two images whose ids differ in the form of Unicode alone',
      {
        ...base,
        images: [
          { ...image(1, 'a.png'), id: 'u\u0308' },
          { ...image(1, 'b.png'), id: '\u00fc' },
        ],
      },
      /images\[1\].*as images\[0\]/,
    ],
    [
      'two categories of one id',
      { ...base, categories: [...base.categories, { id: 7, name: 'crack' }] },
      /categories\[3\].*same category id/,
    ],
  ])('refuses %s', async (_name, json, message) => {
    await expect(scan(json)).rejects.toThrow(message);
  });

  it('names categories that are not there', async () => {
    await expect(scan(base, { aoi: ['tooth'] })).rejects.toThrow(/has a category 'tooth'.*Did you mean 'teeth'/);
  });

  it('names the image whose annotations do not fit', async () => {
    const one = (segmentation: unknown, file = image(1, 'a.png')) =>
      scan({ ...base, images: [file], annotations: [{ image_id: 1, category_id: 1, segmentation }] });
    const failing = async (scanned: ReturnType<typeof one>) => {
      const { samples, load } = await scanned;
      return load(samples[0]).then(() => '', (error: Error) => error.message); // prettier-ignore
    };
    expect(await failing(one([square], { ...image(1, 'a.png'), width: 9 }))).toMatch(
      /Annotations of a\.png: The image does not have the size .*9x6, got 8x6/,
    );
    expect(await failing(one({ size: [6, 8], counts: [3] }))).toContain('the runs end at pixel 3 of 48');
    expect(await failing(one({ size: [600000, 800000], counts: [3] }))).toContain('they are for 800000x600000 pixels');
    expect(await failing(one([[20, 20, 30, 20, 30, 30]]))).toContain("The outlines of 'dent' hold no pixel");
  });
});

const one = (annotation: object, more: object = {}) => ({
  ...base,
  annotations: [{ id: 1, image_id: 1, category_id: 1, ...annotation }, base.annotations[4]],
  ...more,
});

describe('one bad part of a file', () => {
  it.each([
    ['two points', [[1, 1, 5, 5]]],
    ['points on a line', [[1, 1, 3, 3, 5, 5]]],
    ['an empty outline', [[]]],
    ['no outlines', []],
    ['null', null],
    ['a missing key', undefined],
  ])('is no outline where there are %s: its box counts, or the image is left out', async (_name, segmentation) => {
    const json = one({ segmentation, bbox: [0, 0, 2, 6] });
    const boxed = await scan(json, { aoi: ['teeth'], boxes: true });
    expect(lines(boxed.samples)).toEqual(['a.png dent', 'b.png good', 'd.png good', 'sub/c.png good']);
    expect(maskArea((await boxed.load(boxed.samples[0])).defects[0]!.mask)).toBe(12);
    const bare = await scan(json, { aoi: ['teeth'] });
    expect(lines(bare.samples)).toEqual(['b.png good', 'd.png good', 'sub/c.png good']);
    expect(reasons(bare.skips)).toEqual(['a.png mask-missing']);
  });

  it('takes a list of numbers for one outline, and the good one of two', async () => {
    const flat = await scan(one({ segmentation: square }), { aoi: ['teeth'] });
    expect(maskArea((await flat.load(flat.samples[0])).defects[0]!.mask)).toBe(12);
    const half = await scan(one({ segmentation: [[1, 1, 5, 5], square] }), { aoi: ['teeth'] });
    expect(maskArea((await half.load(half.samples[0])).defects[0]!.mask)).toBe(12);
  });

  it.each([
    ['a text', { segmentation: 'x' }],
    ['an odd number of coordinates', { segmentation: [[1, 2, 3, 4, 5, 6, 7]] }],
    ['texts as coordinates', { segmentation: [['1', '2', '3', '4', '5', '6']] }],
    ['null as coordinates', { segmentation: [[null, 2, 3, 4, 5, 6]] }],
    ['run lengths without size', { segmentation: { counts: [48] } }],
    ['negative run lengths', { segmentation: { size: [6, 8], counts: [-1, 49] } }],
    ['a category that is not there', { category_id: 99, segmentation: [square] }],
    ['no category', { category_id: null, segmentation: [square] }],
  ])('leaves out its image alone: %s', async (_name, annotation) => {
    const { samples, skips } = await scan(one(annotation), { aoi: ['teeth'], boxes: true });
    expect(lines(samples)).toEqual(['b.png good', 'd.png good', 'sub/c.png good']);
    expect(reasons(skips)).toEqual(['a.png annotation-invalid']);
    expect(skips[0]!.message).toContain('annotations[0]');
  });

  it('lists annotations without image, images without name and images out of the root', async () => {
    const images = [...base.images, { id: 10 }, { file_name: 'x.png' }, null, image(11, '../x.png')];
    const { samples, skips } = await scan(one({ image_id: 99 }, { images }), { aoi: ['teeth'] });
    expect(samples).toHaveLength(4);
    expect(skips.map(({ path, reason }) => `${path.replace(/^.*\//, '')} ${reason}`).sort()).toEqual([
      expect.stringMatching(/json annotations\[0\] annotation-without-image/),
      expect.stringMatching(/json images\[4\] annotation-invalid/),
      expect.stringMatching(/json images\[5\] annotation-invalid/),
      expect.stringMatching(/json images\[6\] annotation-invalid/),
      'x.png outside-root',
    ]);
  });

  it('is not the byte order mark of a file, nor a missing size', async () => {
    for (const text of ['\ufeff' + JSON.stringify(base), JSON.stringify(base)]) {
      expect((await scan(text, { aoi: ['teeth'] })).samples).toHaveLength(3);
    }
    const sizeless = await scan({ ...base, images: [{ id: 1, file_name: 'a.png' }] }, { aoi: ['teeth'] });
    expect((await sizeless.load(sizeless.samples[0])).defects.map(({ mask }) => maskArea(mask))).toEqual([30, 6]);
  });
});

describe('categories', () => {
  it.each(['good', 'Good', 'OK', 'normal', 'NORMAL'])('called %s mean no defect', async (name) => {
    const categories = [...base.categories, { id: 8, name }];
    const annotations = [...base.annotations.slice(0, 4), { image_id: 2, category_id: 8, segmentation: [square] }, { image_id: 3, category_id: 8, bbox: [0, 0, 2, 2] }]; // prettier-ignore
    const { samples, load } = await scan({ ...base, categories, annotations }, { aoi: ['teeth'] });
    expect(lines(samples)).toEqual(['a.png dent+scratch', 'b.png good', 'd.png good', 'sub/c.png good']);
    expect((await load(samples[1])).defects).toEqual([]);
  });

  it('mean no defect as the options say', async () => {
    const { samples } = await scan(base, { aoi: ['TEETH'], good: ['Dent'] });
    expect(lines(samples)).toContain('a.png scratch');
  });

  it.each(['constructor', '__proto__', 'toString'])('may be called %s', async (name) => {
    const { samples, load } = await scan(
      { ...base, categories: [{ id: 1, name }, ...base.categories.slice(1)] },
      { aoi: ['teeth'] },
    );
    expect(lines(samples)).toContain(`a.png ${name}+scratch`);
    expect((await load(samples[0])).defects.map(({ type, mask }) => [type, maskArea(mask)])).toEqual([[name, 30], ['scratch', 6]]); // prettier-ignore
  });
});

describe('layouts', () => {
  beforeAll(async () => {
    for (const part of ['train', 'valid', 'test']) await tree.putAll([`rf/${part}/0.png`, `rf/${part}/1.png`]);
    for (const part of ['train', 'valid', 'test']) {
      const images = [image(0, '0.png'), image(1, '1.png')];
      const annotations = [{ id: 0, image_id: 1, category_id: 1, bbox: [0, 0, 2, 2], segmentation: [square] }];
      const json = JSON.stringify({ images, categories: [{ id: 0, name: 'flaws' }, { id: 1, name: 'dent' }], annotations }); // prettier-ignore
      await tree.write(`rf/${part}/_annotations.coco.json`, json);
      await tree.write(`rf/annotations/instances_${part}.json`, json);
    }
  });
  const expected = ['test/0.png good test', 'test/1.png dent test', 'train/0.png good train', 'train/1.png dent train', 'valid/0.png good validation', 'valid/1.png dent validation']; // prettier-ignore
  const splits = { train: 'train', valid: 'validation', test: 'test' };

  it('have images beside each annotation file, as Roboflow exports them', async () => {
    const annotations = Object.entries(splits).map(([part, split]) => ({ file: `rf/${part}/_annotations.coco.json`, split })); // prettier-ignore
    const { samples, load } = await tree.scan(coco, { root: 'rf', annotations });
    expect(lines(samples).sort()).toEqual(expected);
    expect(maskArea((await load(samples[1])).defects[0]!.mask)).toBe(12);
  });

  it('have a root for each annotation file, as COCO 2017 needs it', async () => {
    const annotations = Object.entries(splits).map(([root, split]) => ({ file: `rf/annotations/instances_${root}.json`, root, split })); // prettier-ignore
    expect(lines((await tree.scan(coco, { root: 'rf', annotations })).samples).sort()).toEqual(expected);
    const outside = [{ file: 'rf/annotations/instances_train.json', root: '../img' }];
    await expect(tree.scan(coco, { root: 'rf', annotations: outside })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('keep to root where the images are there', async () => {
    const annotations = 'rf/train/_annotations.coco.json';
    expect((await tree.scan(coco, { root: 'rf/train', annotations })).samples.map(({ id }) => id)).toEqual(['0.png', '1.png']); // prettier-ignore
  });
});

describe('many annotations', () => {
  it('need one mask for each type', async () => {
    const annotations = Array.from({ length: 2000 }, (_, id) => ({ id, image_id: 1, category_id: 1, segmentation: [[id % 7, 0, (id % 7) + 1, 0, (id % 7) + 1, 6, id % 7, 6]] })); // prettier-ignore
    const { samples, load } = await scan({ ...base, annotations });
    expect((await load(samples[0])).defects.map(({ mask }) => maskArea(mask))).toEqual([42]);
  });

  it('of one image are limited', async () => {
    const annotations = Array.from({ length: 100_001 }, () => ({ image_id: 1, category_id: 1, segmentation: [square] })); // prettier-ignore
    const { samples, skips } = await scan({ ...base, annotations });
    expect(samples).toHaveLength(3);
    expect(reasons(skips)).toEqual(['a.png annotation-invalid']);
  });
});

const onPosix = process.platform === 'win32' ? it.skip : it;
onPosix('does not wait for a pipe in place of the file', async () => {
  execFileSync('mkfifo', [join(tree.base, 'pipe.json')]);
  await expect(tree.scan(coco, { root: 'img', annotations: 'pipe.json' })).rejects.toMatchObject({
    code: 'PATH_MISSING',
    parts: { got: 'a named pipe' },
  });
});

it('gives samples below the root or an error of Foveate, whatever stands in the file', async () => {
  const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(1, '1', 'a.png', 'dent', [square], [[]], { size: [6, 8], counts: [48] }, '__proto__', null)); // prettier-ignore
  const entry = (...keys: string[]) => fc.oneof({ weight: 4, arbitrary: fc.record(Object.fromEntries(keys.map((key) => [key, anything]))) }, { weight: 1, arbitrary: anything }); // prettier-ignore
  const file = fc.record({
    images: fc.array(entry('id', 'file_name', 'width', 'height'), { maxLength: 4 }),
    categories: fc.array(entry('id', 'name'), { maxLength: 3 }),
    annotations: fc.array(entry('image_id', 'category_id', 'segmentation', 'bbox'), { maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 5, arbitrary: file }, anything), fc.boolean(), async (json, boxes) => {
      const wrong = (error: unknown) => {
        if (!isFoveateError(error)) throw error;
      };
      await tree.write('fuzz.json', JSON.stringify(json));
      const scanned = await tree.scan(coco, { root: 'img', annotations: 'fuzz.json', boxes }).catch(wrong);
      for (const sample of scanned?.samples ?? []) {
        expect(sample.files?.[0]?.startsWith(join(tree.base, 'img'))).toBe(true);
        await scanned?.load(sample).catch(wrong);
      }
    }),
    { numRuns: 150 },
  );
});
