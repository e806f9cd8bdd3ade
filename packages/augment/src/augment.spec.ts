import { describe, expect, it } from '@jest/globals';
import { random, type AugmentedImages, type Augmentation, type PluginContext } from '@foveate/contracts';
import { readFile } from 'node:fs/promises';
import { brightnessContrast, flipHorizontal, flipVertical, translate } from './index.js';

const context: PluginContext = {
  baseFolder: '/',
  seed: 1,
  get: () => {
    throw new Error('no other plugin is needed');
  },
};

/** 16x12, every pixel of its own colour; the area of interest is exactly where red is above 127. */
function example(): AugmentedImages {
  const [width, height] = [16, 12];
  const image = { width, height, channels: 3 as const, data: new Uint8Array(width * height * 3) };
  const aoi = { width, height, channels: 1 as const, data: new Uint8Array(width * height) };
  for (let pixel = 0; pixel < width * height; pixel++) {
    image.data.set([(pixel * 37) % 256, pixel, 255 - pixel], pixel * 3);
    aoi.data[pixel] = (pixel * 37) % 256 > 127 ? 255 : 0;
  }
  return { image, aoi };
}

const plugins = { brightnessContrast, flipHorizontal, flipVertical, translate };
const build = async (): Promise<[string, Augmentation][]> => [
  ['brightness-contrast', await brightnessContrast.register({ brightness: 0.2, contrast: 0.2 }, context)],
  ['flip-horizontal', await flipHorizontal.register({ probability: 1 }, context)],
  ['flip-vertical', await flipVertical.register({ probability: 1 }, context)],
  ['translate', await translate.register({ x: 0.4, y: 0.4 }, context)],
];

it('is pure: same stream, same result, input untouched, 8-bit and binary', async () => {
  for (const [name, augmentation] of await build()) {
    const input = example();
    const first = augmentation.apply(input, random(5, 'augment', 1, 'a', name));
    expect(augmentation.apply(example(), random(5, 'augment', 1, 'a', name))).toEqual(first);
    expect(input).toEqual(example());
    expect(first.image).not.toEqual(input.image);
    expect(first.image.data).toBeInstanceOf(Uint8Array);
    expect(first.aoi.data.every((value) => value === 0 || value === 255)).toBe(true);
  }
});

it('moves the area of interest with the image', async () => {
  for (const [name, augmentation] of await build()) {
    if (name === 'brightness-contrast') continue;
    const { image, aoi } = augmentation.apply(example(), random(3, name));
    for (const [pixel, value] of aoi.data.entries()) expect(value === 255).toBe(image.data[pixel * 3]! > 127);
  }
});

describe('flips', () => {
  it('mirror', async () => {
    const { image } = example();
    const stream = random(1, 'flip');
    const [across, down] = [
      await flipHorizontal.register({ probability: 1 }, context),
      await flipVertical.register({ probability: 1 }, context),
    ];
    const start = (x: number, y: number): number => (y * 16 + x) * 3;
    expect(across.apply(example(), stream).image.data[start(15, 2)]).toBe(image.data[start(0, 2)]);
    expect(down.apply(example(), stream).image.data[start(4, 11)]).toBe(image.data[start(4, 0)]);
  });

  it('happen as often as asked', async () => {
    const flip = await flipHorizontal.register({ probability: 0.25 }, context);
    const input = example();
    let flipped = 0;
    for (let i = 0; i < 2000; i++) if (flip.apply(input, random(1, i)) !== input) flipped++;
    // 500 expected, standard deviation 19.
    expect(Math.abs(flipped - 500)).toBeLessThan(80);
    const never = await flipVertical.register({ probability: 0 }, context);
    expect(never.apply(input, random(1))).toBe(input);
  });
});

describe('brightness-contrast', () => {
  it('is the stated line, cut at both ends', async () => {
    const input = example();
    const augmentation = await brightnessContrast.register({ brightness: 0.3, contrast: 0.5 }, context);
    const stream = random(9, 'light');
    const output = augmentation.apply(input, random(9, 'light'));
    const offset = 255 * stream.uniform(-0.3, 0.3);
    const gain = 1 + stream.uniform(-0.5, 0.5);
    for (const [index, value] of input.image.data.entries()) {
      const exact = Math.min(255, Math.max(0, 128 + gain * (value - 128) + offset));
      expect(Math.abs(output.image.data[index]! - exact)).toBeLessThanOrEqual(0.5);
    }
    expect(output.aoi).toBe(input.aoi);
  });

  it('changes nothing at strength zero', async () => {
    const augmentation = await brightnessContrast.register({ brightness: 0, contrast: 0 }, context);
    expect(augmentation.apply(example(), random(1))).toEqual(example());
  });
});

describe('translate', () => {
  it('never loses the area of interest', async () => {
    const augmentation = await translate.register({ x: 0.5, y: 0 }, context);
    const aoi = { width: 16, height: 12, channels: 1 as const, data: new Uint8Array(16 * 12) };
    aoi.data[16 * 5 + 14] = 255; // one pixel, near the right edge but not on it
    const { image } = example();
    for (let i = 0; i < 50; i++) {
      expect(augmentation.apply({ image, aoi }, random(2, i)).aoi.data.includes(255)).toBe(true);
    }
  });
});

it('lists its plugins in package.json as the code has them', async () => {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    foveate: { plugins: unknown[] };
  };
  const code = Object.entries(plugins).map(([name, { meta }]) => ({
    kind: meta.kind,
    id: meta.id,
    export: name,
    summary: meta.summary,
  }));
  expect(manifest.foveate.plugins).toEqual(code);
});
