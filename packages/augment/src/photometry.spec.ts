import { describe, expect, it } from '@jest/globals';
import type { Raster } from '@foveate/contracts';
import * as plugins from './index.js';
import { alone, build, drawn, example, masked, operate } from './testing/operate.js';

const grey = (value: number, side = 32): Raster => drawn(side, side, () => [value, value, value]);
const around = (image: Raster) => ({ image, aoi: masked(image.width, image.height, () => true), defects: [] });

/** The image after an operation with given parameters. */
async function after(plugin: Parameters<typeof build>[0], image: Raster, parameters: object): Promise<Raster> {
  const service = await build(plugin);
  return (await service.apply(around(image), parameters, alone)).image;
}

const red = ({ data, width }: Raster, x: number, y: number): number => data[(y * width + x) * 3] ?? Number.NaN;

describe('brightness-contrast', () => {
  it('is the stated line, cut at both ends', async () => {
    const { image } = example();
    const { data } = await after(plugins.brightnessContrast, image, { offset: 30, gain: 1.5 });
    for (const [index, value] of image.data.entries()) {
      const exact = Math.min(255, Math.max(0, 128 + 1.5 * (value - 128) + 30));
      expect(Math.abs((data[index] ?? 0) - exact)).toBeLessThanOrEqual(0.5);
    }
  });

  it('changes nothing at strength zero', async () => {
    expect(await operate(plugins.brightnessContrast, example(), { brightness: 0, contrast: 0 })).toEqual(example());
  });
});

it('gamma bends the middle and keeps black and white', async () => {
  const { data } = await after(
    plugins.gamma,
    drawn(3, 1, (x) => [[0, 128, 255][x]!, 0, 255]),
    { exponent: 2 },
  );
  expect([...data.filter((_, i) => i % 3 === 0)]).toEqual([0, Math.round((255 * 128 ** 2) / 255 ** 2), 255]);
});

describe('hue-saturation', () => {
  it('leaves grey grey, and without saturation gives luma', async () => {
    const levels = drawn(8, 1, (x) => [30 * x, 30 * x, 30 * x]);
    expect(await after(plugins.hueSaturation, levels, { hue: 77, saturation: 1.4 })).toEqual(levels);
    const colours = drawn(2, 1, (x) => (x === 0 ? [200, 100, 50] : [10, 20, 240]));
    const { data } = await after(plugins.hueSaturation, colours, { hue: 0, saturation: 0 });
    expect([...data]).toEqual([124, 124, 124, 42, 42, 42]);
    expect(await after(plugins.hueSaturation, colours, { hue: 0, saturation: 1 })).toEqual(colours);
  });

  it('turned once around is back', async () => {
    const colours = drawn(4, 1, (x) => [120 + 10 * x, 110, 100]);
    const third = { hue: 120, saturation: 1 };
    const once = await after(plugins.hueSaturation, colours, third);
    const thrice = await after(plugins.hueSaturation, await after(plugins.hueSaturation, once, third), third);
    for (const [i, value] of thrice.data.entries()) expect(Math.abs(value - (colours.data[i] ?? 0))).toBeLessThan(4);
    expect(once).not.toEqual(colours);
  });
});

describe('light', () => {
  it('grows along its direction and keeps the mean', async () => {
    const image = await after(plugins.illuminationGradient, grey(100), { angle: 0, strength: 0.5 });
    expect([red(image, 0, 5), red(image, 31, 5)]).toEqual([Math.round(50 + 50 / 32), Math.round(150 - 50 / 32)]);
    expect(red(image, 7, 0)).toBe(red(image, 7, 31));
    const mean = image.data.reduce((sum, value) => sum + value, 0) / image.data.length;
    expect(mean).toBeCloseTo(100, 0);
  });

  it('falls off to the corners in a vignette', async () => {
    const image = await after(plugins.vignette, grey(200), { x: 0.5, y: 0.5, strength: 0.5 });
    expect(red(image, 16, 16)).toBe(200);
    expect(Math.abs(red(image, 0, 0) - 106)).toBeLessThanOrEqual(1); // 200 (1 - 0.5 (31/32)²)
    expect(red(image, 0, 16)).toBeGreaterThan(red(image, 0, 0));
  });

  it('of glare is brightest in its middle and never darkens', async () => {
    const spot = { x: 0.25, y: 0.75, angle: 0, length: 0.2, roundness: 0.5, strength: 0.8 };
    const image = await after(plugins.glare, grey(60), spot);
    expect(Math.abs(red(image, 8, 24) - (60 + 0.8 * 195))).toBeLessThan(6);
    expect(image.data.every((value) => value >= 60)).toBe(true);
    // Longer along x than along y.
    expect(red(image, 14, 24)).toBeGreaterThan(red(image, 8, 30));
  });

  it('is missing on one side of a shadow', async () => {
    const image = await after(plugins.shadow, grey(100), { x: 0.5, y: 0.5, angle: 0, softness: 0.1, strength: 0.4 });
    expect([red(image, 2, 9), red(image, 29, 9)]).toEqual([100, 60]);
  });
});

