import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskArea } from '@foveate/image';
import fc from 'fast-check';
import { coco } from '../index.js';
import { decompressRuns, fillRuns } from './_rle.js';
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
    const mask = fillRuns([1, 2, 3], 2, 3);
    expect([...mask.data]).toEqual([0, 0, 255, 0, 255, 0]);
  });

  it.each([[[5, 2]], [[5]], [[-1, 7]], [[2, 2.5, 1.5]]])('that do not fit are refused: %j', (runs) => {
    expect(() => fillRuns(runs, 2, 3)).toThrow(RangeError);
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
    ['a wrong annotation', { ...base, annotations: [{ image_id: 1 }] }, /annotations\[0\]\.category_id/],
    [
      'an unknown image',
      { ...base, annotations: [{ image_id: 9, category_id: 1 }] },
      /annotations\[0\]: There is no image 9/,
    ],
    [
      'a path out of the root',
      { ...base, images: [image(1, '../x.png')], annotations: [] },
      /leads out of the data set .*\.\.\/x\.png/,
    ],
  ])('refuses %s', async (_name, json, message) => {
    await expect(scan(json)).rejects.toThrow(message);
  });

  it('names categories that are not there', async () => {
    await expect(scan(base, { aoi: ['tooth'] })).rejects.toThrow(/no category 'tooth'.*Did you mean 'teeth'/);
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
