import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { formats } from '@foveate/mask-formats';
import { exportMasks, importMasks, type ExportOptions } from './index.js';
import { box, MaskFolder } from './testing/mask-folder.js';

let folder: MaskFolder;
beforeEach(async () => {
  folder = await MaskFolder.make('a/1.png', 'a/2.png', 'b/1.png');
  const ring = { ...box(1, 1, 6, 6), data: box(1, 1, 6, 6).data.map((value, at) => (at === 3 * 12 + 3 ? 0 : value)) };
  await folder.putMask('a/1.png', { kind: 'area', name: 'neck', mask: ring });
  await folder.putMask('a/1.png', { kind: 'area', name: 'rim', mask: box(8, 1, 10, 3) });
  await folder.putMask('b/1.png', { kind: 'area', name: 'neck', mask: box(0, 0, 2, 2) });
  await folder.putMask('a/2.png', { kind: 'area', name: 'neck', mask: box(0, 0, 3, 3), status: 'proposed' });
  await folder.putMask('a/2.png', { kind: 'defect', name: 'crack', mask: box(4, 4, 5, 5) });
});
afterEach(() => folder.remove());

const error = (options: ExportOptions): Promise<string> =>
  exportMasks(folder.store, options).then(() => 'nothing was thrown', String);

describe('exporting masks', () => {
  it.each(formats.map(({ id }) => id))('%s gives back what the store has', async (format) => {
    const path = folder.at(`out-${format}`);
    const written = await exportMasks(folder.store, { path, format });
    expect(written).toMatchObject({ format, path, images: 3, others: 0, leftOut: { list: [] } });
    expect(written.masks).toEqual([
      { kind: 'area', name: 'neck', masks: 2 },
      { kind: 'area', name: 'rim', masks: 1 },
      { kind: 'defect', name: 'crack', masks: 1 },
    ]);
    const back = await importMasks(folder.store, { path, rename: ['crack=defect:'] });
    expect(back).toMatchObject({ format, images: 3, leftOut: { list: [] } });
    expect(back.masks.map(({ name, added, changed, unchanged }) => [name, added, changed, unchanged])).toEqual([
      ['neck', 0, 0, 2],
      ['rim', 0, 0, 1],
      ['crack', 0, 0, 1],
    ]);
    // Nothing is left of what was on the way.
    expect(readdirSync(folder.root).sort()).toEqual(['images', `out-${format}`, 'store']);
  });

  it('chooses masks by kind, name and status', async () => {
    const one = async (more: object) => {
      const { masks } = await exportMasks(folder.store, { path: folder.at('x.json'), format: 'coco', dryRun: true, ...more }); // prettier-ignore
      return masks.map(({ name, masks: count }) => `${name} ${String(count)}`);
    };
    expect(await one({ kind: 'defect' })).toEqual(['crack 1']);
    expect(await one({ names: ['neck'], status: 'all' })).toEqual(['neck 3']);
    expect(await one({ status: 'proposed' })).toEqual(['neck 1']);
    expect(existsSync(folder.at('x.json'))).toBe(false);
    expect(await error({ path: 'x', format: 'coco', names: ['nek'] })).toContain("Did you mean 'neck'?");
    expect(await error({ path: 'x', format: 'coco', status: 'rejected' })).toContain('There is no mask to write');
    await folder.putMask('b/1.png', { kind: 'defect', name: 'neck', mask: box(0, 0, 1, 1) });
    expect(await error({ path: 'x', format: 'coco' })).toContain("'neck' is the name of an area and of a defect");
  });

  it('replaces only what it is told to', async () => {
    const path = folder.at('out.json');
    await exportMasks(folder.store, { path, format: 'coco' });
    const before = readFileSync(path, 'utf8');
    for (const dryRun of [true, false]) expect(await error({ path, format: 'coco', dryRun })).toMatch(/out\.json: There is a file already/); // prettier-ignore
    expect(await error({ path, format: 'png', overwrite: true })).toContain('expected a folder, got a file');
    expect(await error({ path: folder.at('images'), format: 'coco', overwrite: true })).toContain('expected a file, got a folder'); // prettier-ignore
    for (const name of ['journal.jsonl', 'store.json', 'out']) {
      expect(await error({ path: join(folder.store.folder, name), format: 'coco', overwrite: true })).toContain('among the files of the store'); // prettier-ignore
    }
    expect(await error({ path: folder.at('images/a/1.png'), format: 'coco', overwrite: true })).toContain('count as images'); // prettier-ignore
    await exportMasks(folder.store, { path, format: 'coco', overwrite: true, names: ['rim'] });
    expect(readFileSync(path, 'utf8')).not.toBe(before);
    folder.put('png/readme.txt', 'mine');
    expect(await error({ path: folder.at('png'), format: 'png' })).toContain('There is a folder already');
    const { others } = await exportMasks(folder.store, { path: folder.at('png'), format: 'png', overwrite: true });
    expect([others, readFileSync(folder.at('png/readme.txt'), 'utf8')]).toEqual([1, 'mine']);
    expect(existsSync(folder.at('png/neck/a/1.png'))).toBe(true);
  });

  it('writes neither among the images nor through a link', async () => {
    expect(await error({ path: folder.at('images/masks'), format: 'png' })).toContain(
      'would be written among the images',
    );
    expect(existsSync(folder.at('images/masks'))).toBe(false);
    await exportMasks(folder.store, { path: folder.at('images/coco.json'), format: 'coco' });
    mkdirSync(folder.at('out'));
    mkdirSync(folder.at('elsewhere'));
    symlinkSync(folder.at('elsewhere'), folder.at('out/neck'));
    expect(await error({ path: folder.at('out'), format: 'png', overwrite: true })).toContain('neck');
    expect(readdirSync(folder.at('elsewhere'))).toEqual([]);
  });

  it('leaves nothing behind when it cannot write, or is stopped', async () => {
    expect(await error({ path: '/proc/none/out.json', format: 'coco' })).toMatch(
      /\/proc\/none\/out\.json: The masks cannot be written/,
    );
    const stop = new AbortController();
    const stopped = exportMasks(folder.store, { path: folder.at('out'), format: 'png', signal: stop.signal });
    await expect(stopped.forEach(() => stop.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(folder.root).sort()).toEqual(['images', 'store']);
  });

  it('leaves out images that it would say something wrong of', async () => {
    rmSync(folder.at('images/a/1.png'));
    await folder.picture('images/b/1.png', { width: 2, height: 2, channels: 1, data: new Uint8Array(4) });
    // Upright pixels are known without the files.
    expect(await exportMasks(folder.store, { path: folder.at('c.json'), format: 'coco' })).toMatchObject({ images: 3 });
    const { images, leftOut } = await exportMasks(folder.store, { path: folder.at('voc'), format: 'voc' });
    expect(images).toBe(1);
    expect(leftOut.list.map(({ path, reason }) => [path, reason])).toEqual([
      ['a/1.png', expect.stringMatching(/^image-/)],
      ['b/1.png', 'image-changed'],
    ]);
  });
});
