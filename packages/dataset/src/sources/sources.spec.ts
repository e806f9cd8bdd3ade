import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sample } from '@foveate/contracts';
import { emptyMask, fillPolygon, maskArea } from '@foveate/image';
import { access, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import * as dataset from '../index.js';
import { aoiLabeller, folders, mvtec } from '../index.js';
import { Tree, reasons, type Kind } from './testing/tree.js';

const shared = new URL('../../../../../shared/data/', import.meta.url).pathname;
let tree: Tree;
beforeAll(async () => {
  tree = await Tree.grow();
});
afterAll(() => tree.fell());

const ids = (samples: readonly Sample[]): string[] => samples.map(({ id }) => id);
const put = (root: string, path: string, kind?: Kind) => tree.put(join(root, path), kind);

describe('folders', () => {
  const classes = { 'MT_Free/Imgs': 'good', 'MT_Hole/Imgs': 'hole' };

  it('reads images with masks beside them', async () => {
    await put('plain', 'MT_Free/Imgs/a.jpg');
    await put('plain', 'MT_Free/Imgs/a.png', 'black');
    await put('plain', 'MT_Hole/Imgs/b.JPG');
    await put('plain', 'MT_Hole/Imgs/b.png', 'mask');
    await put('plain', 'MT_Uneven/Imgs/c.jpg');
    const options = { root: 'plain', classes, image: '.jpg', mask: '.png' };
    const { samples, skips, load } = await tree.scan(folders, options);
    expect(skips).toEqual([]);
    expect(samples.map(({ id, defectTypes }) => [id, defectTypes])).toEqual([
      ['MT_Free/Imgs/a.jpg', []],
      ['MT_Hole/Imgs/b.JPG', ['hole']],
    ]);
    const [free, hole] = await Promise.all(samples.map(load));
    expect(free).toMatchObject({ image: { width: 8, height: 6, channels: 3 }, defects: [] });
    expect(hole!.defects.map(({ type, mask }) => [type, maskArea(mask)])).toEqual([['hole', 12]]);
    expect(hole).not.toHaveProperty('aoi');
  });

  it('reads masks and areas of interest told apart by their endings, or from folders of their own', async () => {
    for (const name of ['x', 'y']) await put('apart', `bad/${name}.png`);
    await put('apart', 'bad/x_mask.png', 'mask');
    await put('apart', 'bad/x_aoi.png', 'mask');
    await put('apart', 'bad/y_mask.png', 'mask');
    const beside = await tree.scan(folders, {
      root: 'apart',
      classes: { bad: 'dent' },
      mask: '_mask.png',
      aoi: '_aoi.png',
    });
    expect(ids(beside.samples)).toEqual(['bad/x.png', 'bad/y.png']);
    const [x, y] = await Promise.all(beside.samples.map(beside.load));
    expect(maskArea(x!.aoi!)).toBe(12);
    expect(y!.aoi).toBeUndefined();

    await put('apart2', 'bad/x.png');
    await put('apart2', 'labels/bad/x.png', 'mask');
    await put('apart2', 'labels/bad/x_aoi.png', 'mask');
    const apart = await tree.scan(folders, {
      root: 'apart2',
      classes: { './bad/': 'dent' },
      mask: { folder: 'labels' },
      aoi: { folder: 'labels', ending: '_aoi.png' },
    });
    expect(apart.skips).toEqual([]);
    const loaded = await apart.load(apart.samples[0]);
    expect([maskArea(loaded.defects[0]!.mask), maskArea(loaded.aoi!)]).toEqual([12, 12]);
  });

  it('lists what it leaves out, in order', async () => {
    await put('gaps', 'bad/a.jpg');
    await put('gaps', 'bad/b.png', 'mask');
    await put('gaps', 'bad/c.jpg');
    await put('gaps', 'bad/c.png', 'mask');
    await put('gaps', 'bad/notes.txt', 'nothing');
    await put('gaps', 'bad/.hidden.jpg', 'nothing');
    await put('gaps', 'bad/Thumbs.db', 'nothing');
    await symlink('nowhere.jpg', join(tree.base, 'gaps/bad/link.jpg'));
    const options = { root: 'gaps', classes: { bad: 'dent' }, image: '.jpg', mask: '.png' };
    const { samples, skips, keys } = await tree.scan(folders, options);
    expect(ids(samples)).toEqual(['bad/c.jpg']);
    expect(reasons(skips)).toEqual([
      'bad/a.jpg mask-missing',
      'bad/b.png mask-without-image',
      'bad/link.jpg link-broken',
      'bad/notes.txt file-unused',
    ]);
    expect(keys).toEqual([...keys].sort());
    const lenient = await tree.scan(folders, { ...options, requireMasks: false });
    expect(ids(lenient.samples)).toEqual(['bad/a.jpg', 'bad/c.jpg']);
    expect((await lenient.load(lenient.samples[0])).defects).toEqual([]);
  });

  it('names the file that cannot be used when it is loaded', async () => {
    for (const name of ['empty', 'size', 'zero']) await put('bad', `c/${name}.jpg`);
    await put('bad', 'c/broken.jpg', 'nothing');
    await put('bad', 'c/empty.png', 'black');
    await put('bad', 'c/size.png', 'small');
    await put('bad', 'c/zero.png', 'nothing');
    await put('bad', 'c/broken.png', 'mask');
    const { samples, load } = await tree.scan(folders, {
      root: 'bad',
      classes: { c: 'dent' },
      image: '.jpg',
      mask: '.png',
    });
    const results = await Promise.allSettled(samples.map(load));
    const errors = results.map((result) => (result.status === 'rejected' ? (result.reason as unknown) : 'loaded'));
    expect(errors).toMatchObject([
      { code: 'DATA_INVALID', parts: { reason: 'image-truncated', where: join(tree.base, 'bad/c/broken.jpg') } },
      { code: 'DATA_INVALID', parts: { reason: 'mask-empty', where: join(tree.base, 'bad/c/empty.png') } },
      { code: 'DATA_INVALID', message: expect.stringContaining("Mask of 'c/size.jpg' is 4x3 but its image is 8x6") },
      { code: 'DATA_INVALID', parts: { reason: 'mask-truncated', where: join(tree.base, 'bad/c/zero.png') } },
    ]);
  });

  it('limits a type by the seed and the ids alone', async () => {
    for (let i = 0; i < 20; i++) await put('many', `good/${i}.png`);
    for (let i = 0; i < 3; i++) await put('many', `bad/${i}.png`);
    const options = { root: 'many', classes: { good: 'good', bad: 'dent' }, limit: { good: 5 } };
    const chosen = async (seed: number): Promise<string[]> => ids((await tree.scan(folders, options, seed)).samples);
    const first = await chosen(1);
    expect(first).toHaveLength(8);
    expect(first.filter((id) => id.startsWith('bad/'))).toHaveLength(3);
    expect(first).toEqual([...first].sort());
    expect(await chosen(1)).toEqual(first);
    expect(await chosen(2)).not.toEqual(first);
    // With one image gone, the other choices stay.
    const gone = first.find((id) => id.startsWith('good/'))!;
    await rm(join(tree.base, 'many', gone));
    const next = await chosen(1);
    expect(next).toHaveLength(8);
    expect(next).toEqual(expect.arrayContaining(first.filter((id) => id !== gone)));
  });

  it('forms groups', async () => {
    for (const name of ['part7_top', 'part7_side', 'part8_top', 'odd']) await put('groups', `good/${name}.png`);
    const { samples } = await tree.scan(folders, {
      root: 'groups',
      classes: { good: 'good' },
      group: String.raw`part(\d+)_`,
    });
    expect(samples.map(({ group }) => group)).toEqual([undefined, '7', '7', '8']);
  });

  it('does not hang on links in circles', async () => {
    await mkdir(join(tree.base, 'loop/a'), { recursive: true });
    await symlink('..', join(tree.base, 'loop/a/up'));
    await symlink('self.png', join(tree.base, 'loop/a/self.png'));
    await symlink('circle', join(tree.base, 'loop/circle'));
    await put('loop', 'a/x.png');
    const { samples, skips } = await tree.scan(folders, { root: 'loop', classes: { a: 'good' } });
    expect(ids(samples)).toEqual(['a/x.png']);
    expect(reasons(skips)).toEqual(['a/self.png link-broken']);
    await expect(tree.scan(folders, { root: 'loop', classes: { circle: 'good' } })).rejects.toMatchObject({
      code: 'PATH_MISSING',
    });
  });

  it('says which class folder is missing or empty', async () => {
    await mkdir(join(tree.base, 'hollow/good/deeper'), { recursive: true });
    await expect(tree.scan(folders, { root: 'hollow', classes: { bad: 'dent' } })).rejects.toMatchObject({
      code: 'PATH_MISSING',
      parts: { where: join(tree.base, 'hollow/bad') },
    });
    await expect(tree.scan(folders, { root: 'hollow', classes: { good: 'good' } })).rejects.toMatchObject({
      code: 'DATA_INSUFFICIENT',
      message: expect.stringContaining('hollow'),
    });
  });

  it.each([
    ['images and masks alike', { classes: { a: 'dent' }, image: '.png', mask: '.PNG' }, 'source.mask'],
    ['a folder outside', { classes: { '../a': 'dent' } }, 'source.classes'],
    ['a folder twice', { classes: { a: 'dent', './a/': 'good' } }, 'source.classes'],
    ['a limit for nobody', { classes: { a: 'dent' }, limit: { a: 3 } }, 'source.limit'],
    ['a broken expression', { classes: { a: 'dent' }, group: '(' }, 'source.group'],
  ])('refuses %s before reading anything', async (_name, options, where) => {
    await expect(tree.source(folders, { root: 'x', ...options })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      parts: { where },
    });
  });
});

