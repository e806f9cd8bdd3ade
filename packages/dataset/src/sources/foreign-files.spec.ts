/** What else lies in folders, and files that are not what they should be. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng, maskArea } from '@foveate/image';
import { execFileSync } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { greyPng16 } from '../../../image/src/testing/sixteen-bits.js';
import { btad, dagm, folders, industrial, manifest, mvtec, mvtecAd2, visa } from '../index.js';
import { Tree, lines, reasons } from './testing/tree.js';

let tree: Tree;
beforeAll(async () => {
  tree = await Tree.grow();
});
afterAll(() => tree.fell());

const onPosix = process.platform === 'win32' ? it.skip : it;

/** A grey PNG of 16 bits and 8x6 pixels, all of them `value` but for the first, which is 0. */
const deepPng = (value: number): Buffer => greyPng16(8, 6, [0, ...Array.from({ length: 47 }, () => value)]);

describe('leavings of systems and tools', () => {
  const leavings = [
    '.DS_Store',
    'Thumbs.db',
    'desktop.ini',
    '__MACOSX/._0.png',
    '@eaDir/0.png/thumb.jpg',
    '.git/x.png',
  ];

  it('among class folders do not refuse the rest', async () => {
    await tree.putAll(['m/train/good/0.png', 'm/test/good/0.png', 'm/test/bent/0.png']);
    await tree.put('m/ground_truth/bent/0_mask.png', 'mask');
    for (const part of ['m', 'm/train', 'm/test', 'm/test/bent', 'm/ground_truth']) {
      for (const path of leavings) await tree.put(`${part}/${path}`, 'nothing');
    }
    await tree.put('m/test/tool-cache/state.json', 'nothing');
    const { samples, skips } = await tree.scan(mvtec, { root: 'm' });
    expect(lines(samples)).toEqual(['test/bent/0.png bent', 'test/good/0.png good', 'train/good/0.png good']);
    expect(reasons(skips)).toEqual(['test/tool-cache folder-unused', 'test/tool-cache/state.json file-unused']);
  });

  it.each([
    [mvtecAd2, ['train/good/0_x.png', 'test_public/good/1_x.png'], 'train/notes/a.txt'],
    [btad, ['train/ok/0.png', 'test/ok/1.png'], 'test/notes/a.txt'],
    [industrial, ['train/good/0.png', 'test/good/1.png'], 'train/notes/a.txt'],
    [dagm, ['Class1/Train/0.PNG', 'Class1/Test/1.PNG'], 'notes/a.txt'],
  ])('beside class folders: %#', async (source, images, foreign) => {
    const root = `beside-${source.meta.id}`;
    await tree.putAll(images.map((path) => `${root}/${path}`));
    await tree.put(`${root}/${foreign}`, 'nothing');
    await tree.put(`${root}/__MACOSX/train/good/0.png`, 'nothing');
    expect((await tree.scan(source, { root })).samples).toHaveLength(2);
  });

  it('in a folder that is named are no images, and it must have some', async () => {
    await tree.put('n/good/Thumbs.db', 'nothing');
    await expect(tree.scan(folders, { root: 'n', classes: { good: 'good' } })).rejects.toMatchObject({
      code: 'DATA_INSUFFICIENT',
    });
  });
});

describe('things that are no regular files', () => {
  onPosix('are listed and never read', async () => {
    await tree.put('p/good/0.png');
    execFileSync('mkfifo', [join(tree.base, 'p/good/1.png'), join(tree.base, 'p/list.csv'), join(tree.base, 'p/list.jsonl')]); // prettier-ignore
    const { samples, skips } = await tree.scan(folders, { root: 'p', classes: { good: 'good' } });
    expect([lines(samples), reasons(skips)]).toEqual([['good/0.png good'], ['good/1.png not-a-file']]);
    for (const file of ['p/list.csv', 'p/list.jsonl']) {
      await expect(tree.scan(manifest, { file })).rejects.toMatchObject({
        code: 'PATH_MISSING',
        parts: { got: 'a named pipe' },
      });
    }
    await tree.write('p/listed.csv', 'image,type\ngood/1.png,good\n');
    const listed = await tree.scan(manifest, { file: 'p/listed.csv' });
    await expect(listed.load(listed.samples[0])).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { reason: 'image-unreadable', got: 'a named pipe' },
    });
  });
});

