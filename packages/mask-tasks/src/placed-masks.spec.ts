import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Raster } from '@foveate/contracts';
import { readShapes, registerMasks, templateMasks } from './index.js';
import { box, MaskFolder } from './testing/mask-folder.js';

let folder: MaskFolder;
afterEach(() => folder.remove());

const failed = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(() => 'nothing was thrown', String);

describe('shapes on images', () => {
  beforeEach(async () => {
    folder = await MaskFolder.make('a/1.png', 'a/2.png', 'b/1.png');
  });
  const half = readShapes(['{kind: band, direction: vertical, from: 0, to: 0.5}']);

  it('are proposed for all images or those meant, with what they were', async () => {
    const placed = await templateMasks(folder.store, { shapes: half, name: 'left', globs: ['./a/*'] });
    expect(placed).toMatchObject({ images: 2, kept: 0, leftOut: { list: [] } });
    expect(placed.masks).toEqual([{ kind: 'area', name: 'left', added: 2, changed: 0, unchanged: 0 }]);
    expect(folder.lines()).toEqual(['a/1.png area left proposed 48', 'a/2.png area left proposed 48']);
    const [entry] = folder.store.entries();
    expect(entry?.provenance).toEqual({ source: 'template', detail: JSON.stringify(half[0]) });
    const shapes = [...half, ...readShapes(['{"kind": "rectangle", "x": 0.5, "y": 0, "width": 0.5, "height": 0.5}'])];
    const all = await templateMasks(folder.store, { shapes, name: 'left', status: 'accepted', author: 'anna' });
    expect(all.masks).toMatchObject([{ added: 1, changed: 2 }]);
    expect(folder.lines()).toContain('b/1.png area left accepted 72');
  });

  it('leave alone what was accepted, unless a template takes the place of a template', async () => {
    await folder.putMask('a/1.png', { kind: 'area', name: 'left', mask: box(0, 0, 1, 1) });
    const options = { shapes: half, name: 'left', globs: ['a/*'], status: 'accepted' } as const;
    expect(await templateMasks(folder.store, { ...options, dryRun: true })).toMatchObject({ images: 1, kept: 1 });
    expect(folder.lines()).toHaveLength(1);
    await templateMasks(folder.store, options);
    const shapes = readShapes(['{kind: band, direction: vertical, from: 0, to: 0.25}']);
    expect(await templateMasks(folder.store, { ...options, shapes, status: 'proposed' })).toMatchObject({ kept: 2 });
    expect(await templateMasks(folder.store, { ...options, shapes })).toMatchObject({
      kept: 1,
      masks: [{ changed: 1 }],
    });
    expect(folder.lines()).toEqual(['a/1.png area left accepted 1', 'a/2.png area left accepted 24']);
  });

  it('are refused when they are none, and images left out that cannot be read', async () => {
    expect(() => readShapes(['{kind: band'])).toThrow('A shape cannot be read');
    expect(() => readShapes(['{kind: bend}'])).toThrow('This is no shape');
    expect(() => readShapes(['{kind: band, direction: vertical, from: 0.5, to: 0.5}'])).toThrow('covers less than');
    const of = (more: object) => failed(templateMasks(folder.store, { shapes: half, name: 'left', ...more }));
    expect(await of({ name: 'a/b' })).toContain('This cannot be the name of a mask');
    expect(await of({ globs: ['c/**'] })).toMatch(/No image has such a path \(got c\/\*\*\)/);
    writeFileSync(folder.at('images/a/2.png'), 'no picture');
    const { images, leftOut } = await templateMasks(folder.store, { shapes: half, name: 'left' });
    expect([images, leftOut.list.map(({ path }) => path)]).toEqual([2, ['a/2.png']]);
    // What is wrong with the store is no matter of one image.
    rmSync(folder.at('store/pixels'), { recursive: true });
    writeFileSync(folder.at('store/pixels'), 'in the way');
    expect(await of({ name: 'other' })).toContain('store/pixels');
  });
});

/** A picture with something in it, shown from a place. */
function picture(dx: number, dy: number, phase = 0): Raster {
  const data = Uint8Array.from({ length: 96 * 96 }, (_, i) => {
    const [x, y] = [(i % 96) - dx, Math.floor(i / 96) - dy];
    return 128 + 60 * Math.sin(x * 0.6 + Math.cos(y * 0.4) + phase) + 60 * Math.sin((x * x + 3 * y * y) / 150 + phase);
  });
  return { width: 96, height: 96, channels: 1, data };
}

