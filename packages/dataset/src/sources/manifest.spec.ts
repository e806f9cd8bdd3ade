import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isFoveateError } from '@foveate/contracts';
import { maskArea } from '@foveate/image';
import fc from 'fast-check';
import { join } from 'node:path';
import { manifest } from '../index.js';
import { Tree, lines, reasons } from './testing/tree.js';

let tree: Tree;
beforeAll(async () => {
  tree = await Tree.grow();
  await tree.putAll(['data/a.png', 'data/sub/b.png', 'data/c.png']);
  await tree.putAll(['data/m/b1.png', 'data/m/b2.png', 'data/m/area.png'], 'mask');
});
afterAll(() => tree.fell());

let count = 0;
/** Scans a list beside the images. */
async function scan(text: string, options: object = {}, ending = 'csv') {
  const file = `data/list${count++}.${ending}`;
  await tree.write(file, text);
  return tree.scan(manifest, { file, ...options });
}

describe('a CSV list', () => {
  it('has masks with types, areas, splits, groups and ids', async () => {
    const text = [
      '\ufeffid,image,type,mask,aoi,split,group',
      'first,a.png,good,,,train,lot 1',
      'second,sub/b.png,dent;scratch,m/b1.png;m/b2.png,m/area.png,val,"lot, 2"',
      '',
      'third,./sub/../c.png,dent,m/b1.png ; m/b2.png,,,',
    ].join('\r\n');
    const { samples, skips, load } = await scan(text);
    expect(skips).toEqual([]);
    expect(lines(samples)).toEqual([
      'first good train (lot 1)',
      'second dent+scratch validation (lot, 2)',
      'third dent',
    ]);
    const second = await load(samples[1]);
    expect(second.defects.map(({ type, mask }) => [type, maskArea(mask)])).toEqual([['dent', 12], ['scratch', 12]]); // prettier-ignore
    expect(maskArea(second.aoi!)).toBe(12);
    expect((await load(samples[2])).defects).toHaveLength(1);
    expect(samples[2]!.files![0]).toBe(join(tree.base, 'data/c.png'));
  });

  it('has attributes in the columns that it is told', async () => {
    const text = 'image,type,camera,shift,__proto__\na.png,good,2,night,x\nsub/b.png,good,,,\nc.png,good,2,,y\n';
    const { samples } = await scan(text, { attributes: ['camera', 'shift'] });
    expect(samples.map(({ attributes }) => attributes)).toEqual([
      { camera: '2', shift: 'night' },
      undefined,
      { camera: '2' },
    ]);
    expect((await scan(text)).samples.every(({ attributes }) => attributes === undefined)).toBe(true);
    const [first] = (await scan(text, { attributes: ['__proto__'] })).samples;
    expect(JSON.stringify(first?.attributes)).toBe('{"__proto__":"x"}');
    await expect(scan(text, { attributes: ['cameras'] })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('has the columns and words that it is told', async () => {
    const text = 'file;verdict;m1;m2\na.png;0;;\nsub/b.png;1;m/b1.png;m/b2.png\nc.png;IO;;\n';
    const { samples } = await scan(text, {
      delimiter: ';',
      separator: '|',
      columns: { image: 'file', type: 'verdict', mask: { dent: 'm1', scratch: 'm2' } },
      good: ['0', '1', 'IO'],
      group: '^.',
    });
    expect(lines(samples)).toEqual(['a.png good (a)', 'sub/b.png dent+scratch (s)', 'c.png good (c)']);
  });

  it('takes a mask for a defect if told that there are no types, and the mask of a good image for nothing', async () => {
    const options = { columns: { type: null } };
    expect(lines((await scan('image,mask\na.png,\nsub/b.png,m/b1.png\n', options)).samples)).toEqual([
      'a.png good',
      'sub/b.png defect',
    ]);
    const { samples } = await scan('image,mask,type\na.png,m/b1.png,good\n');
    expect([lines(samples), samples[0]!.files]).toEqual([['a.png good'], [join(tree.base, 'data/a.png')]]);
  });

  it('needs no types where each has a column of masks, and takes capitals for small letters', async () => {
    const options = { columns: { mask: { dent: 'dent_mask' } } };
    const { samples } = await scan('image,dent_mask\na.png,\nsub/b.png,m/b1.png\n', options);
    expect(lines(samples)).toEqual(['a.png good', 'sub/b.png dent']);
    expect(lines((await scan('image,type\na.png,Good\nc.png,OK\n')).samples)).toEqual(['a.png good', 'c.png good']);
  });

  it('lists defective images without mask with their line', async () => {
    const { samples, skips } = await scan('image,type\na.png,good\nsub/b.png,dent\n');
    expect([lines(samples), reasons(skips)]).toEqual([['a.png good'], ['sub/b.png mask-missing']]);
    expect(skips[0]!.message).toMatch(/^list\d+\.csv:3: /);
    const lenient = await scan('image,type\na.png,good\nsub/b.png,dent\n', { requireMasks: false });
    expect(lines(lenient.samples)).toEqual(['a.png good', 'sub/b.png dent']);
  });

  it('limits by type', async () => {
    const text = ['image,type', ...Array.from({ length: 30 }, (_, i) => `${i}.png,good`), 'x.png,ok'].join('\n');
    const { samples } = await scan(text, { limit: { good: 4 } });
    expect(samples).toHaveLength(4);
    await expect(scan(text, { limit: { dent: 4 } })).rejects.toMatchObject({ parts: { where: 'source.limit' } });
  });

  it.each([
    ['a missing column', 'file,type\na.png,good\n', {}, /:1: list\d+\.csv has no column 'image'.*'file', 'type'/],
    [
      'a misspelt column',
      'image,tpyes\na.png,good\n',
      { columns: { type: 'types' } },
      /no column 'types'.*Did you mean 'tpyes'/,
    ],
    ['no types', 'image,tpye\na.png,dent\n', {}, /:1: list\d+\.csv has no column 'type'.*'tpye'.*Did you mean 'tpye'/],
    ['masks alone, unasked', 'image,mask\na.png,\n', {}, /:1: .*no column 'type'.*set columns\.type to null/],
    ['neither types nor masks', 'image\na.png\n', { columns: { type: null } }, /:1: .*no column 'mask'/],
    ['another delimiter', 'image;type\na.png;dent\n', {}, /no column 'image'.*Set delimiter: ";"/],
    ['the same column twice', 'image,image\na.png,b.png\n', {}, /:1: A column is there twice .*'image'/],
    [
      'a path out of the root',
      'image,type\na.png,ok\n../a.png,ok\n',
      {},
      /list\d+\.csv:3: The path leads out.*'\.\.\/a\.png'/,
    ],
    ['a hidden way out', 'image,type\nsub/../../x/a.png,\n', {}, /:2: The path leads out/],
    ['a way out with backslashes', 'image,type\nsub\\..\\..\\a.png,\n', {}, /:2: The path leads out/],
    ['an absolute path', 'image,type\n/etc/passwd,\n', {}, /:2: The path leads out/],
    ['a drive', 'image,type\nC:\\a.png,\n', {}, /:2: The path leads out/],
    ['a mask out of the root', 'image,mask,type\na.png,../../m.png,dent\n', {}, /:2: The path leads out/],
    [
      'the same id twice',
      'image,type\na.png,\nc.png,\n./a.png,\n',
      {},
      /:4: Two rows have the same id .*'a\.png', as in line 2/,
    ],
    [
      'a wrong split',
      'image,type,split\na.png,,trian\n',
      {},
      /:2: This is not a split .*'trian'.*Did you mean 'train'/,
    ],
    ['cells too many', 'image,type\na.png,good\nc.png,good,3\n', {}, /:3: The line is not valid CSV/],
    ['a row without end', `image,type\na.png,"${'x'.repeat(2_000_000)}`, {}, /:2: The line is not valid CSV/],
    ['an open quote', 'image,type\na.png,"good\n', {}, /The line is not valid CSV/],
    ['an empty image', 'image,type\n,good\n', {}, /:2: Column 'image' is empty/],
    ['a mask without type', 'image,mask,type\na.png,m/b1.png,\n', {}, /:2: There is a mask and no defect type/],
    [
      'masks that do not pair',
      'image,mask,type\na.png,x;y;z,dent;rough\n',
      {},
      /:2: Masks and defect types cannot be paired .*3 masks and 2 types/,
    ],
    ['no rows', 'image\n', {}, /no rows/],
    ['nothing', '', {}, /no rows/],
  ])('refuses %s', async (_name, text, options, message) => {
    const error = await scan(text, options).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(isFoveateError(error)).toBe(true);
    expect(error!.message).toMatch(message);
  });

  it('names the line when a file cannot be loaded', async () => {
    await tree.put('data/broken.png', 'nothing');
    await tree.put('data/m/small.png', 'small');
    const text = 'image,mask,type\nmissing.png,,\nbroken.png,,\na.png,m/small.png,dent\n';
    const { samples, load } = await scan(text);
    const messages = await Promise.all(samples.map((sample) => load(sample).then(() => '', (error: Error) => error.message))); // prettier-ignore
    expect(messages[0]).toMatch(/^list\d+\.csv:2: There is no such image file: .*missing\.png/);
    expect(messages[1]).toMatch(/^list\d+\.csv:3: The image file is empty: .*broken\.png/);
    expect(messages[2]).toMatch(/^list\d+\.csv:4: Mask of 'a\.png' is 4x3/);
  });

  it('says that there is no list', async () => {
    await expect(tree.scan(manifest, { file: 'data/none.csv' })).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(tree.scan(manifest, { file: 'data' })).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});

describe('JSON Lines', () => {
  it('have lists, numbers and missing keys', async () => {
    const text = [
      { image: 'a.png', type: [], group: 17 },
      {
        image: 'sub/b.png',
        type: ['dent', 'scratch'],
        mask: ['m/b1.png', 'm/b2.png'],
        aoi: 'm/area.png',
        split: 'test',
      },
      { image: 'c;d.png', type: 'good', mask: null },
    ];
    const { samples } = await scan(text.map((row) => JSON.stringify(row)).join('\n'), {}, 'jsonl');
    expect(lines(samples)).toEqual(['a.png good (17)', 'sub/b.png dent+scratch test', 'c;d.png good']);
  });

  it.each([
    ['{"image":"a.png","type":""}\n{"image":', /:2: The line is not a JSON object/],
    ['[1]\n', /:1: The line is not a JSON object/],
    [
      '{"image":"a.png","type":null}\n\n{"image":{"path":1}}\n',
      /:3: Column 'image' holds something else than text .*an object/,
    ],
    ['{"image":"a.png","type":"ok"}\n{"image":"c.png"}\n', /:2: .*no column 'type'/],
    ['{"img":"a.png"}\n', /no column 'image'.*'img'/],
    ['{"image":["a.png","c.png"]}\n', /:1: Column 'image' has several values/],
  ])('are refused: %j', async (text, message) => {
    await expect(scan(text, {}, 'jsonl')).rejects.toThrow(message);
  });
});

describe('whatever stands in a list', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'a.png',
      '../x',
      '/etc/passwd',
      'good',
      'm/b1.png',
      '',
      ';',
      ';;',
      'C:\\x',
      '..',
      '.',
      '\u0000',
      '~',
    ),
    fc.string({ maxLength: 12 }),
  );
  const name = fc.oneof(
    fc.constantFrom('image', 'mask', 'type', 'split', 'group', 'id', 'aoi'),
    fc.string({ maxLength: 6 }),
  );
  const inside = (files: readonly string[] = []) =>
    files.every((file) => file.startsWith(join(tree.base, 'data') + '/'));

  it('gives samples below the root or an error of Foveate, as CSV', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { maxLength: 5 }),
        fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 4 }),
        async (header, rows) => {
          const text = [header, ...rows].map((cells) => cells.join(',')).join('\n');
          const result = await scan(text, { requireMasks: false }).catch((error: unknown) => error);
          if (isFoveateError(result)) expect(result.message).toContain('data/list');
          else
            expect((result as Awaited<ReturnType<typeof scan>>).samples.every(({ files }) => inside(files))).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives samples below the root or an error of Foveate, as JSON', async () => {
    const value = fc.oneof(word, fc.jsonValue({ maxDepth: 2 }), fc.array(word, { maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(name, value, { maxKeys: 5 }), { maxLength: 3 }), async (rows) => {
        const text = rows.map((row) => JSON.stringify({ image: 'a.png', type: 'good', ...row })).join('\n');
        const result = await scan(text, { requireMasks: false }, 'jsonl').catch((error: unknown) => error);
        if (isFoveateError(result)) expect(result.message).toContain('data/list');
        else
          expect((result as Awaited<ReturnType<typeof scan>>).samples.every(({ files }) => inside(files))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
