/** Names that are the same to people: capitals, forms of Unicode, words for "good". */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskArea } from '@foveate/image';
import {
  aoiLabeller,
  btad,
  coco,
  dagm,
  folders,
  globs,
  industrial,
  kolektorSdd2,
  manifest,
  mvtec,
  mvtecAd2,
  visa,
} from '../index.js';
import { companionsOf } from './_companions.js';
import { Disk } from './_disk.js';
import { Tree, lines } from './testing/tree.js';

let tree: Tree;
beforeAll(async () => {
  tree = await Tree.grow();
});
afterAll(() => tree.fell());

const composed = 'Prüfung'.normalize('NFC');
const decomposed = composed.normalize('NFD');

describe('words for good', () => {
  it('are folders of good images in the layouts that name them', async () => {
    await tree.putAll(['mv/train/Good/0.png', 'mv/test/OK/0.png', 'mv/test/bent/0.png']);
    await tree.put('mv/ground_truth/Bent/0_mask.png', 'mask');
    expect(lines((await tree.scan(mvtec, { root: 'mv' })).samples)).toEqual(['test/OK/0.png good', 'test/bent/0.png bent', 'train/Good/0.png good']); // prettier-ignore
    await tree.putAll(['a2/train/GOOD/0_x.png', 'a2/test_public/Good/1_x.png', 'a2/test_public/bad/2_x.png']);
    await tree.put('a2/test_public/ground_truth/bad/2_x_mask.png', 'mask');
    expect(lines((await tree.scan(mvtecAd2, { root: 'a2' })).samples)).toEqual([
      'test_public/Good/1_x.png good (test_public/Good/1)',
      'test_public/bad/2_x.png bad (test_public/bad/2)',
      'train/GOOD/0_x.png good (train/GOOD/0)',
    ]);
    await tree.putAll(['bt/train/OK/0.png', 'bt/test/Ok/0.png', 'bt/test/ko/1.png']);
    await tree.put('bt/ground_truth/ko/1.png', 'mask');
    expect(lines((await tree.scan(btad, { root: 'bt' })).samples)).toEqual(['test/Ok/0.png good', 'test/ko/1.png ko', 'train/OK/0.png good']); // prettier-ignore
    await tree.putAll(['in/train/Good/0.png', 'in/test/NORMAL/0.png', 'in/test/dent/0.png']);
    expect(lines((await tree.scan(industrial, { root: 'in' })).samples)).toEqual(['test/NORMAL/0.png good test', 'test/dent/0.png dent test', 'train/Good/0.png good']); // prettier-ignore
  });

  it.each(['Good', 'OK', 'Normal', 'NONE'])('are types: %s', async (type) => {
    await tree.putAll(['f/a/0.png', 'f/b/0.png']);
    const classes = { a: type, b: { type: 'scratch' } };
    expect(lines((await tree.scan(folders, { root: 'f', classes })).samples)).toEqual(['a/0.png good', 'b/0.png scratch']); // prettier-ignore
    const images = [{ pattern: 'a/*', type }, { pattern: 'b/*', type: 'scratch' }]; // prettier-ignore
    expect(lines((await tree.scan(globs, { root: 'f', images })).samples)).toEqual(['a/0.png good', 'b/0.png scratch']);
    await tree.write('f/list.csv', `image,type\na/0.png,${type}\n`);
    expect(lines((await tree.scan(manifest, { file: 'f/list.csv' })).samples)).toEqual(['a/0.png good']);
    await tree.write('f/c/image_anno.csv', `image,label,mask\na/0.png,${type},\n`);
    expect(lines((await tree.scan(visa, { root: 'f', category: 'c' })).samples)).toEqual(['a/0.png good']);
  });

  it('limit good images, as types do whatever their capitals', async () => {
    await tree.putAll(['l/a/0.png', 'l/a/1.png', 'l/b/0.png', 'l/b/1.png']);
    const source = { root: 'l', classes: { a: 'good', b: 'Scratch' }, limit: { Good: 1, scratch: 1 } };
    expect((await tree.scan(folders, source)).samples.map(({ defectTypes }) => defectTypes)).toEqual([[], ['Scratch']]);
  });
});

