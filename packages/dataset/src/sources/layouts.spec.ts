import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskArea, writePng } from '@foveate/image';
import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  btad,
  dagm,
  folders,
  globs,
  industrial,
  kolektorSdd2,
  mvtec,
  mvtecAd2,
  stratifiedSplitter,
  visa,
} from '../index.js';
import { Tree, lines, reasons } from './testing/tree.js';

let tree: Tree;
beforeAll(async () => {
  tree = await Tree.grow();
});
afterAll(() => tree.fell());

describe('mvtec with folders of masks (LOCO)', () => {
  it('unites the masks of an image and knows validation', async () => {
    await tree.putAll(['loco/train/good/000.png', 'loco/validation/good/000.png', 'loco/test/logical/000.png']);
    await tree.putAll(['loco/test/logical/001.png', 'loco/test/good/000.png']);
    await tree.put('loco/ground_truth/logical/000/000.png', 'mask');
    await tree.put('loco/ground_truth/logical/000/001.png', 'mask');
    await tree.put('loco/ground_truth/logical/007/000.png', 'mask');
    const { samples, skips, load } = await tree.scan(mvtec, { root: 'loco', splits: 'source' });
    expect(lines(samples)).toEqual([
      'test/good/000.png good test',
      'test/logical/000.png logical test',
      'train/good/000.png good train',
      'validation/good/000.png good validation',
    ]);
    expect(reasons(skips)).toEqual([
      'ground_truth/logical/007/000.png mask-without-image',
      'test/logical/001.png mask-missing',
    ]);
    expect(samples[1]!.files).toHaveLength(3);
    expect((await load(samples[1])).defects.map(({ type, mask }) => [type, maskArea(mask)])).toEqual([['logical', 12]]);
  });
});

describe('mvtec-ad2', () => {
  beforeAll(async () => {
    await tree.putAll(['ad2/vial/train/good/000_regular.png', 'ad2/vial/validation/good/000_regular.png']);
    await tree.putAll(['ad2/vial/test_public/good/001_regular.png', 'ad2/vial/test_public/good/001_shift_1.png']);
    await tree.putAll(['ad2/vial/test_public/bad/001_regular.png', 'ad2/vial/test_public/bad/001_shift_1.png']);
    await tree.put('ad2/vial/test_public/ground_truth/bad/001_regular_mask.png', 'mask');
    await tree.put('ad2/vial/test_public/ground_truth/bad/002_regular_mask.png', 'mask');
    await tree.put('ad2/vial/test_private/000_regular.png');
  });

  it('keeps the lightings of a scene together and lists what has no mask', async () => {
    const { samples, skips, load } = await tree.scan(mvtecAd2, { root: 'ad2', category: 'vial' });
    expect(lines(samples)).toEqual([
      'test_public/bad/001_regular.png bad (test_public/bad/001)',
      'test_public/good/001_regular.png good (test_public/good/001)',
      'test_public/good/001_shift_1.png good (test_public/good/001)',
      'train/good/000_regular.png good (train/good/000)',
      'validation/good/000_regular.png good (validation/good/000)',
    ]);
    expect(reasons(skips)).toEqual([
      'test_public/bad/001_shift_1.png mask-missing',
      'test_public/ground_truth/bad/002_regular_mask.png mask-without-image',
    ]);
    expect((await load(samples[0])).defects).toHaveLength(1);
  });

  it('has three splits of its own', async () => {
    const { samples } = await tree.scan(mvtecAd2, { root: 'ad2/vial', splits: 'source' });
    expect([...new Set(samples.map(({ split }) => split))]).toEqual(['test', 'train', 'validation']);
    await expect(tree.scan(mvtecAd2, { root: 'ad2' })).rejects.toThrow(/layout of MVTec AD 2 .*got vial/);
  });
});

describe('btad', () => {
  it('reads train/ok and test/{ok,ko} with masks of either ending', async () => {
    await tree.putAll(['btad/01/train/ok/0000.bmp', 'btad/01/test/ok/0001.bmp']);
    await tree.putAll(['btad/01/test/ko/0002.bmp', 'btad/01/test/ko/0003.bmp', 'btad/01/test/ko/0004.bmp']);
    await tree.put('btad/01/ground_truth/ko/0002.png', 'mask');
    await tree.put('btad/01/ground_truth/ko/0003.bmp', 'mask');
    const { samples, skips, load } = await tree.scan(btad, { root: 'btad', category: '01', splits: 'source' });
    expect(lines(samples)).toEqual([
      'test/ko/0002.bmp ko test',
      'test/ko/0003.bmp ko test',
      'test/ok/0001.bmp good test',
      'train/ok/0000.bmp good train',
    ]);
    expect(reasons(skips)).toEqual(['test/ko/0004.bmp mask-missing']);
    expect(skips[0]!.message).toContain('ground_truth/ko/0004.png or ground_truth/ko/0004.bmp');
    expect(maskArea((await load(samples[1])).defects[0]!.mask)).toBe(12);
  });
});

