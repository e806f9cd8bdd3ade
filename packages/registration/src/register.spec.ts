import { describe, expect, it } from '@jest/globals';
import { random, type Raster } from '@foveate/contracts';
import { syntheticZipper } from '@foveate/synthetic-zipper';
import { buildPlugin } from '@foveate/testkit';
import { register, registrar } from './index.js';
import { clouds, drawn, error, middle, seen } from './testing/scenes.js';

async function zipper(size: number): Promise<Raster> {
  const source = await buildPlugin(syntheticZipper, { good: 1, defective: 1, size });
  for await (const item of source.scan()) if ('sample' in item) return (await source.load(item.sample)).image;
  throw new Error('nothing drawn');
}

const noise = (side: number): Raster => {
  const draw = random(3, 'noise');
  const data = Uint8Array.from({ length: side * side }, () => Math.max(0, Math.min(255, 128 + 40 * draw.normal())));
  return { width: side, height: side, channels: 1, data };
};

/** Stripes and rows of dots, the same every 16 pixels. */
const repeated = (side: number): Raster => ({
  width: side,
  height: side,
  channels: 1,
  data: Uint8Array.from({ length: side * side }, (_, i) =>
    Math.round(128 + 50 * Math.sin((i % side) * (Math.PI / 8)) + 50 * Math.sin(Math.floor(i / side) * (Math.PI / 8))),
  ),
});

describe('known transforms under noise and light', () => {
  it.each([
    ['clouds', 256, 256],
    ['clouds', 320, 240],
    ['zipper', 256, 256],
  ] as const)('%s of %dx%d', async (kind, width, height) => {
    const scene = kind === 'clouds' ? clouds(1.5 * width, 1) : await zipper(1.5 * width);
    const reference = middle(scene, width, height);
    const find = registrar(reference);
    for (let i = 0; i < 2; i++) {
      const draw = random(5, kind, width, i);
      const { transform, light } = drawn(draw, Math.min(width, height));
      const found = find(seen(scene, transform, width, height, light, draw));
      expect(error(found.transform, transform, width, height)).toBeLessThan(1);
      expect(found).toMatchObject({ accepted: true });
    }
  });

  it('any way round, where that is asked for', () => {
    const scene = clouds(360, 2);
    const transform = { angle: 140, scale: 0.9, dx: 12, dy: -20 };
    const found = register(middle(scene, 240, 240), seen(scene, transform, 240, 240), { angle: 180 });
    expect(error(found.transform, transform, 240, 240)).toBeLessThan(1);
    expect(found.accepted).toBe(true);
  });

  it('images of another size and of colour', async () => {
    const scene = await zipper(500);
    const transform = { angle: 5, scale: 1.1, dx: 9, dy: 4 };
    const image = seen(scene, transform, 280, 340);
    const found = register(middle(scene, 320, 300), image);
    expect(error(found.transform, transform, 320, 300)).toBeLessThan(1);
  });

  it('the same every time', () => {
    const scene = clouds(200, 4);
    const image = seen(scene, { angle: 3, scale: 1, dx: 2, dy: 1 }, 128, 128);
    expect(register(middle(scene, 128, 128), image)).toEqual(register(middle(scene, 128, 128), image));
  });
});

describe('refused', () => {
  const reference = clouds(200, 1);

  it.each([
    ['another image', clouds(200, 2), 'unlike'],
    ['noise', noise(200), 'unlike'],
    ['an image of one value', { ...noise(200), data: new Uint8Array(40_000).fill(90) }, 'flat'],
  ] as const)('%s', (_name, image, reason) => {
    const found = register(reference, image);
    expect(found).toMatchObject({ accepted: false, reason });
    expect(found.confidence).toBeLessThan(0.4);
  });

  it('what repeats itself', () => {
    const found = register(repeated(200), repeated(200));
    expect(found).toMatchObject({ accepted: false, reason: 'ambiguous' });
    expect(found.correlation).toBeGreaterThan(0.9);
  });

  it('but not below the confidence asked for', () => {
    expect(register(repeated(200), repeated(200), { leastConfidence: 0 }).accepted).toBe(true);
  });
});

describe('errors', () => {
  const image = clouds(64, 1);
  const scene = clouds(210, 1);
  const cut = (width: number, height: number): Raster => middle(scene, width, height);

  it.each([
    ['a tiny reference', () => register(cut(15, 64), image), 'DATA_INVALID', 'reference is too small'],
    ['a tiny image', () => register(image, cut(64, 15)), 'DATA_INVALID', 'image is too small'],
    ['a strip', () => register(cut(20, 201), image), 'DATA_INVALID', 'too narrow'],
    [
      'another resolution',
      () => register(image, cut(64, 129)),
      'DATA_INVALID',
      'between half and twice 64x64, got 64x129',
    ],
    [
      'a flat reference',
      () => register({ ...image, data: new Uint8Array(4096) }, image),
      'DATA_INVALID',
      'nothing that could',
    ],
    ['an angle', () => register(image, image, { angle: 181 }), 'CONFIG_INVALID', 'angle'],
    ['no number', () => register(image, image, { scale: NaN }), 'CONFIG_INVALID', 'scale'],
  ] as const)('%s', (_name, run, code, text) => {
    expect(run).toThrow(text);
    expect(run).toThrow(expect.objectContaining({ code }));
  });

  it('none for the smallest', () => {
    expect(register(cut(16, 16), cut(16, 16)).transform.scale).toBeCloseTo(1, 1);
  });
});
