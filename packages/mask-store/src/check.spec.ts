import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { checkStore } from './check.js';
import { identifyImage } from './image-files.js';
import type { MaskEntry, MaskStore } from './mask-store.js';
import { createMaskStore, openMaskStore } from './open.js';
import { listImages, scanImages } from './scan-images.js';
import { drawn, teeth, writeImage } from './testing/fixture.js';

let root: string;
let images: string;
let store: MaskStore;
let entries: Readonly<Record<string, MaskEntry>>;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'foveate-check-'));
  images = join(root, 'images');
  const paths = ['good/a.png', 'good/b.png', 'bad/a.png'];
  for (const [grey, path] of paths.entries()) await writeImage(images, path, grey);
  // Among the images, as people do.
  store = await createMaskStore(join(images, 'masks'), { images, ignore: ['truth/**'] });
  const put = async (path: string, at: number): Promise<[string, MaskEntry]> => {
    const data = new Uint8Array(8).fill(255, 0, at + 1);
    const [entry] = await store.put(await identifyImage(images, path), [teeth({ ...drawn('....', '....'), data })]);
    return [path, entry!];
  };
  const all: [string, MaskEntry][] = [];
  for (const [at, path] of paths.entries()) all.push(await put(path, at));
  entries = Object.fromEntries(all);
});
afterEach(() => rmSync(root, { recursive: true }));

const check = () => checkStore(store.folder);
const pixels = (path: string) => {
  const hash = entries[path]?.pixels ?? '';
  return join(store.folder, 'pixels', hash.slice(0, 2), `${hash}.png`);
};

describe('a check', () => {
  it('finds all well', async () => {
    expect(await check()).toEqual({ transactions: 3, images: 3, masks: 3, revisions: 3, problems: [], notes: [], renamed: [] }); // prettier-ignore
  });

  it('knows images of one name in two folders apart, and renamed ones again, even when names were swapped', async () => {
    renameSync(join(images, 'good/a.png'), join(images, 'x.png'));
    renameSync(join(images, 'bad/a.png'), join(images, 'good/a.png'));
    renameSync(join(images, 'x.png'), join(images, 'bad/a.png'));
    const found = await check();
    expect(found.problems).toEqual([]);
    expect(found.notes).toMatchObject([
      { reason: 'image-renamed', where: 'good/a.png', message: 'It is bad/a.png now and keeps its masks' },
      { reason: 'image-renamed', where: 'bad/a.png' },
    ]);
    await store.see(found.renamed);
    expect((await check()).notes).toEqual([]);
    expect((await openMaskStore(store.folder)).image(entries['good/a.png']?.image ?? '')?.path).toBe('bad/a.png');
    expect(store.find(entries['good/a.png']!)).toEqual(entries['good/a.png']);
  });

  it('tells of changed and missing images, and of copies', async () => {
    await writeImage(images, 'good/a.png', 99);
    rmSync(join(images, 'bad/a.png'));
    copyFileSync(join(images, 'good/b.png'), join(images, 'copy.png'));
    const { problems, notes, renamed } = await check();
    expect(problems).toMatchObject([
      { reason: 'image-changed', where: 'good/a.png' },
      { reason: 'image-missing', where: 'bad/a.png' },
    ]);
    expect(notes).toMatchObject([{ reason: 'image-copies', message: expect.stringContaining('copy.png, good/b.png') }]);
    expect(renamed).toEqual([]);
  });

  it('tells of pixels that are missing, damaged, of another size, or of nobody', async () => {
    rmSync(pixels('good/a.png'));
    writeFileSync(pixels('good/b.png'), 'x');
    writeFileSync(join(store.folder, 'pixels', 'stray'), '');
    mkdirSync(join(store.folder, 'pixels', 'zz'));
    writeFileSync(join(store.folder, 'pixels', 'zz', 'old.png'), '');
    const { problems, notes } = await check();
    expect(problems.map(({ reason }) => reason)).toEqual(['pixels-missing', 'pixels-damaged']);
    expect(notes).toMatchObject([{ reason: 'pixels-unused', where: 'pixels/zz/old.png' }]);
    await expect(store.read(entries['good/a.png']!)).rejects.toMatchObject({ parts: { reason: 'pixels-missing' } });
    await expect(store.read(entries['good/b.png']!)).rejects.toMatchObject({ parts: { reason: 'pixels-damaged' } });
    // To put a mask again makes its file good.
    const image = store.image(entries['good/b.png']?.image ?? '')!;
    await store.put(image, [teeth(drawn('##..', '....'))]);
    expect((await check()).problems).toMatchObject([{ reason: 'pixels-missing' }]);
  });

  it('leaves alone what is drawn and has no file', async () => {
    await store.put({ hash: 'a'.repeat(64), width: 4, height: 2, path: '' }, [teeth(drawn('....', '....'))]);
    expect((await check()).problems).toEqual([]);
  });
});

describe('a scan', () => {
  it('gives image files alone, in order, and none of the store', async () => {
    for (const path of ['Z.JPG', 'truth/a.png', '.hidden/a.png', '.b.png']) await writeImage(images, path, 1);
    writeFileSync(join(images, 'notes.txt'), '');
    mkdirSync(join(images, 'folder.png'));
    const options = { ignore: store.ignore, except: [store.folder] };
    expect(await listImages(images, options)).toEqual(['Z.JPG', 'bad/a.png', 'good/a.png', 'good/b.png']);
    const scanned = [];
    for await (const file of scanImages(images, options)) scanned.push(file);
    expect(scanned[1]).toEqual({ path: 'bad/a.png', hash: entries['bad/a.png']?.image });
    await expect(listImages(join(root, 'none'))).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });

  const onPosix = process.platform === 'win32' ? it.skip : it;
  onPosix('follows links to images of the root and no others', async () => {
    writeFileSync(join(root, 'secret.png'), await encodePng(drawn('#')));
    symlinkSync(join(root, 'secret.png'), join(images, 'secret.png'));
    symlinkSync('nowhere.png', join(images, 'gone.png'));
    symlinkSync(images, join(images, 'loop.png'));
    symlinkSync('good/a.png', join(images, 'link.png'));
    expect(await listImages(images, { except: [store.folder] })).toEqual(['bad/a.png', 'good/a.png', 'good/b.png', 'link.png']); // prettier-ignore
  });
});