describe('visa', () => {
  beforeAll(async () => {
    const data = 'visa/candle/Data';
    await tree.putAll(['000', '001'].map((name) => `${data}/Images/Normal/${name}.JPG`));
    await tree.putAll(['000', '001', '002'].map((name) => `${data}/Images/Anomaly/${name}.JPG`));
    await tree.putAll(
      ['000', '001'].map((name) => `${data}/Masks/Anomaly/${name}.png`),
      'mask',
    );
    const path = (name: string) => `candle/Data/Images/${name}`;
    const mask = (name: string) => `candle/Data/Masks/Anomaly/${name}`;
    await tree.write(
      'visa/split_csv/1cls.csv',
      [
        'object,split,label,image,mask',
        `candle,train,normal,${path('Normal/000.JPG')},`,
        `candle,test,normal,${path('Normal/001.JPG')},`,
        `candle,test,anomaly,${path('Anomaly/000.JPG')},${mask('000.png')}`,
        `candle,test,anomaly,${path('Anomaly/001.JPG')},${mask('001.png')}`,
        'pcb1,test,normal,pcb1/Data/Images/Normal/000.JPG,',
      ].join('\n'),
    );
  });

  it('reads the folders', async () => {
    const { samples, skips } = await tree.scan(visa, { root: 'visa', category: 'candle' });
    expect(lines(samples)).toEqual([
      'candle/Data/Images/Anomaly/000.JPG anomaly',
      'candle/Data/Images/Anomaly/001.JPG anomaly',
      'candle/Data/Images/Normal/000.JPG good',
      'candle/Data/Images/Normal/001.JPG good',
    ]);
    expect(reasons(skips)).toEqual(['candle/Data/Images/Anomaly/002.JPG mask-missing']);
  });

  it('takes splits from the list and types from the annotations, one mask for two of them', async () => {
    const { samples: untyped } = await tree.scan(visa, { root: 'visa', category: 'candle', splits: '1cls' });
    expect(lines(untyped)[2]).toBe('candle/Data/Images/Anomaly/000.JPG anomaly test');
    await tree.write(
      'visa/candle/image_anno.csv',
      [
        'image,label,mask',
        'candle/Data/Images/Normal/000.JPG,normal,',
        'candle/Data/Images/Anomaly/000.JPG,"chunk of wax, weird wick",candle/Data/Masks/Anomaly/000.png',
        'candle/Data/Images/Anomaly/001.JPG,other,candle/Data/Masks/Anomaly/001.png',
      ].join('\r\n'),
    );
    const { samples, load } = await tree.scan(visa, { root: 'visa', category: 'candle', splits: '1cls' });
    expect(lines(samples)).toEqual([
      'candle/Data/Images/Normal/000.JPG good train',
      'candle/Data/Images/Normal/001.JPG good test',
      'candle/Data/Images/Anomaly/000.JPG chunk of wax+weird wick test',
      'candle/Data/Images/Anomaly/001.JPG other test',
    ]);
    const { defects } = await load(samples[2]);
    expect(defects.map(({ type, mask }) => [type, maskArea(mask)])).toEqual([['chunk of wax', 12], ['weird wick', 12]]); // prettier-ignore
    const own = await tree.scan(visa, { root: 'visa', category: 'candle' });
    expect(lines(own.samples)[1]).toBe('candle/Data/Images/Anomaly/000.JPG chunk of wax+weird wick');
  });

  it('takes small numbers in masks for inside', async () => {
    const path = join(tree.base, 'visa/candle/Data/Masks/Anomaly/001.png');
    await writePng(path, { width: 8, height: 6, channels: 1, data: new Uint8Array(48).fill(1, 0, 5) });
    const { samples, load } = await tree.scan(visa, { root: 'visa', category: 'candle' });
    const { defects } = await load(samples.find(({ id }) => id.endsWith('Anomaly/001.JPG')));
    expect(maskArea(defects[0]!.mask)).toBe(5);
  });

  it('says when the list lacks the category', async () => {
    await expect(tree.scan(visa, { root: 'visa', category: 'candel', splits: '1cls' })).rejects.toThrow(
      "rows of the object 'candel' in split_csv/1cls.csv",
    );
  });
});

