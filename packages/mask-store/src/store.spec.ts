import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hashImageFile, hashPixels, identifyImage } from './image-files.js';
import type { MaskKey, StoredImage } from './mask-store.js';
import { createMaskStore, openMaskStore } from './open.js';
import { drawn, teeth, writeImage } from './testing/fixture.js';

let root: string;
let folder: string;
let image: StoredImage;
let key: MaskKey;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'foveate-masks-'));
  folder = join(root, 'store');
  await writeImage(root, 'images/a.png', 1);
  image = await identifyImage(join(root, 'images'), 'a.png');
  key = { image: image.hash, kind: 'area', name: 'teeth' };
});
afterEach(() => rmSync(root, { recursive: true }));

const create = () => createMaskStore(folder, { images: join(root, 'images') });
const left = drawn('##..', '##..');
const right = drawn('..##', '...#');
const journal = () => join(folder, 'journal.jsonl');

describe('a store', () => {
  it('gives back what was put, in this process and another', async () => {
    const store = await create();
    const provenance = { source: 'network', detail: 'runs/1', author: 'anna', confidence: 0.5 } as const;
    const entries = await store.put(image, [
      teeth(left, { provenance }),
      teeth(right, { kind: 'defect', name: 'Kratzer, tief', status: 'accepted' }),
    ]);
    expect(entries).toMatchObject([
      { ...key, revision: 1, status: 'proposed', provenance, inside: 4, change: 'put' },
      { kind: 'defect', name: 'Kratzer, tief', revision: 1, status: 'accepted', inside: 3 },
    ]);
    const again = await openMaskStore(folder);
    expect([...again.images()]).toEqual([image]);
    expect([...again.entries()]).toEqual(entries);
    expect([...again.entries({ kind: 'defect', author: 'anna' })]).toEqual([entries[1]]);
    expect([...again.entries({ source: 'network', status: 'accepted' })]).toEqual([]);
    for (const [at, mask] of [left, right].entries()) expect(await again.read(entries[at]!)).toEqual(mask);
  });

  it('keeps what is accepted by then where that is asked for, whoever accepted it', async () => {
    const [store, other] = [await create(), await openMaskStore(folder)];
    await other.put(image, [teeth(left, { status: 'accepted' })]);
    // This process has not read that yet.
    expect(store.find(key)).toBeUndefined();
    const tape = teeth(right, { name: 'tape' });
    expect(await store.put(image, [teeth(right), tape], { keepAccepted: true })).toMatchObject([{ name: 'tape' }]);
    expect(await store.put(image, [teeth(right)], { keepAccepted: true })).toEqual([]);
    expect(store.find(key)).toMatchObject({ revision: 1, status: 'accepted' });
    expect(await store.put(image, [teeth(right)])).toMatchObject([{ revision: 2, status: 'proposed' }]);
  });

  it('has lines in the order of the calls, however long each mask takes', async () => {
    const store = await create();
    const large = { width: 4000, height: 4000, channels: 1, data: new Uint8Array(16e6).fill(255) } as const;
    const images = [1, 2, 3].map((n) => ({ hash: String(n).repeat(64), width: n === 1 ? 4000 : 4, height: n === 1 ? 4000 : 2, path: `${String(n)}.png` })); // prettier-ignore
    await Promise.all(images.map((one, at) => store.put(one, [teeth(at === 0 ? large : left)])));
    expect([...store.entries()].map((entry) => entry.image)).toEqual(images.map(({ hash }) => hash));
  });

  it('keeps every revision, and returns to any', async () => {
    const store = await create();
    const [first] = await store.put(image, [teeth(left)]);
    await store.setStatus(key, 'rejected', 'ben');
    await store.put(image, [teeth(right)]);
    const back = await store.revert(key, 1, 'carl');
    expect(back).toMatchObject({ revision: 4, change: 'revert', restores: 1, by: 'carl', status: 'proposed' });
    expect(await store.read(back)).toEqual(left);
    const after = await store.setStatus(key, 'accepted');
    expect(after).not.toHaveProperty('restores');
    const history = (await openMaskStore(folder)).history(key);
    expect(history.map(({ change, status }) => `${change} ${status}`)).toEqual(['put proposed', 'status rejected', 'put proposed', 'revert proposed', 'status accepted']); // prettier-ignore
    expect(history[1]).toMatchObject({ by: 'ben', pixels: first?.pixels });
    expect(await store.read(history[2]!)).toEqual(right);
    await expect(store.revert(key, 6)).rejects.toThrow('revision 6 of 5');
    expect((await openMaskStore(folder)).history(key)).toHaveLength(5);
  });

  it('sees what another wrote when told to, and before it writes', async () => {
    const [one, other] = [await create(), await openMaskStore(folder)];
    await one.put(image, [teeth(left)]);
    expect(other.find(key)).toBeUndefined();
    await other.refresh();
    expect(other.find(key)?.revision).toBe(1);
    await one.put(image, [teeth(right)]);
    const both = await Promise.all([other.setStatus(key, 'accepted'), other.put(image, [teeth(left)])]);
    expect(both.flat().map(({ revision }) => revision)).toEqual([3, 4]);
  });

  it('sets the status of thousands, and of none when one is unknown', async () => {
    const store = await create();
    const masks = Array.from({ length: 1000 }, (_, n) => teeth(left, { name: `part ${String(n)}` }));
    await store.put(image, masks);
    await store.put(image, [teeth(left)]);
    const keys = [...store.entries()];
    expect(await store.setStatuses(keys, 'accepted')).toHaveLength(1001);
    expect([...(await openMaskStore(folder)).entries({ status: 'accepted' })]).toHaveLength(1001);
    await expect(store.setStatuses([key, { ...key, name: 'none' }], 'rejected')).rejects.toThrow(/no area 'none'/);
    expect(store.find(key)?.status).toBe('accepted');
    await expect(store.put(image, [...masks, teeth(left)])).rejects.toThrow('1001 masks at once');
  });

  it('is made once, for images that are there', async () => {
    await expect(createMaskStore(folder, { images: join(root, 'none') })).rejects.toMatchObject({
      code: 'PATH_MISSING',
    });
    await expect(openMaskStore(folder)).rejects.toMatchObject({ code: 'PATH_MISSING' });
    mkdirSync(folder);
    writeFileSync(journal(), '');
    const made = await Promise.allSettled([create(), create()]);
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(create()).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
  });

  it('is moved with its images', async () => {
    await (await create()).put(image, [teeth(left)]);
    mkdirSync(join(root, 'elsewhere'));
    for (const name of ['images', 'store']) renameSync(join(root, name), join(root, 'elsewhere', name));
    const store = await openMaskStore(join(root, 'elsewhere', 'store'));
    expect(store.imageRoot).toBe(join(root, 'elsewhere', 'images'));
    expect(store.find(key)?.inside).toBe(4);
  });
});

