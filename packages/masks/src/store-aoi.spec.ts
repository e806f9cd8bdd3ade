import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AoiProvider, Mask, Sample, SampleImages } from '@foveate/contracts';
import { encodePng } from '@foveate/image';
import { createMaskStore, hashPixels, identifyImage, type MaskStatus, type Provenance } from '@foveate/mask-store';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeAoi } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-store-aoi-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const image = (value: number) => ({ width: 4, height: 2, channels: 3 as const, data: new Uint8Array(24).fill(value) });
const columns = (from: number, to: number): Mask => ({
  ...{ width: 4, height: 2, channels: 1 },
  data: Uint8Array.from({ length: 8 }, (_, i) => (i % 4 >= from && i % 4 < to ? 255 : 0)),
});
const sampleOf = (name: string): Sample => ({ id: name, defectTypes: [], files: [join(root, 'images', name)] });
const images: SampleImages = { image: image(7), defects: [] };
const open = (options: object = {}): Promise<AoiProvider> =>
  Promise.resolve(
    storeAoi.register(
      { path: 'masks', ...options },
      { baseFolder: root, seed: 1, get: () => Promise.reject(new Error()) },
    ),
  );

beforeAll(async () => {
  mkdirSync(join(root, 'images'));
  const store = await createMaskStore(join(root, 'masks'), { images: join(root, 'images') });
  const put = async (file: string, value: number, masks: readonly [string, Mask, MaskStatus, Provenance][]) => {
    writeFileSync(join(root, 'images', file), await encodePng(image(value)));
    const known = await identifyImage(join(root, 'images'), file);
    await store.put(
      known,
      masks.map(([name, mask, status, provenance]) => ({ kind: 'area', name, mask, status, provenance })),
    );
  };
  const manual: Provenance = { source: 'manual', author: 'ada' };
  await put('a.png', 1, [
    ['teeth', columns(0, 1), 'accepted', manual],
    ['tape', columns(3, 4), 'accepted', { source: 'network', detail: 'runs/x', confidence: 0.8 }],
  ]);
  await put('b.png', 2, [['teeth', columns(1, 2), 'proposed', { source: 'network', confidence: 0.6 }]]);
  await put('c.png', 3, [['teeth', columns(1, 2), 'rejected', { source: 'network', confidence: 0.9 }]]);
  const drawn = { hash: hashPixels(image(7)), width: 4, height: 2, path: '' };
  await store.put(drawn, [
    { kind: 'area', name: 'teeth', mask: columns(2, 3), status: 'accepted', provenance: manual },
  ]);
});

describe('store', () => {
  it('gives accepted masks, several together, with where they came from', async () => {
    const all = await (await open()).areaOfInterest(sampleOf('a.png'), images);
    expect([...all.data]).toEqual([255, 0, 0, 255, 255, 0, 0, 255]);
    expect(all.origin).toEqual({ source: 'network', detail: 'runs/x', confidence: 0.8 });
    const teeth = await (await open({ area: 'teeth' })).areaOfInterest(sampleOf('a.png'), images);
    expect([...teeth.data]).toEqual([255, 0, 0, 0, 255, 0, 0, 0]);
    expect(teeth.origin).toEqual({ source: 'manual', detail: 'ada' });
  });

  it('takes proposed ones from a confidence on, rejected ones never', async () => {
    await expect((await open()).areaOfInterest(sampleOf('b.png'), images)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('teeth (proposed)'),
    });
    const sure = await open({ leastConfidence: 0.6 });
    expect((await sure.areaOfInterest(sampleOf('b.png'), images)).origin).toEqual({
      source: 'network',
      confidence: 0.6,
    });
    await expect((await open({ leastConfidence: 0.7 })).areaOfInterest(sampleOf('b.png'), images)).rejects.toThrow();
    await expect(sure.areaOfInterest(sampleOf('c.png'), images)).rejects.toThrow('teeth (rejected)');
  });

  it('knows images by content: renamed and drawn ones, and no others', async () => {
    const provider = await open({ area: ['teeth'] });
    renameSync(join(root, 'images/a.png'), join(root, 'images/renamed.png'));
    expect([...(await provider.areaOfInterest(sampleOf('renamed.png'), images)).data].slice(0, 4)).toEqual([
      255, 0, 0, 0,
    ]);
    const drawn = await provider.areaOfInterest({ id: 'drawn', defectTypes: [] }, images);
    expect([...drawn.data].slice(0, 4)).toEqual([0, 0, 255, 0]);
    writeFileSync(join(root, 'images/b.png'), await encodePng(image(99)));
    await expect(provider.areaOfInterest(sampleOf('b.png'), images)).rejects.toThrow('an image that it does not know');
    await expect(
      (await open({ area: ['teeth', 'tape'] })).areaOfInterest({ id: 'drawn', defectTypes: [] }, images),
    ).rejects.toThrow("no accepted area 'tape'");
  });

  it('is refused where there is none', async () => {
    await expect(open({ path: 'nowhere' })).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });

  it('refuses the name of an area that no mask has', async () => {
    await expect(open({ area: 'teth' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining("Did you mean 'teeth'?"),
    });
  });
});