describe('kolektor-sdd2', () => {
  it('calls images with an empty mask good and leaves out the copies in the archive', async () => {
    for (const name of ['train/10000', 'train/10301', 'test/20000', 'test/20001']) await tree.put(`ksdd2/${name}.png`);
    await tree.put('ksdd2/train/10000_GT.png', 'black');
    await tree.put('ksdd2/train/10301_GT.png', 'mask');
    await tree.put('ksdd2/train/10301 (copy).png');
    await tree.put('ksdd2/train/10301_GT (copy).png', 'mask');
    await tree.put('ksdd2/test/20000_GT.png', 'nothing');
    await tree.put('ksdd2/test/20009_GT.png', 'black');
    const { samples, skips, load } = await tree.scan(kolektorSdd2, { root: 'ksdd2', splits: 'source' });
    expect(lines(samples)).toEqual(['train/10000.png good train', 'train/10301.png defect train']);
    expect(reasons(skips)).toEqual([
      'test/20000_GT.png mask-truncated',
      'test/20001.png mask-missing',
      'test/20009_GT.png mask-without-image',
      'train/10301 (copy).png file-copy',
      'train/10301_GT (copy).png file-copy',
    ]);
    expect(maskArea((await load(samples[1])).defects[0]!.mask)).toBe(12);
    await expect(tree.scan(kolektorSdd2, { root: 'nowhere' })).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});

describe('dagm', () => {
  beforeAll(async () => {
    await tree.putAll(['0001', '0002', '0003', '0004'].map((name) => `dagm/Class1/Train/${name}.PNG`));
    await tree.putAll(
      ['0002', '0004', '0009'].map((name) => `dagm/Class1/Train/Label/${name}_label.PNG`),
      'mask',
    );
    await tree.put('dagm/Class1/Test/0001.PNG');
    // Copies on the net hold each class in itself.
    await tree.put('dagm/Class2/Class2/Train/0001.PNG');
    await tree.put('dagm/Class2/Class2/Train/Label/0001_label.PNG', 'mask');
  });
  const labels = ['1', '1\t0\t0001.PNG\t0\t0', '2\t1\t0002.PNG\t0\t0002_label.PNG', '3\t1\t0003.PNG\t0\t0003_label.PNG', '4\t0\t0004.PNG\t0\t0']; // prettier-ignore

  it('follows Labels.txt where there is one', async () => {
    const { samples: unlisted } = await tree.scan(dagm, { root: 'dagm', category: 'Class1' });
    expect(lines(unlisted)).toContain('Class1/Train/0004.PNG Class1');
    await tree.write('dagm/Class1/Train/Label/Labels.txt', labels.join('\r\n'));
    const { samples, skips } = await tree.scan(dagm, { root: 'dagm', splits: 'source' });
    expect(lines(samples)).toEqual([
      'Class1/Test/0001.PNG good test',
      'Class1/Train/0001.PNG good train',
      'Class1/Train/0002.PNG Class1 train',
      'Class1/Train/0004.PNG good train',
      'Class2/Class2/Train/0001.PNG Class2 train',
    ]);
    expect(reasons(skips)).toEqual([
      'Class1/Train/0003.PNG mask-missing',
      'Class1/Train/Label/0004_label.PNG mask-without-image',
      'Class1/Train/Label/0009_label.PNG mask-without-image',
    ]);
  });

  it('leaves out the image whose line in Labels.txt is wrong', async () => {
    await tree.put('dagm-bad/Class1/Train/0001.PNG');
    await tree.write('dagm-bad/Class1/Train/Label/Labels.txt', '1\n1 yes 0001.PNG 0 0\n');
    await tree.write('dagm-bad/Class1/Train/0002.PNG', '');
    const { samples, skips } = await tree.scan(dagm, { root: 'dagm-bad' });
    expect(lines(samples)).toEqual(['Class1/Train/0002.PNG good']);
    expect(reasons(skips)).toEqual([
      'Class1/Train/0001.PNG label-unknown',
      'Class1/Train/Label/Labels.txt:2 line-unreadable',
    ]);
  });
});

describe('industrial', () => {
  it('leaves one folder to the splitter and keeps the test folder', async () => {
    await tree.putAll(['ind/train/good/a.png', 'ind/train/good/lot1/b.png', 'ind/train/dent/c.png']);
    await tree.putAll(['ind/test/good/d.png', 'ind/test/dent/lot2/e.png']);
    await tree.putAll(['ind/masks/train/dent/c.png', 'ind/masks/test/dent/lot2/e.png'], 'mask');
    const { samples, skips, load } = await tree.scan(industrial, { root: 'ind', mask: { folder: 'masks' } });
    expect(lines(samples)).toEqual([
      'test/dent/lot2/e.png dent test',
      'test/good/d.png good test',
      'train/dent/c.png dent',
      'train/good/a.png good',
      'train/good/lot1/b.png good',
    ]);
    expect(skips).toEqual([]);
    expect((await load(samples[0])).defects).toHaveLength(1);
    await expect(tree.scan(industrial, { root: 'ind', test: 'tests' })).rejects.toThrow(join(tree.base, 'ind/tests'));
  });

  it('is divided 80 to 20 beside its test set, as the paper has it', async () => {
    const name = (index: number) => `${String(index).padStart(3, '0')}.png`;
    await tree.putAll(Array.from({ length: 20 }, (_, i) => `paper/train/good/${name(i)}`));
    await tree.putAll(Array.from({ length: 10 }, (_, i) => `paper/train/dent/${name(i)}`));
    await tree.putAll(['paper/test/good/a.png', 'paper/test/good/b.png', 'paper/test/dent/c.png']);
    const { samples } = await tree.scan(industrial, { root: 'paper', requireMasks: false });
    const labelled = samples.map((sample) => ({
      ...sample,
      label: sample.defectTypes.length === 0 ? (0 as const) : (1 as const),
      reason: 'by folder',
    }));
    const splitter = await stratifiedSplitter.register(
      { train: 0.8, validation: 0.2, test: 0 } as never,
      tree.context(),
    );
    const splits = splitter.assign(labelled, 1);
    const counts = (type: string) =>
      ['train', 'validation', 'test'].map(
        (split) => labelled.filter(({ id }, i) => splits[i] === split && id.includes(`/${type}/`)).length,
      );
    expect([counts('good'), counts('dent')]).toEqual([[16, 4, 2], [8, 2, 1]]); // prettier-ignore
  });
});

describe('folders', () => {
  it('searches class folders on request, with prefixed masks and several of them', async () => {
    await tree.putAll(['deep/bad/x.png', 'deep/bad/lot/1/y.png', 'deep/bad/lot/2/y.png']);
    await tree.putAll(['deep/bad/GT_x_1.png', 'deep/bad/GT_x_2.png', 'deep/bad/lot/2/GT_y_.png'], 'mask');
    const options = { root: 'deep', classes: { bad: { type: 'dent', split: 'test' } }, mask: 'GT_{name}_*.png' };
    const { samples, skips, load } = await tree.scan(folders, { ...options, recursive: true });
    expect(lines(samples)).toEqual(['bad/lot/2/y.png dent test', 'bad/x.png dent test']);
    expect(reasons(skips)).toEqual(['bad/lot/1/y.png mask-missing']);
    expect(samples[1]!.files).toHaveLength(3);
    expect(maskArea((await load(samples[1])).defects[0]!.mask)).toBe(12);
    expect(lines((await tree.scan(folders, options)).samples)).toEqual(['bad/x.png dent test']);
  });

  it('does not take masks for images when their folder lies in the class folder', async () => {
    await tree.putAll(['inner/bad/x.png', 'inner/bad/lot/z.png']);
    await tree.putAll(['inner/bad/masks/bad/x.png', 'inner/bad/masks/bad/lot/z.png'], 'mask');
    const options = { root: 'inner', classes: { bad: 'dent' }, recursive: true, mask: { folder: 'bad/masks' } };
    const { samples, skips } = await tree.scan(folders, options);
    expect([lines(samples), reasons(skips)]).toEqual([['bad/lot/z.png dent', 'bad/x.png dent'], []]);
  });

  it('follows links within the root, not out of it and not in circles', async () => {
    await tree.putAll(['links/set/good/a.png', 'links/set/more/b.png', 'links/elsewhere/c.png']);
    await symlink('../more', join(tree.base, 'links/set/good/within'));
    await symlink('../good', join(tree.base, 'links/set/good/round'));
    await symlink('../../elsewhere', join(tree.base, 'links/set/good/away'));
    await symlink('../../elsewhere/c.png', join(tree.base, 'links/set/good/d.png'));
    const options = { root: 'links/set', classes: { good: 'good' }, recursive: true };
    const inside = await tree.scan(folders, options);
    expect(lines(inside.samples)).toEqual(['good/a.png good', 'good/d.png good', 'good/within/b.png good']);
    expect(reasons(inside.skips)).toEqual(['good/away outside-root', 'good/round link-loop']);
    await expect(inside.load(inside.samples[1])).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { reason: 'outside-root', where: join(tree.base, 'links/set/good/d.png') },
    });
    const anywhere = await tree.scan(folders, { ...options, links: 'anywhere' });
    expect(lines(anywhere.samples)).toContain('good/away/c.png good');
    expect((await anywhere.load(anywhere.samples[2])).image.width).toBe(8);
  });

  it('leaves out what it may not read', async () => {
    // Root may read everything.
    if (process.getuid?.() === 0) return console.log('skipped: run by root');
    await tree.putAll(['closed/good/a.png', 'closed/good/b.png', 'closed/good/room/c.png']);
    await chmod(join(tree.base, 'closed/good/b.png'), 0);
    await chmod(join(tree.base, 'closed/good/room'), 0);
    const { samples, skips, load } = await tree.scan(folders, {
      root: 'closed',
      classes: { good: 'good' },
      recursive: true,
    });
    await chmod(join(tree.base, 'closed/good/room'), 0o755);
    expect(reasons(skips)).toEqual(['good/room folder-unreadable']);
    await expect(load(samples[1])).rejects.toMatchObject({ parts: { reason: 'image-unreadable' } });
  });

  it('refuses images of too many pixels before it decodes them', async () => {
    await tree.put('big/good/a.png');
    const { samples, load } = await tree.scan(folders, { root: 'big', classes: { good: 'good' }, maxPixels: 47 });
    await expect(load(samples[0])).rejects.toThrow(/too many pixels .*at most 47, got 8x6 = 48.*maxPixels/);
  });

  it('refuses a class within another that is searched', async () => {
    await expect(
      tree.scan(folders, { root: 'x', classes: { a: 'good', 'a/b': 'dent' }, recursive: true }),
    ).rejects.toThrow('lies within another, a');
  });
});