describe('mvtec', () => {
  beforeAll(async () => {
    for (const path of ['train/good/000.png', 'train/good/001.png', 'test/good/000.png']) await put('mv/zip', path);
    for (const path of ['test/cut/000.png', 'test/cut/001.png', 'test/rough/000.png']) await put('mv/zip', path);
    for (const path of ['cut/000', 'cut/007', 'rough/000', 'split/000']) {
      await put('mv/zip', `ground_truth/${path}_mask.png`, 'mask');
    }
    await put('mv/zip', 'areas/test/cut/000.png', 'mask');
    await put('mv/zip', 'readme.txt', 'nothing');
  });

  it('reads a category', async () => {
    const { samples, skips, load } = await tree.scan(mvtec, { root: 'mv', category: 'zip', aoiFolder: 'areas' });
    expect(samples.map(({ id, defectTypes, split }) => [id, defectTypes.join(), split])).toEqual([
      ['test/cut/000.png', 'cut', undefined],
      ['test/good/000.png', '', undefined],
      ['test/rough/000.png', 'rough', undefined],
      ['train/good/000.png', '', undefined],
      ['train/good/001.png', '', undefined],
    ]);
    expect(reasons(skips)).toEqual([
      'ground_truth/cut/007_mask.png mask-without-image',
      'ground_truth/split/000_mask.png mask-without-image',
      'test/cut/001.png mask-missing',
    ]);
    const images = await load(samples[0]);
    expect(images.defects.map(({ type, mask }) => [type, maskArea(mask)])).toEqual([['cut', 12]]);
    expect(maskArea(images.aoi!)).toBe(12);
  });

  it('prescribes the splits of the data set when asked', async () => {
    const { samples } = await tree.scan(mvtec, { root: 'mv/zip', splits: 'source', requireMasks: false });
    expect(samples.map(({ id, split }) => `${id} ${split}`)).toContain('test/cut/001.png test');
    expect(samples.every(({ id, split }) => id.startsWith(`${split}/`))).toBe(true);
  });

  it('explains a wrong root', async () => {
    await expect(tree.scan(mvtec, { root: 'mv' })).rejects.toThrow(
      /layout of MVTec AD \(expected folders train\/good and test\/<type> in it, got zip\).*category/,
    );
    await expect(tree.scan(mvtec, { root: 'none' })).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});

describe('on real data', () => {
  const present = (path: string): Promise<boolean> => access(path).then(() => true, () => false); // prettier-ignore

  it('reads the MVTec leather sample, with its gaps', async () => {
    const root = join(shared, 'mvtec-leather-sample/leather');
    if (!(await present(root))) return console.log(`skipped: ${root} is not here`);
    const { samples, skips, load } = await tree.scan(mvtec, { root });
    expect(samples).toHaveLength(7);
    expect(reasons(skips)).toEqual([
      'ground_truth/color/001_mask.png mask-without-image',
      'ground_truth/color/011_mask.png mask-without-image',
      'ground_truth/cut/010_mask.png mask-without-image',
      'ground_truth/cut/011_mask.png mask-without-image',
      'test/color/008.png mask-missing',
      'test/cut/008.png mask-missing',
    ]);
    const images = await load(samples.find(({ defectTypes }) => defectTypes.length > 0));
    expect(images.image).toMatchObject({ width: 1024, height: 1024 });
    expect(maskArea(images.defects[0]!.mask)).toBeGreaterThan(0);
  });

  it('labels the magnetic-tile band task', async () => {
    const root = join(shared, 'magnetic-tile');
    if (!(await present(root))) return console.log(`skipped: ${root} is not here`);
    const classes = {
      'MT_Free/Imgs': 'good',
      'MT_Blowhole/Imgs': 'blowhole',
      'MT_Break/Imgs': 'break',
      'MT_Crack/Imgs': 'crack',
      'MT_Fray/Imgs': 'fray',
    };
    const options = { root, classes, image: '.jpg', mask: '.png', limit: { good: 150 } };
    const { samples, skips, load } = await tree.scan(folders, options);
    expect(skips).toEqual([]);
    const labeller = await aoiLabeller.register({ byType: {}, byGeometry: true }, tree.context());
    const counts: Record<string, number> = {};
    const add = (key: string): void => void (counts[key] = (counts[key] ?? 0) + 1);
    for (const sample of samples) {
      if (!labeller.needsPixels(sample)) {
        add(`good: ${labelReason(labeller.decide(sample))}`);
        continue;
      }
      const images = await load(sample);
      const { width, height } = images.image;
      const aoi = fillPolygon(emptyMask(width, height), [
        [width / 4, 0], [(3 * width) / 4, 0], [(3 * width) / 4, height], [width / 4, height],
      ]); // prettier-ignore
      const decision = labeller.decide(sample, { images, aoi });
      const side = 'skip' in decision ? 'between' : decision.label === 1 ? 'inside' : 'outside';
      add(side);
      add(`${sample.defectTypes[0]} ${side}`);
    }
    console.log('magnetic-tile/band', counts);
    expect(counts['good: no defect']).toBe(150);
    expect(counts['inside']! + counts['outside']! + counts['between']!).toBe(95 + 72 + 47 + 28);
  });
});

function labelReason(decision: object): string {
  return 'reason' in decision ? String(decision.reason) : 'skip';
}

it('lists its plugins in package.json as the code has them', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    foveate: { plugins: { export: string }[] };
  };
  const code = Object.entries(dataset).flatMap(([name, value]) =>
    'meta' in value ? [{ kind: value.meta.kind, id: value.meta.id, export: name, summary: value.meta.summary }] : [],
  );
  const byExport = (a: { export: string }, b: { export: string }) => (a.export < b.export ? -1 : 1);
  expect([...manifest.foveate.plugins].sort(byExport)).toEqual([...code].sort(byExport));
});