describe('blur', () => {
  it('by motion smears along its line alone', async () => {
    const stripes = drawn(32, 32, (_, y) => [y % 2 === 0 ? 0 : 200, 0, 0]);
    expect(await after(plugins.motionBlur, stripes, { length: 7, angle: 0 })).toEqual(stripes);
    const smeared = await after(plugins.motionBlur, stripes, { length: 8, angle: 90 });
    expect(Math.abs(red(smeared, 16, 16) - 100)).toBeLessThan(8);
  });

  it('by defocus spreads a point evenly over a disc', async () => {
    const point = drawn(15, 15, (x, y) => (x === 7 && y === 7 ? [255, 255, 255] : [0, 0, 0]));
    const image = await after(plugins.defocusBlur, point, { radius: 2 });
    // The rim is sampled at 16 points a pixel.
    expect(Math.abs(red(image, 7, 7) - 255 / (Math.PI * 4))).toBeLessThan(1.5);
    expect([red(image, 9, 9), red(image, 11, 7)]).toEqual([0, 0]);
    expect(red(image, 8, 7)).toBe(red(image, 7, 8));
  });

  it('keeps flat images', async () => {
    expect(await after(plugins.motionBlur, grey(91), { length: 6.3, angle: 33 })).toEqual(grey(91));
    expect(await after(plugins.defocusBlur, grey(91), { radius: 3.2 })).toEqual(grey(91));
  });
});

describe('noise', () => {
  const deviation = ({ data }: Raster, about: number) => {
    const errors = [...data].map((value) => value - about);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    return { mean, sigma: Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length), errors };
  };

  it('has the stated spread, and none of it is left in the neighbour', async () => {
    // Quantiles leave the far tails out; rounding adds 1/12.
    for (const value of [60, 128, 190]) {
      const image = await after(plugins.noise, grey(value, 128), { seed: 5, shot: 0.05, read: 0.02 });
      const { mean, sigma, errors } = deviation(image, value);
      const stated = 255 * Math.sqrt(0.02 ** 2 + (0.05 ** 2 * value) / 255);
      expect(Math.abs(mean)).toBeLessThan(0.2);
      expect(Math.abs(sigma / stated - 1)).toBeLessThan(0.02);
      for (const lag of [1, 2, 3, 128 * 3]) {
        const together = errors.slice(lag).reduce((sum, error, i) => sum + error * (errors[i] ?? 0), 0);
        expect(Math.abs(together / errors.length / sigma ** 2)).toBeLessThan(0.025);
      }
    }
  });

  it('depends on the seed, also on its lowest bit', async () => {
    const images = await Promise.all(
      [1, 2, 3].map((seed) => after(plugins.noise, grey(128, 64), { seed, shot: 0, read: 0.05 })),
    );
    const [first, second] = images.map((image) => deviation(image, 128).errors) as [number[], number[]];
    const together = first.reduce((sum, error, i) => sum + error * (second[i] ?? 0), 0) / first.length;
    expect(Math.abs(together) / (255 * 0.05) ** 2).toBeLessThan(0.05);
  });
});

it('jpeg of lower quality is further from the image', async () => {
  const { image } = example();
  const error = async (quality: number) => {
    const { data } = await after(plugins.jpeg, image, { quality });
    return data.reduce((sum, value, i) => sum + Math.abs(value - (image.data[i] ?? 0)), 0);
  };
  expect(await error(10)).toBeGreaterThan(await error(90));
});

it('clahe raises the contrast of what is flat and keeps grey grey', async () => {
  const dull = drawn(64, 64, (x) => [120 + x / 8, 120 + x / 8, 120 + x / 8]);
  const { data } = await after(plugins.clahe, dull, { tiles: [1, 1], gain: 4 });
  expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan(20); // 7 before
  for (let i = 0; i < data.length; i += 3) expect(data[i]).toBe(data[i + 1]);
});
