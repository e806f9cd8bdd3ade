import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { lastValueFrom, toArray } from 'rxjs';
import { importMasks } from './index.js';
import { box, coco, MaskFolder } from './testing/mask-folder.js';

let folder: MaskFolder;
beforeEach(async () => {
  folder = await MaskFolder.make('a/1.png', 'a/2.png', 'b/1.png');
});
afterEach(() => folder.remove());

const reasons = ({ leftOut }: { readonly leftOut: { readonly counts: object } }) => leftOut.counts;

describe('importing masks', () => {
  it('puts them with where they came from, and changes nothing when it is done again', async () => {
    const path = folder.json('in.json', coco([['a/1.png', ['neck', 1, 1, 4, 4], ['hole', 6, 2, 8, 3]], ['2.png', ['neck', 0, 0, 12, 8]]])); // prettier-ignore
    const first = await importMasks(folder.store, { path, author: 'anna' });
    expect(first).toMatchObject({ format: 'coco', images: 2, unknown: [], leftOut: { list: [] } });
    expect(first.masks).toEqual([
      { kind: 'area', name: 'hole', added: 1, changed: 0, unchanged: 0 },
      { kind: 'area', name: 'neck', added: 2, changed: 0, unchanged: 0 },
    ]);
    const lines = ['a/1.png area hole accepted 2', 'a/1.png area neck accepted 9', 'a/2.png area neck accepted 96'];
    expect(folder.lines()).toEqual(lines);
    for (const { provenance } of folder.store.entries()) {
      expect(provenance).toMatchObject({ source: 'import', author: 'anna' });
      expect(provenance.detail).toContain('in.json');
    }
    const again = await importMasks(folder.store, { path, format: 'coco' });
    expect(again.masks.map(({ added, changed, unchanged }) => [added, changed, unchanged])).toEqual([[0, 0, 1], [0, 0, 2]]); // prettier-ignore
    folder.json('in.json', coco([['a/1.png', ['neck', 1, 1, 5, 4]]]));
    expect((await importMasks(folder.store, { path })).masks).toMatchObject([{ name: 'neck', changed: 1 }]);
    expect(folder.store.find([...folder.store.entries()][0]!)?.revision).toBe(2);
  });

  it('writes nothing in a dry run, and says the same', async () => {
    const path = folder.json('in.json', coco([['a/1.png', ['neck', 1, 1, 4, 4]]]));
    const dry = await importMasks(folder.store, { path, dryRun: true });
    expect(folder.lines()).toEqual([]);
    expect(await importMasks(folder.store, { path })).toEqual(dry);
  });

  it('names and chooses labels by rules, and unites those of one name', async () => {
    const boxes = [
      ['scratch', 0, 0, 2, 2],
      ['crack', 4, 0, 6, 2],
      ['tear', 5, 0, 7, 2],
      ['seal', 8, 0, 9, 1],
    ] as const;
    const path = folder.json('in.json', coco([['a/1.png', ...boxes]]));
    const { unknown, masks } = await importMasks(folder.store, {
      path,
      as: 'defect',
      rename: ['tear=crack', 'seal=area:rim', 'scratsh=x'],
      only: ['crack', 'tear', 'seal'],
      status: 'proposed',
    });
    expect(folder.lines()).toEqual(['a/1.png area rim proposed 1', 'a/1.png defect crack proposed 6']);
    expect(masks).toHaveLength(2);
    expect(unknown).toEqual([{ label: 'scratsh', near: ['scratch'] }]);
  });

  it('raises what was proposed, and leaves what was rejected', async () => {
    const path = folder.json('in.json', coco([['a/1.png', ['neck', 1, 1, 4, 4]]]));
    await importMasks(folder.store, { path, status: 'proposed' });
    await importMasks(folder.store, { path });
    expect(folder.lines()).toEqual(['a/1.png area neck accepted 9']);
    await folder.store.setStatus([...folder.store.entries()][0]!, 'rejected');
    expect((await importMasks(folder.store, { path })).masks).toMatchObject([{ unchanged: 1 }]);
    expect(folder.lines()).toEqual(['a/1.png area neck rejected 9']);
  });

  it('leaves out what cannot be meant, with file and position', async () => {
    const path = folder.json('in.json', coco([
      ['1.png', ['neck', 1, 1, 4, 4]],
      ['none.png', ['neck', 1, 1, 4, 4]],
      ['../../../etc/passwd', ['neck', 1, 1, 4, 4]],
      ['a/2.png', ['neck', 1.6, 1.6, 2.4, 2.4], ['a/b', 1, 1, 3, 3], ['far', 20, 20, 30, 30]],
    ])); // prettier-ignore
    const result = await importMasks(folder.store, { path });
    expect(reasons(result)).toEqual({ 'image-ambiguous': 1, 'image-missing': 2, 'shape-outside': 1, 'label-invalid': 1, 'mask-empty': 1 }); // prettier-ignore
    const { list } = result.leftOut;
    expect(list.every(({ path: at }) => at.includes('in.json'))).toBe(true);
    expect(list.find(({ reason }) => reason === 'image-ambiguous')?.message).toMatch(/a\/1\.png or b\/1\.png/);
    expect(list.find(({ reason }) => reason === 'label-invalid')?.message).toContain("The mask of 'a/b' is left out: its label holds one of"); // prettier-ignore
    expect(folder.lines()).toEqual([]);
  });

  it('leaves out annotations of another size, and a second mask of the same name', async () => {
    const size = await importMasks(folder.store, { path: folder.json('size.json', coco([['a/1.png', ['neck', 1, 1, 4, 4]]], [24, 16])) }); // prettier-ignore
    expect(size.leftOut.list).toMatchObject([{ reason: 'image-size', message: expect.stringMatching(/24x16.*12x8/) }]);
    const twice = coco([['a/1.png', ['neck', 1, 1, 4, 4]], ['images/a/1.png', ['neck', 1, 1, 4, 4]], ['./a/1.png', ['neck', 1, 1, 5, 5]]]); // prettier-ignore
    const result = await importMasks(folder.store, { path: folder.json('twice.json', twice) });
    expect(reasons(result)).toEqual({ 'mask-twice': 1 });
    expect(folder.lines()).toEqual(['a/1.png area neck accepted 9']);
  });

  it('does not take masks that lie among the images for images', async () => {
    folder.put('images/masks/neck/a/1.png', await encodePng(box(2, 2, 5, 5)));
    const { images, format } = await importMasks(folder.store, { path: folder.at('images/masks') });
    expect([images, format]).toEqual([1, 'png']);
    expect(folder.lines()).toEqual(['a/1.png area neck accepted 9']);
  });

  it('reads colours by a legend', async () => {
    const data = new Uint8Array(12 * 8 * 3);
    data.set([0, 0, 250], 0);
    data.set([255, 255, 0], 3);
    const path = folder.at('colours');
    await folder.picture('colours/2.png', { width: 12, height: 8, channels: 3, data });
    const legend = folder.json('legend.json', { labels: [{ label: 'rough', colour: '#0000ff' }, { label: 'split', colour: [255, 255, 0] }] }); // prettier-ignore
    const exact = await importMasks(folder.store, { path, legend, as: 'defect' });
    expect(reasons(exact)).toEqual({ 'colour-unknown': 1 });
    await importMasks(folder.store, { path, legend, as: 'defect', tolerance: 10 });
    expect(folder.lines()).toEqual(['a/2.png defect rough accepted 1', 'a/2.png defect split accepted 1']);
  });

  it('fails with file and position for what it can make nothing of', async () => {
    const error = (options: object) => Promise.resolve(importMasks(folder.store, { path: folder.at('x'), ...options })).catch((thrown: unknown) => String(thrown)); // prettier-ignore
    expect(await error({})).toMatch(/x: The annotation file cannot be read \(got ENOENT\)/);
    expect(await error({ path: folder.put('x.json', '{"images": [{"id": 1,,'), format: 'coco' })).toMatch(
      /x\.json:1:\d+/,
    );
    expect(await error({ path: folder.put('x.xml', '<annotations><image'), format: 'cvat' })).toMatch(/x\.xml/);
    expect(await error({ path: folder.at('x.json'), format: 'coca' })).toContain("Did you mean 'coco'?");
    expect(await error({ rename: ['neck'] })).toMatch(/^FoveateError: neck: A rule for labels/);
    expect(await error({ rename: ['neck=a/b'] })).toContain('a name that holds one of');
    expect(await error({ rename: ['a=b', 'a=c'] })).toContain("a second rule for 'a'");
    expect(await error({ author: 'x\u0007' })).toContain('name of an author');
  });

  it('can be stopped; what was put stays, and goes on from there', async () => {
    const path = folder.json(
      'in.json',
      coco([
        ['a/1.png', ['neck', 1, 1, 4, 4]],
        ['a/2.png', ['neck', 1, 1, 4, 4]],
      ]),
    );
    const stop = new AbortController();
    const stopped = importMasks(folder.store, { path, signal: stop.signal }).forEach(() => stop.abort());
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(folder.lines()).toEqual(['a/1.png area neck accepted 9']);
    const { masks } = await importMasks(folder.store, { path });
    expect(masks).toMatchObject([{ added: 1, unchanged: 1 }]);
    const all = await lastValueFrom(importMasks(folder.store, { path }).pipe(toArray()));
    expect(all.map(({ type }) => type)).toEqual(['progress', 'progress', 'result']);
  });
});