describe('masks moved by registration', () => {
  const square = (left: number, top: number) => {
    const data = new Uint8Array(96 * 96);
    for (let y = top; y < top + 20; y++) data.fill(255, 96 * y + left, 96 * y + left + 20);
    return { width: 96, height: 96, channels: 1, data } as const;
  };
  beforeEach(async () => {
    folder = await MaskFolder.make();
    await folder.picture('images/good/ref.png', picture(0, 0));
    await folder.picture('images/good/moved.png', picture(5, -3));
    await folder.picture('images/good/far.png', picture(20, 0));
    await folder.picture('images/flat.png', { width: 96, height: 96, channels: 1, data: new Uint8Array(96 * 96) });
    await folder.picture('images/small.png', { width: 8, height: 8, channels: 1, data: new Uint8Array(64) });
    await folder.putMask('good/ref.png', { kind: 'area', name: 'neck', mask: square(40, 40) });
    await folder.putMask('good/ref.png', { kind: 'area', name: 'rim', mask: square(76, 40) });
    await folder.putMask('good/ref.png', { kind: 'defect', name: 'crack', mask: square(0, 0) });
  });

  it('are proposed with a confidence; refusals are told', async () => {
    const done: string[] = [];
    const registered = registerMasks(folder.store, { reference: 'good/ref.png', globs: ['**'] });
    await registered.forEach((event) => {
      if (event.type === 'progress') done.push(`${event.what} ${String(event.done)}/${String(event.total)}`);
      else {
        expect(event.result).toMatchObject({ images: 2, kept: 0, reference: { path: 'good/ref.png' } });
        expect(event.result.leftOut.counts).toEqual({ 'registration-flat': 1, 'registration-size': 1, 'mask-lost': 1 });
      }
    });
    expect(done.at(-1)).toBe('registered 5/5');
    const moved = [...folder.store.entries({ source: 'registration' })];
    expect(folder.lines().filter((line) => !line.startsWith('good/ref'))).toEqual([
      expect.stringMatching(/^good\/far\.png area neck proposed \d+$/),
      expect.stringMatching(/^good\/moved\.png area neck proposed \d+$/),
      expect.stringMatching(/^good\/moved\.png area rim proposed \d+$/),
    ]);
    for (const { provenance } of moved) {
      expect(provenance).toMatchObject({ source: 'registration', detail: 'good/ref.png' });
      expect(provenance.confidence).toBeGreaterThan(0.5);
    }
    const neck = moved.find(
      ({ image, name }) => folder.store.image(image)?.path === 'good/moved.png' && name === 'neck',
    )!;
    const { data } = await folder.store.read(neck);
    const wrong = data.reduce((sum, value, at) => sum + Number(value !== square(45, 37).data[at]), 0);
    expect(wrong).toBeLessThan(40);
  });

  it('leave alone what was accepted, and do nothing in a dry run', async () => {
    await folder.putMask('good/moved.png', { kind: 'area', name: 'neck', mask: square(1, 1) });
    const options = { reference: folder.at('images/good/ref.png'), globs: ['good/moved.png'], names: ['neck', 'rim'] };
    const before = folder.lines();
    const dry = await registerMasks(folder.store, { ...options, dryRun: true });
    expect(dry).toMatchObject({ images: 1, kept: 1, masks: [{ name: 'rim', added: 1 }] });
    expect(folder.lines()).toEqual(before);
    expect(await registerMasks(folder.store, options)).toEqual(dry);
    const sure = await registerMasks(folder.store, { ...options, leastConfidence: 1 });
    expect(sure).toMatchObject({ images: 0, kept: 1, leftOut: { list: [{ path: 'good/moved.png' }] } });
  });

  it('need a reference that has them', async () => {
    const of = (reference: string, more: object = {}) => failed(registerMasks(folder.store, { reference, ...more }));
    expect(await of('good/none.png')).toMatch(/good\/none\.png: There is no such image file/);
    expect(await of('good/moved.png')).toContain('The reference has no accepted mask of area (got no masks)');
    expect(await of('good/ref.png', { names: ['nek'] })).toMatch(
      /no accepted mask of area 'nek' \(got area 'neck' \(accepted\)/,
    );
    await folder.store.setStatus([...folder.store.entries({ name: 'crack' })][0]!, 'rejected');
    expect(await of('good/ref.png', { kind: 'defect' })).toContain("defect 'crack' (rejected)");
    expect(await of('good/ref.png', { globs: ['none/**'] })).toContain('No image has such a path');
  });
});
