/** What errors and skips advise is done, and helps. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskArea, writePng } from '@foveate/image';
import { folders } from './folders.js';
import { Tree } from './testing/tree.js';

let tree: Tree;
beforeAll(async () => {
  tree = await Tree.grow();
});
afterAll(() => tree.fell());

describe('the advice', () => {
  it('to set recursive finds images in folders below that of a class', async () => {
    await tree.put('nested/good/day-1/x.png');
    const options = { root: 'nested', classes: { good: 'good' } };
    await expect(tree.scan(folders, options)).rejects.toMatchObject({
      parts: { advice: expect.stringContaining('set recursive') },
    });
    const { samples } = await tree.scan(folders, { ...options, recursive: true });
    expect(samples.map(({ id }) => id)).toEqual(['good/day-1/x.png']);
  });

  it('to lower maskThreshold finds defects in masks of small values', async () => {
    await tree.put('faint/bad/x.png');
    const data = new Uint8Array(48).fill(3, 0, 12);
    await writePng(join(tree.base, 'faint/bad/x_mask.png'), { width: 8, height: 6, channels: 1, data });
    const options = { root: 'faint', classes: { bad: 'dent' }, mask: '_mask.png' };
    const before = await tree.scan(folders, options);
    await expect(before.load(before.samples[0])).rejects.toMatchObject({
      parts: { advice: expect.stringContaining('maskThreshold') },
    });
    const after = await tree.scan(folders, { ...options, maskThreshold: 0 });
    expect(maskArea((await after.load(after.samples[0])).defects[0]!.mask)).toBe(12);
  });

  it('to raise maxPixels takes larger images in', async () => {
    await tree.put('large/good/x.png');
    const options = { root: 'large', classes: { good: 'good' }, maxPixels: 47 };
    const before = await tree.scan(folders, options);
    await expect(before.load(before.samples[0])).rejects.toMatchObject({
      parts: { advice: expect.stringContaining('raise maxPixels') },
    });
    const after = await tree.scan(folders, { ...options, maxPixels: 48 });
    expect((await after.load(after.samples[0])).image.width).toBe(8);
  });

  it('to set links to anywhere takes in what links lead to', async () => {
    await tree.put('elsewhere/x.png');
    await mkdir(join(tree.base, 'linked/good'), { recursive: true });
    await symlink(join(tree.base, 'elsewhere/x.png'), join(tree.base, 'linked/good/x.png'));
    await tree.put('linked/good/y.png');
    const options = { root: 'linked', classes: { good: 'good' } };
    const advice = expect.stringContaining('links to anywhere');
    const before = await tree.scan(folders, options);
    const refused =
      before.skips.length > 0 ? before.skips : await before.load(before.samples[0]).catch((error: unknown) => [error]);
    expect(refused).toEqual([expect.objectContaining({ message: advice })]);
    const { samples, skips } = await tree.scan(folders, { ...options, links: 'anywhere' });
    expect([samples.length, skips.length]).toEqual([2, 0]);
  });
});