describe('what no store can keep', () => {
  it.each([
    '',
    '.',
    '..',
    '.hidden',
    '../../etc/passwd',
    'a/b',
    'a\\b',
    'C:',
    'a\u0000b',
    'a\u001b[2Jb',
    'a\nb',
    'a ',
    ' a',
    'con?',
    '\u202etxt',
    'x'.repeat(101),
  ])('is refused as a name: %j', async (name) => {
    // prettier-ignore
    const store = await create();
    await expect(store.put(image, [teeth(left, { name })])).rejects.toMatchObject({ code: 'DATA_INVALID' });
    expect(readFileSync(journal(), 'utf8')).toBe('');
    expect(readdirSync(folder)).not.toContain('pixels');
  });

  it.each(['/etc/passwd', '../a.png', 'a/../../b.png', './a.png', 'a//b.png', 'C:\\a.png', 'a/', 'a\u0007.png'])(
    'is refused as a path: %j',
    async (path) => {
      // prettier-ignore
      await expect((await create()).put({ ...image, path }, [teeth(left)])).rejects.toThrow('image.path');
    },
  );

  it('is a mask of another size, one that is not binary, one key twice, another size of one image', async () => {
    const store = await create();
    await expect(store.put(image, [teeth(drawn('##', '##'))])).rejects.toThrow(/a\.png, area 'teeth': .*4x2.*2x2/);
    const grey = { ...left, data: left.data.map((value) => value / 5) };
    await expect(store.put(image, [teeth(grey)])).rejects.toMatchObject({ parts: { reason: 'mask-values' } });
    await expect(store.put(image, [teeth(left), teeth(right)])).rejects.toThrow('the same kind and name twice');
    await store.put(image, [teeth(left)]);
    await expect(store.put({ ...image, width: 2, height: 1 }, [teeth(drawn('##'))])).rejects.toThrow('which has 4x2');
    await expect(store.put(image, [])).rejects.toThrow('masks has 0 elements');
    const unsure = { source: 'network', confidence: 1.5 } as const;
    await expect(store.put(image, [teeth(left, { provenance: unsure })])).rejects.toThrow('masks[0].provenance.confidence'); // prettier-ignore
  });
});

describe('a name', () => {
  it('is one however a system spells it', async () => {
    const store = await create();
    await store.put(image, [teeth(left, { name: 'Zähne' })]);
    await store.put(image, [teeth(right, { name: 'Za\u0308hne' })]);
    expect(store.find({ ...key, name: 'Za\u0308hne' })).toMatchObject({ name: 'Zähne', revision: 2 });
  });
});

describe('images', () => {
  it('are known by content', async () => {
    const file = join(root, 'images', 'a.png');
    expect(image).toEqual({ hash: await hashImageFile(file), width: 4, height: 2, path: 'a.png' });
    await writeImage(root, 'images/b/a.png', 2);
    const other = await identifyImage(join(root, 'images'), join(root, 'images', 'b', 'a.png'));
    expect(other.path).toBe('b/a.png');
    expect(other.hash).not.toBe(image.hash);
    expect(hashPixels(left)).not.toBe(hashPixels({ ...left, width: 2, height: 4 }));
    await expect(identifyImage(join(root, 'images'), '../x.png')).rejects.toThrow('outside');
    await expect(hashImageFile(join(root, 'none.png'))).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(hashImageFile(root)).rejects.toThrow('a folder');
  });
});

describe('links', () => {
  const onPosix = process.platform === 'win32' ? it.skip : it;
  onPosix('lead nothing out of the store', async () => {
    const store = await create();
    const outside = join(root, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(folder, 'pixels'));
    await expect(store.put(image, [teeth(left)])).rejects.toThrow('leads out of the mask store');
    rmSync(join(folder, 'turns'), { recursive: true });
    symlinkSync(outside, join(folder, 'turns'));
    await expect(store.see([image])).rejects.toThrow('leads out of the mask store');
    expect(readdirSync(outside)).toEqual([]);
    writeFileSync(join(outside, 'journal'), '');
    rmSync(journal());
    symlinkSync(join(outside, 'journal'), journal());
    await expect(openMaskStore(folder)).rejects.toThrow('a link');
  });
});