describe('lists', () => {
  const rows = { csv: 'image,type\na.png,good\nb.png,good\n', jsonl: '{"image":"a.png","type":"good"}\r\n\r\n{"image":"b.png","type":"ok"}' }; // prettier-ignore

  it.each(['csv', 'jsonl'] as const)('may begin with a byte order mark: %s', async (ending) => {
    const path = join(tree.base, `bom.${ending}`);
    const variants = [Buffer.from(`\ufeff${rows[ending]}`), Buffer.from(`\ufeff${rows[ending]}`, 'utf16le'), Buffer.from(rows[ending])]; // prettier-ignore
    for (const bytes of variants) {
      await writeFile(path, bytes);
      expect(lines((await tree.scan(manifest, { file: `bom.${ending}` })).samples)).toEqual(['a.png good', 'b.png good']); // prettier-ignore
    }
  });

  it('may begin with one in the layouts that have lists', async () => {
    await tree.write('bv/c/image_anno.csv', '\ufeffimage,label,mask\nc/0.jpg,normal,\n');
    expect((await tree.scan(visa, { root: 'bv', category: 'c' })).samples).toHaveLength(1);
  });

  it('name the line of what is nested deeply, or has no end', async () => {
    const deep = `{"image":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    await tree.write('deep.jsonl', `{"image":"a.png","type":"good"}\n${deep}\n`);
    await expect(tree.scan(manifest, { file: 'deep.jsonl' })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { where: join(tree.base, 'deep.jsonl:2'), got: 'a list in a list' },
    });
    await tree.write('long.jsonl', '{"image":"a.png","type":"good"}\n');
    await appendFile(join(tree.base, 'long.jsonl'), '['.repeat(1_100_000));
    await expect(tree.scan(manifest, { file: 'long.jsonl' })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { where: join(tree.base, 'long.jsonl:2') },
    });
  });
});

describe('images of 16 bits', () => {
  const classes = { good: 'good', bad: 'dent' };
  beforeAll(async () => {
    for (const path of ['deep/good/0.png', 'deep/bad/0.png', 'deep/bad/0_mask.png', 'deep/bad/1.png', 'deep/bad/1_mask.png']) {
      await tree.put(path, 'nothing');
    } // prettier-ignore
    const write = (path: string, value: number) => writeFile(join(tree.base, path), deepPng(value));
    await write('deep/good/0.png', 1023);
    await write('deep/bad/0.png', 512);
    await write('deep/bad/0_mask.png', 1);
    await write('deep/bad/1.png', 512);
    await write('deep/bad/1_mask.png', 20_000);
  });

  it('are scaled by a range, the same in the data set and alone', async () => {
    const source = { root: 'deep', classes, valueRange: [0, 1023], mask: '_mask.png', maskThreshold: 0 };
    const { samples, load } = await tree.scan(folders, source);
    const { image, depth } = await load(samples.at(-1));
    expect([image.data.slice(0, 6), depth]).toEqual([Uint8Array.of(0, 0, 0, 255, 255, 255), { highest: 1023, range: [0, 1023] }]); // prettier-ignore
    const alone = await (await tree.source(folders, source)).readImage?.(join(tree.base, 'deep/good/0.png'));
    expect(alone).toEqual(image);
    const plain = await tree.scan(folders, { root: 'deep', classes, mask: '_mask.png', maskThreshold: 0 });
    expect((await plain.load(plain.samples.at(-1))).image.data[3]).toBe(3);
  });

  it.each([[[5, 5]], [[1023, 0]], [[0, 65536]], [[-1, 3]], [[0.5, 3]], [[0]]])('refuse the range %j', async (range) => {
    await expect(tree.source(folders, { root: 'deep', classes, valueRange: range })).rejects.toThrow();
  });

  it('have masks whose small values count, or are told', async () => {
    const low = await tree.scan(folders, { root: 'deep', classes, mask: '_mask.png', maskThreshold: 0 });
    expect(maskArea((await low.load(low.samples[0])).defects[0]!.mask)).toBe(47);
    const usual = await tree.scan(folders, { root: 'deep', classes, mask: '_mask.png' });
    await expect(usual.load(usual.samples[0])).rejects.toMatchObject({
      parts: {
        reason: 'mask-empty',
        got: 'at most 1 of 65535',
        advice: expect.stringContaining('maskThreshold to 0,'),
      },
    });
    await expect(usual.load(usual.samples[1])).rejects.toMatchObject({
      parts: { reason: 'mask-empty', advice: expect.stringContaining('maskThreshold to at most 77,') },
    });
    const advised = await tree.scan(folders, { root: 'deep', classes, mask: '_mask.png', maskThreshold: 77 });
    expect(maskArea((await advised.load(advised.samples[1])).defects[0]!.mask)).toBe(47);
  });
});

describe('images and masks in folders side by side', () => {
  beforeAll(async () => {
    await tree.putAll(['s/good/images/0.png', 's/dent/images/0.png', 's/dent/images/sub/1.png']);
    for (const path of ['s/dent/masks/0.png', 's/dent/masks/sub/1.png', 's/dent/masks/9.png']) await tree.put(path, 'mask'); // prettier-ignore
    await tree.putAll(['t/images/good/0.png', 't/images/dent/0.png']);
    await tree.put('t/masks/dent/0.png', 'mask');
  });
  const mask = { replace: 'images', with: 'masks' };

  it('are found within each class folder', async () => {
    const classes = { 'good/images': 'good', 'dent/images': 'dent' };
    const { samples, skips, load } = await tree.scan(folders, { root: 's', classes, mask, recursive: true });
    expect(lines(samples)).toEqual(['dent/images/0.png dent', 'dent/images/sub/1.png dent', 'good/images/0.png good']);
    expect(reasons(skips)).toEqual(['dent/masks/9.png mask-without-image']);
    expect(maskArea((await load(samples[1])).defects[0]!.mask)).toBe(12);
  });

  it('are found above the class folders', async () => {
    const classes = { 'images/good': 'good', 'images/dent': 'dent' };
    const { samples, skips, load } = await tree.scan(folders, { root: 't', classes, mask });
    expect([lines(samples), skips]).toEqual([['images/dent/0.png dent', 'images/good/0.png good'], []]);
    expect(maskArea((await load(samples[0])).defects[0]!.mask)).toBe(12);
  });

  it('must be named', async () => {
    await expect(tree.scan(folders, { root: 's', classes: { dent: 'dent' }, mask })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      parts: { where: 'source.mask.replace', advice: expect.stringContaining('dent/images') },
    });
  });
});

it('unites many masks of an image one by one', async () => {
  await tree.put('many/bad/0.png');
  const data = (left: number) => Uint8Array.from({ length: 48 }, (_, at) => (at % 8 === left ? 255 : 0));
  for (let i = 0; i < 16; i++) {
    const png = await encodePng({ width: 8, height: 6, channels: 1, data: data(i % 8) });
    await tree.put(`many/bad/0_mask_${i}.png`, 'nothing');
    await writeFile(join(tree.base, `many/bad/0_mask_${i}.png`), png);
  }
  const { samples, load } = await tree.scan(folders, { root: 'many', classes: { bad: 'dent' }, mask: '_mask_*.png' });
  expect((await load(samples[0])).defects.map(({ mask }) => maskArea(mask))).toEqual([48]);
});