describe('types of a list', () => {
  it('are none where a truth value says that there is no defect', async () => {
    await tree.putAll(['v/a.png', 'v/b.png']);
    await tree.write('v/list.jsonl', '{"image":"a.png","type":false}\n{"image":"b.png","type":true}\n');
    const list = { file: 'v/list.jsonl', requireMasks: false };
    expect(lines((await tree.scan(manifest, list)).samples)).toEqual(['a.png good', 'b.png true']);
  });

  it('are one with the mask column of their name, whatever its capitals', async () => {
    await tree.putAll(['k/a.png', 'k/b.png']);
    await tree.putAll(['k/m.png'], 'mask');
    await tree.write('k/list.csv', 'image,type,m\na.png,Scratch,m.png\nb.png,,m.png\n');
    const { samples } = await tree.scan(manifest, { file: 'k/list.csv', columns: { mask: { scratch: 'm' } } });
    expect(lines(samples)).toEqual(['a.png Scratch', 'b.png scratch']);
  });

  it.each(['good', 'OK', '0'])('have no mask column for %s, which is no defect', async (type) => {
    await tree.write('k/good.csv', 'image,m\n');
    const options = { file: 'k/good.csv', columns: { mask: { [type]: 'm' } } };
    await expect(async () => tree.scan(manifest, options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

it('keeps good for good where other words are named', async () => {
  await tree.write('w/list.csv', 'image,type\na.png,Good\nb.png,io\nc.png,ok\n');
  const list = { file: 'w/list.csv', good: ['IO'], requireMasks: false };
  expect(lines((await tree.scan(manifest, list)).samples)).toEqual(['a.png good', 'b.png good', 'c.png ok']);
});

describe('defect types', () => {
  const sideOf = async (byType: object, type: string) => {
    const options = await aoiLabeller.options['~standard'].validate({ byType });
    if (options.issues !== undefined) throw new Error('not valid');
    const labeller = await aoiLabeller.register(options.value, tree.context());
    const decision = labeller.decide({ id: 'x', defectTypes: [type] });
    return 'label' in decision ? decision.label : decision.skip.reason;
  };

  it('are told apart neither by capitals nor by the form of Unicode', async () => {
    expect(await sideOf({ Scratch: 'outside' }, 'scratch')).toBe(0);
    expect(await sideOf({ [composed]: 'inside' }, decomposed)).toBe(1);
    expect(await sideOf({ constructor: 'inside' }, 'dent')).toBe('mask-missing');
    expect(await sideOf({}, 'constructor')).toBe('mask-missing');
    await expect(sideOf({ dent: 'inside', Dent: 'outside' }, 'dent')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('may be called %s', async (type) => {
    await tree.write('p/list.csv', `image,type,mask,group\np/0.png,${type},,${type}\n`);
    const list = { file: 'p/list.csv', requireMasks: false };
    expect(lines((await tree.scan(manifest, list)).samples)).toEqual([`p/0.png ${type} (${type})`]);
    await tree.write('p/list.jsonl', `{"image":"p/0.png","type":"${type}"}\n`);
    const rows = { file: 'p/list.jsonl', requireMasks: false };
    expect(lines((await tree.scan(manifest, rows)).samples)).toEqual([`p/0.png ${type}`]);
  });
});

describe('splits', () => {
  it.each(['constructor', '__proto__', 'toString', 'trian'])('are not called %s', async (split) => {
    await tree.write('s/list.csv', `image,type,split\n0.png,good,Train\n1.png,good,${split}\n`);
    await expect(tree.scan(manifest, { file: 's/list.csv' })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { where: `${tree.base}/s/list.csv:3`, what: 'This is not a split' },
    });
  });

  it('are not columns that only objects have', async () => {
    await tree.write('s/columns.csv', 'image,type\n0.png,good\n');
    const columns = { image: 'constructor' };
    await expect(tree.scan(manifest, { file: 's/columns.csv', columns })).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });
});

describe('ids', () => {
  it.each([
    ['as number and as text', '{"image":"a.png","type":"good","id":1}', '{"image":"b.png","type":"good","id":"1"}'],
    [
      'in two forms of Unicode',
      JSON.stringify({ image: 'a.png', type: 'good', id: composed }),
      JSON.stringify({ image: 'b.png', type: 'good', id: decomposed }),
    ],
  ])('that are the same are refused: %s', async (_name, first, second) => {
    await tree.write('i/list.jsonl', `${first}\n${second}\n`);
    await expect(tree.scan(manifest, { file: 'i/list.jsonl' })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { where: `${tree.base}/i/list.jsonl:2` },
    });
  });
});

describe('files', () => {
  beforeAll(async () => {
    await tree.putAll([`u/ok/0.png`, `u/${composed}/${composed}0.png`, `u/${composed}/IMG_1.PNG`]);
    await tree.put(`u/masks/${decomposed}/${decomposed}0.png`, 'mask');
    await tree.put(`u/masks/${decomposed}/img_1.png`, 'mask');
  });
  const both = [`${composed}/IMG_1.PNG bent`, `${composed}/${composed}0.png bent`, 'ok/0.png good'];

  it('of a class are found with masks in another spelling', async () => {
    const source = { root: 'u', classes: { ok: 'good', [decomposed]: 'bent' }, mask: { folder: 'masks' } };
    const { samples, skips, load } = await tree.scan(folders, source);
    expect(lines(samples).sort()).toEqual([...both].sort());
    expect(skips).toEqual([]);
    for (const sample of samples.filter(({ defectTypes }) => defectTypes.length > 0)) {
      expect(maskArea((await load(sample)).defects[0]!.mask)).toBe(12);
    }
  });

  it('of lists are found in another spelling', async () => {
    const rows = [
      ['ok/0.PNG', 'good', ''],
      [`${decomposed}/${decomposed}0.png`, 'bent', `masks/${composed}/${composed}0.png`],
      [`${composed}/img_1.png`, 'bent', `masks/${composed}/IMG_1.png`],
    ];
    await tree.write('u/list.csv', `image,type,mask\n${rows.map((row) => row.join()).join('\n')}\n`);
    const listed = await tree.scan(manifest, { file: 'u/list.csv' });
    expect(lines(listed.samples).sort()).toEqual([...both].sort());
    for (const sample of listed.samples) await listed.load(sample);

    const images = rows.map(([file_name], id) => ({ id, file_name, width: 8, height: 6 }));
    await tree.write('u/c.json', JSON.stringify({ images, categories: [], annotations: [] }));
    const annotated = await tree.scan(coco, { root: 'u', annotations: 'u/c.json' });
    expect(annotated.samples.map(({ id }) => `${id} ok`).sort()).toEqual(both.map((line) => `${line.split(' ')[0]!} ok`).sort()); // prettier-ignore
    for (const sample of annotated.samples) await annotated.load(sample);
  });

  it('of patterns are found in another spelling', async () => {
    const mask = { replace: `^${composed}/(.*)\\.png$`, with: `masks/${composed}/$1.png` };
    const images = [{ pattern: 'ok/*', type: 'good' }, { pattern: `${decomposed}/${composed}*`, type: 'bent', mask }]; // prettier-ignore
    const { samples, load } = await tree.scan(globs, { root: 'u', images });
    expect(lines(samples)).toEqual([`${composed}/${composed}0.png bent`, 'ok/0.png good']);
    await load(samples[0]);
  });

  it('of the other layouts are found whatever the capitals', async () => {
    await tree.put('k/train/10.PNG');
    await tree.put('k/Test/20.png');
    await tree.put('k/train/10_gt.png', 'mask');
    await tree.put('k/Test/20_GT.PNG', 'black');
    expect(lines((await tree.scan(kolektorSdd2, { root: 'k' })).samples)).toEqual(['Test/20.png good', 'train/10.PNG defect']); // prettier-ignore
    await tree.putAll(['d/Class1/train/0001.png', 'd/Class1/test/0002.png']);
    await tree.put('d/Class1/train/label/0001_LABEL.png', 'mask');
    await tree.write('d/Class1/test/label/labels.txt', '\ufeff1\r\n2\t0\t0002.PNG\t0\t0\r\n');
    expect(lines((await tree.scan(dagm, { root: 'd' })).samples)).toEqual(['Class1/test/0002.png good', 'Class1/train/0001.png Class1']); // prettier-ignore
  });

  it('keep to their exact names where there are any', async () => {
    await tree.putAll(['e/list/a.png', 'e/list/A.png']);
    const disk = new Disk(`${tree.base}/e`);
    expect(await disk.spelled('LIST/a.png')).toBe('list/a.png');
    expect(await disk.spelled('list/A.png')).toBe('list/A.png');
    expect(await disk.spelled('list/b.png')).toBe('list/b.png');
    expect(await disk.spelled('none/b.png')).toBe('none/b.png');
  });
});

describe('companions', () => {
  const files = (...stems: string[]) => new Map(stems.map((stem) => [stem, [`${stem}_mask`]]));
  const paired = (stems: string[], ...masks: string[]) => {
    const { of, orphans } = companionsOf(stems, files(...masks));
    return [[...of].map(([stem, paths]) => `${stem}: ${paths.join()}`), orphans.map(([stem]) => stem)];
  };

  it('belong to the image of their name, or of their only likeness', () => {
    expect(paired(['a', 'b'], 'a', 'B', 'c')).toEqual([['a: a_mask', 'b: B_mask'], ['c']]);
    expect(paired(['a', 'A'], 'A', 'a')).toEqual([['A: A_mask', 'a: a_mask'], []]);
    expect(paired(['IMG', 'img'], 'Img')).toEqual([[], ['Img']]);
    expect(paired(['a'], 'a', 'A')).toEqual([['a: a_mask'], ['A']]);
  });
});

it('says which image of two spellings is there twice', async () => {
  await tree.putAll(['t/ok/a.png']);
  await tree.write('t/list.csv', 'image,type\nok/a.png,good\nOK/A.png,good\n');
  await expect(tree.scan(manifest, { file: 't/list.csv' })).rejects.toMatchObject({ code: 'DATA_INVALID' });
});