describe('globs', () => {
  beforeAll(async () => {
    await tree.putAll(['globs/line1/ok/1.png', 'globs/line2/ok/2.png', 'globs/line1/nok/img/3.png']);
    await tree.putAll(['globs/line1/nok/img/4.png', 'globs/line2/nok/img/5.PNG']);
    await tree.put('globs/line1/nok/mask/3_m.png', 'mask');
    await tree.put('globs/line2/nok/mask/5_m.png', 'mask');
  });
  const mask = { replace: String.raw`/img/(.*)\.(png|PNG)$`, with: '/mask/$1_m.png' };

  it('finds images by patterns, the first of which counts', async () => {
    const images = [
      { pattern: 'line2/**/*.png', type: 'good', split: 'test' },
      { pattern: '**/ok/*.png', type: 'good' },
      { pattern: '**/nok/img/*.png', type: 'scratch', mask },
    ];
    const { samples, skips, load } = await tree.scan(globs, {
      root: 'globs',
      images,
      ignore: ['**/nok/img/5.png', '**/mask/**'],
    });
    expect(lines(samples)).toEqual(['line1/nok/img/3.png scratch', 'line1/ok/1.png good', 'line2/ok/2.png good test']);
    expect(reasons(skips)).toEqual(['line1/nok/img/4.png mask-missing']);
    expect(maskArea((await load(samples[0])).defects[0]!.mask)).toBe(12);
  });

  it('names a pattern that finds nothing, and masks outside the root', async () => {
    const images = [
      { pattern: '**/ok/*.png', type: 'good' },
      { pattern: 'line1/ok/*', type: 'x' },
    ];
    await expect(tree.scan(globs, { root: 'globs', images })).rejects.toMatchObject({
      code: 'DATA_INSUFFICIENT',
      parts: { got: 'line1/ok/*' },
    });
    const out = [{ pattern: '**/img/3.png', type: 'x', mask: { replace: '^.*$', with: '../../etc/passwd' } }];
    expect(reasons((await tree.scan(globs, { root: 'globs', images: out })).skips)).toEqual([
      'line1/nok/img/3.png outside-root',
    ]);
    await expect(
      tree.source(globs, { root: 'globs', images: [{ pattern: 'a', type: 'x', mask: { replace: '(', with: '' } }] }),
    ).rejects.toMatchObject({ parts: { where: 'source.images[0].mask.replace' } });
  });
});

it('gives samples that survive a trip to a worker', async () => {
  await tree.put('plain/good/a.png');
  await mkdir(join(tree.base, 'plain/bad'), { recursive: true });
  await copyFile(join(tree.base, 'plain/good/a.png'), join(tree.base, 'plain/bad/b.png'));
  const { samples } = await tree.scan(folders, { root: 'plain', classes: { good: 'good', bad: 'dent' } });
  expect(structuredClone(samples)).toEqual(samples);
});
