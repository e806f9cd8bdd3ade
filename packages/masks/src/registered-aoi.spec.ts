import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AoiProvider, Mask, PluginContext, Raster, Sample, SampleImages } from '@foveate/contracts';
import { emptyMask, encodePng, intersectionArea, maskArea } from '@foveate/image';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registeredAoi, templateMask } from './index.js';

const { sin, cos, hypot } = Math;
const folder = mkdtempSync(join(tmpdir(), 'foveate-registered-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const side = 96;
const sample: Sample = { id: 'a17', defectTypes: [] };
const area: Mask = templateMask({ kind: 'ellipse', x: 0.5, y: 0.4, width: 0.4, height: 0.3 }, side, side);

/** A pattern without symmetry, turned and shifted; `kind` another one. */
function scene(angle: number, dx: number, dy: number, kind = 0): Raster {
  const [c, s] = [cos((angle * Math.PI) / 180), sin((angle * Math.PI) / 180)];
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) {
    const [u, v] = [(i % side) + 0.5 - side / 2 - dx, Math.floor(i / side) + 0.5 - side / 2 - dy];
    const [x, y] = [c * u + s * v + 40 * kind, c * v - s * u + 90 * kind];
    const value =
      128 +
      50 * sin(x * 0.13 + cos(y * 0.17)) +
      50 * sin((x * x + 3 * y * y + x * y) / 300) +
      20 * sin(hypot(x - 9, y + 5));
    data.fill(value, 3 * i, 3 * i + 3);
  }
  return { width: side, height: side, channels: 3, data };
}

const images = (image: Raster): SampleImages => ({ image, defects: [] });

async function provider(options: object = {}): Promise<AoiProvider> {
  const result = await registeredAoi.options['~standard'].validate({
    reference: 'reference.png',
    mask: 'area.png',
    ...options,
  });
  if (result.issues !== undefined) throw new Error(result.issues[0]?.message);
  return registeredAoi.register(result.value, { baseFolder: folder } as PluginContext);
}

beforeAll(async () => {
  writeFileSync(join(folder, 'reference.png'), await encodePng(scene(0, 0, 0)));
  writeFileSync(join(folder, 'area.png'), await encodePng(area));
  writeFileSync(join(folder, 'empty.png'), await encodePng(emptyMask(side, side)));
  writeFileSync(join(folder, 'small.png'), await encodePng(emptyMask(8, 8, 255)));
  writeFileSync(join(folder, 'flat.png'), await encodePng(emptyMask(side, side)));
});

describe('registered', () => {
  it('moves the mask onto each image', async () => {
    const service = await provider();
    expect(await service.areaOfInterest(sample, images(scene(0, 0, 0)))).toMatchObject(area);
    const moved = await service.areaOfInterest(sample, images(scene(0, 7, -5)));
    const expected = templateMask(
      { kind: 'ellipse', x: 0.5 + 7 / side, y: 0.4 - 5 / side, width: 0.4, height: 0.3 },
      side,
      side,
    );
    expect(intersectionArea(moved, expected) / Math.max(maskArea(moved), maskArea(expected))).toBeGreaterThan(0.98);
    expect(maskArea(await service.areaOfInterest(sample, images(scene(12, 3, 0))))).toBeGreaterThan(
      0.97 * maskArea(area),
    );
  });

  it('refuses what does not fit, with its confidence and what to do', async () => {
    const service = await provider();
    await expect(service.areaOfInterest(sample, images(scene(0, 0, 0, 3)))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { reason: 'aoi-unregistered' },
      message: expect.stringMatching(/onto 'a17'.*confidence 0\.\d\d, at least 0.5 is needed/),
    });
    const flat = { ...scene(0, 0, 0), data: new Uint8Array(3 * side * side) };
    await expect(service.areaOfInterest(sample, images(flat))).rejects.toThrow('nothing is to be seen');
  });

  it('refuses an image that too much of the mask lies off', async () => {
    const service = await provider({ mostLost: 0.1 });
    await expect(service.areaOfInterest(sample, images(scene(0, 0, -30)))).rejects.toMatchObject({
      parts: { reason: 'aoi-unregistered' },
      message: expect.stringContaining('lies off the image'),
    });
  });

  it.each([
    ['an empty mask', { mask: 'empty.png' }, 'CONFIG_INVALID', 'black all over'],
    ['a mask of another size', { mask: 'small.png' }, 'CONFIG_INVALID', 'expected 96x96, got 8x8'],
    ['a flat reference', { reference: 'flat.png' }, 'DATA_INVALID', 'nothing that could be found'],
    ['a file that is not there', { reference: 'none.png' }, undefined, 'none.png'],
  ])('refuses %s before any image is read', async (_name, options, code, text) => {
    await expect(provider(options)).rejects.toMatchObject({
      ...(code === undefined ? {} : { code }),
      message: expect.stringContaining(text),
    });
  });
});
